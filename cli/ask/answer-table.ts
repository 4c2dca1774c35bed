/** An answer as an aligned table. */
import { type Answer, type AnswerColumn, type Cell, isNumber } from '../../coordinator/ask/answer.ts';
import { plural } from '../../platform/plural.ts';
import { printable, shorten } from '../terminal/format.ts';

/** Characters of a cell that a terminal is shown. Elsewhere cells are whole. */
const cellWidth = 80;

/** The table and the number of its rows. Holds all rows. */
export async function* tableOf({ columns, batches }: Answer, isForPeople: boolean): AsyncGenerator<string> {
  const width = isForPeople ? cellWidth : Number.POSITIVE_INFINITY;
  const texts: string[][] = [];
  for await (const batch of batches) {
    for (const row of batch) texts.push(row.map((cell, i) => shorten(cellText(cell, columns[i]), width)));
  }
  const names = columns.map(({ name }) => printable(name));
  const widths = names.map((name, i) =>
    texts.reduce((most, row) => Math.max(most, row[i].length), name.length),
  );
  const line = (cells: readonly string[]) => {
    const padded = cells.map((text, i) =>
      isNumber(columns[i].type) ? text.padStart(widths[i]) : text.padEnd(widths[i]),
    );
    return `${padded.join('  ').trimEnd()}\n`;
  };
  yield line(names) + line(widths.map((one) => '─'.repeat(one)));
  yield texts.map(line).join('');
  yield `(${plural(texts.length, 'row')})\n`;
}

function cellText(cell: Cell, { type }: AnswerColumn): string {
  if (cell === null) return '–';
  return printable(type.kind === 'timestamp' ? cell.replace('T', ' ') : cell);
}
