/** Colours of the theme for what is drawn and not styled. */
import type uPlot from 'uplot';

/** Colours by the names of custom properties, `--accent`, as `element` would show them. */
export function coloursOf(element: HTMLElement): (name: string) => string {
  const style = getComputedStyle(element);
  return (name) => {
    // light-dark() is resolved in a colour of the element, not in the custom property itself.
    element.style.color = `var(${name})`;
    const colour = style.color;
    element.style.color = '';
    return colour;
  };
}

/** Calls `draw` when the theme changes, because colours that are drawn do not. Returns a function that ends this. */
export function onTheme(draw: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', draw);
  const chosen = new MutationObserver(draw);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', draw);
    chosen.disconnect();
  };
}

/** What all axes of charts have in common. */
export function axisOf(element: HTMLElement): Pick<uPlot.Axis, 'stroke' | 'font' | 'grid' | 'ticks'> {
  const colour = coloursOf(element);
  return {
    stroke: colour('--quiet'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
}
