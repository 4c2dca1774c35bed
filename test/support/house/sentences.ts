/** Splits a Markdown page into sentences. */

export const wordsMost = 35;

/** A unit of text (a paragraph, heading, list item or table cell) and the line that it is on. */
interface Passage {
  readonly line: number;
  readonly text: string;
}

/** The passages of a page, without code, pictures and comments. A link counts as its text, inline code as one word. */
export function passagesOf(page: string): Passage[] {
  const passages: { line: number; text: string }[] = [];
  let open: { line: number; text: string } | null = null;
  const add = (line: number, text: string, last: boolean) => {
    if (open === null) {
      open = { line, text };
      passages.push(open);
    } else open.text += ` ${text}`;
    if (last) open = null;
  };
  const blank = (text: string) => text.replace(/[^\n]/g, '');
  const lines = page
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, blank)
    .replace(/<!--[\s\S]*?-->/g, blank)
    .split('\n');
  for (const [i, raw] of lines.entries()) {
    const text = raw.replace(/^[\s>]*(?:[-*+]|\d+[.)])?\s*/, '').trim();
    if (text === '') open = null;
    else if (/^#/.test(raw)) {
      open = null;
      add(i + 1, text.replace(/^#+\s*/, ''), true);
    } else if (/^\s*\|/.test(raw)) {
      open = null;
      for (const cell of text.split(/(?<!\\)\|/)) if (/\w/.test(cell)) add(i + 1, cell.trim(), true);
    } else {
      if (/^\s*(?:[-*+]|\d+[.)])\s/.test(raw)) open = null;
      add(i + 1, text, false);
    }
  }
  return passages;
}

/** The sentences of a passage, as words. In a list of tests, the name of each test counts as one word. */
export function sentencesOf(text: string): string[][] {
  const named = text.startsWith('[test/') ? text.replace(/\*[^*]+\*/g, 'name') : text;
  return named
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\[((?:[^\][]|\[[^\]]*\])*)\]\([^)]*\)/g, '$1')
    .replace(/`+[^`]*`+/g, (code) => code.replace(/[\s.!?]+/g, '_'))
    .replace(/<[^>]+>/g, ' ')
    .split(/(?<=[.!?][)"”*_]*)\s+(?=[^a-z\s])/)
    .map((sentence) => sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)));
}

/** The sentences of a page that are too long. */
export function longSentences(page: string): string[] {
  return passagesOf(page).flatMap(({ line, text }) =>
    sentencesOf(text)
      .filter((words) => words.length > wordsMost)
      .map((words) => `line ${line}: ${words.length} words: ${words.slice(0, 8).join(' ')} …`),
  );
}
