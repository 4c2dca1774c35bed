/** Colours of the live view: of signs, bars and what was rejected. The words say all of it without them. */
import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** What is coloured wherever it stands in a line. A sign counts only as the first of its line. */
const parts: readonly (readonly [pattern: RegExp, format: Format])[] = [
  [/^✓/, 'green'],
  [/^✗/, 'red'],
  [/^!/, 'yellow'],
  [/[\d,]+ rejected/g, 'yellow'],
  [/━+/g, 'green'],
  [/─+/g, 'gray'],
  [/^ {2}worker \d+.*/, 'gray'],
];

/** Whether a stream is a terminal that shows colours: NO_COLOR, FORCE_COLOR and TERM say so too. */
export function showsColours(output: { isTTY?: boolean; hasColors?(): boolean }): boolean {
  return output.isTTY === true && output.hasColors?.() === true;
}

/** The lines of a text in colours. No character but those of colours is added, so widths stay. */
export function inColours(text: string): string {
  return text.split('\n').map(lineInColours).join('\n');
}

function lineInColours(line: string): string {
  return parts.reduce((coloured, [pattern, format]) => {
    return coloured.replace(pattern, (part) =>
      part.startsWith('0 ') ? part : styleText(format, part, { validateStream: false }),
    );
  }, line);
}
