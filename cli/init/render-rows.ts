/** The first rows of a file, as they will be loaded. */
import { printable, shorten } from '../terminal/format.ts';

const lineWidth = 100;
const cellWidth = 24;

/** An aligned table of as many columns as fit into a line. */
export function renderRows(
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): string[] {
  const cells = [names, ...rows].map((row) =>
    row.map((text) => shorten(printable(shortTime(text ?? '∅')), cellWidth)),
  );
  const widths = names.map((_, c) => Math.max(...cells.map((row) => [...row[c]].length)));
  let fitting = 0;
  for (let used = 2; fitting < names.length; fitting++) {
    used += widths[fitting] + 2;
    if (used > lineWidth) break;
  }
  const shown = Math.max(1, fitting);
  const more = names.length > shown ? ' …' : '';
  const line = (row: readonly string[]) =>
    `  ${row
      .slice(0, shown)
      .map((text, c) => text + ' '.repeat(widths[c] - [...text].length))
      .join('  ')
      .trimEnd()}${more}`;
  return cells.map(line);
}

/** An instant without the zeros of its fraction, and without UTC. */
function shortTime(text: string): string {
  return text.replace(/^(\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d*?)0*\+00$/, (_, time, fraction) =>
    fraction === '.' ? time : time + fraction,
  );
}
