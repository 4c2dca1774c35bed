/** What of a page's texts cannot be read. */
import type { Page } from 'playwright-core';

/**
 * Texts that overlap others, or are cut off where nothing scrolls and no title says the whole, and a page that is wider
 * than its window.
 */
export function illegible(page: Page): Promise<string[]> {
  return page.evaluate(inPage);
}

/** Runs in the page. */
function inPage(): string[] {
  interface Box {
    left: number;
    top: number;
    right: number;
    bottom: number;
    text: string;
    node: Node | null;
  }
  const faults = new Set<string>();
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.add(`the page is ${root.scrollWidth} px wide`);
  // What is out of sight is laid out too.
  for (const element of document.querySelectorAll<HTMLElement>('main *'))
    if (getComputedStyle(element).contentVisibility === 'auto') element.style.contentVisibility = 'visible';
  const boxes: Box[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement!;
    const text = node.textContent!.trim();
    if (
      text === '' ||
      !element.checkVisibility() ||
      element.closest('.unseen, .skip, script, style, noscript, option')
    )
      continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const box = { ...seen(element, rect, text), node };
      if (box.right - box.left > 1 && box.bottom - box.top > 1) boxes.push(box);
    }
  }
  boxes.sort((a, b) => a.top - b.top);
  for (const [i, a] of boxes.entries())
    for (let k = i + 1; k < boxes.length && boxes[k].top < a.bottom; k++) {
      const b = boxes[k];
      // Where it ends in an ellipsis, a text has a box with it and one without.
      if (a.node === b.node) continue;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = a.bottom - b.top;
      // Lines of one text may touch; the boxes of letters are higher than the letters.
      if (across > 2 && Math.min(down, b.bottom - b.top) > 5)
        faults.add(`“${short(a)}” and “${short(b)}” overlap`);
    }
  return [...faults].slice(0, 12);

  /** What is in sight of a text, once everything that scrolls was scrolled to it. */
  function seen(element: Element, rect: DOMRect, text: string): Box {
    const box = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom, text, node: null };
    for (let at: Element | null = element; at !== null && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (overflowX === 'visible' && overflowY === 'visible') continue;
      const clip = at.getBoundingClientRect();
      const wide = Math.max(clip.left - box.left, box.right - clip.right);
      const high = Math.max(clip.top - box.top, box.bottom - clip.bottom);
      const isCut = (overflowX === 'hidden' && wide > 2) || (overflowY === 'hidden' && high > 4);
      if (isCut && at.closest('[title]') === null && element.closest('[title], :has(> title)') === null)
        faults.add(`“${short(box)}” is cut off by ${at.localName}.${at.getAttribute('class')}`);
      box.left = Math.max(box.left, clip.left);
      box.right = Math.min(box.right, clip.right);
      box.top = Math.max(box.top, clip.top);
      box.bottom = Math.min(box.bottom, clip.bottom);
    }
    return box;
  }

  function short({ text }: Box): string {
    return text.length > 40 ? `${text.slice(0, 30)}…${text.slice(-8)}` : text;
  }
}
