/** Comments of a definition: one line each, wrapped, and safe whatever a file's texts are. */
import { visible } from './literals.ts';
import { lineWidth, widthOf } from './print-expression.ts';

/** The text as comment lines with this indent. Nothing in it can end the comment. */
export function commentLines(text: string, indent: number): string[] {
  const start = `${' '.repeat(indent)}// `;
  const most = lineWidth - start.length;
  const lines: string[] = [];
  let line = '';
  for (const word of visible(text)
    .split(' ')
    .flatMap((long) => pieces(long, most))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= most) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line].filter((some) => some.trim() !== '').map((some) => `${start}${some}`.trimEnd());
}

/** A word in pieces that fit into a line. */
function pieces(word: string, most: number): string[] {
  if (widthOf(word) <= most) return [word];
  const characters = [...word];
  const length = Math.floor(most / 2);
  return Array.from({ length: Math.ceil(characters.length / length) }, (_, i) =>
    characters.slice(i * length, (i + 1) * length).join(''),
  );
}
