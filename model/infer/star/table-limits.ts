/** Whether PostgreSQL holds the facts: a table has at most 1,600 columns, and a row must fit into a page. */
import type { FoundColumn, Remark } from '../contract.ts';

/** Columns of a table (MaxHeapAttributeNumber). */
export const tableColumnsMost = 1600;
/** Bytes of a row that PostgreSQL stores in one page (MaxHeapTupleSize), with its header and null bitmap. */
const rowBytesMost = 8160;
/** Rows of other files may be somewhat longer. */
const reserve = 0.9;

/** A value that is stored elsewhere leaves a pointer in the row. */
const pointerBytes = 18;
const fixedBytes: Readonly<Record<string, number>> = {
  ...{ boolean: 1, smallint: 2, integer: 4, date: 4, bigint: 8, float8: 8, time: 8, timestamp: 8 },
  ...{ uuid: 16, interval: 16, point: 16 },
};

/**
 * Why the facts do not fit into a table; null if they do. `places`: columns of the facts. `keys`: those of
 * dimensions. `rows`: sampled, of all columns.
 */
export function tableFault(
  columns: readonly FoundColumn[],
  places: readonly number[],
  keys: number,
  rows: readonly (readonly (string | null)[])[],
): Remark | null {
  // Landfall adds the chunk.
  const count = places.reduce((sum, c) => sum + (columns[c].guess.type === 'point' ? 2 : 1), keys + 1);
  if (count > tableColumnsMost) {
    const text = `the facts would have ${count.toLocaleString('en-US')} columns; PostgreSQL has at most 1,600 in a table`;
    return { kind: 'check', text: `${text}, so there is the lake alone` };
  }
  // Most tables are nowhere near the limit, whatever is in them.
  if (count * pointerBytes < rowBytesMost * reserve) return null;
  const header = 24 + Math.ceil(count / 8) + (keys + 1) * 4;
  const longest = rows.reduce((most, row) => Math.max(most, header + rowBytes(columns, places, row)), 0);
  if (longest < rowBytesMost * reserve) return null;
  const text = `rows of ${longest.toLocaleString('en-US')} bytes in ${count} columns do not fit into PostgreSQL's pages`;
  return { kind: 'check', text: `${text} of 8 kB, so there is the lake alone` };
}

function rowBytes(
  columns: readonly FoundColumn[],
  places: readonly number[],
  row: readonly (string | null)[],
): number {
  return places.reduce((sum, c) => {
    const { type } = columns[c].guess;
    const value = row[c] ?? null;
    if (value === null) return sum;
    // Digits of a numeric are stored four in two bytes.
    if (type === 'numeric') return sum + 5 + Math.ceil(value.length / 2);
    return sum + (fixedBytes[type] ?? Math.min(pointerBytes, Buffer.byteLength(value) + 1));
  }, 0);
}
