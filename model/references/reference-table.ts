/** A reference table in memory: its columns as vectors, and the row of each key. */
import { type Int64Vector, isValid, type Vector } from '../../kernel/columns/vectors.ts';
import { eachText } from '../enrich/each-text.ts';
import type { VectorOf } from '../types/column-type.ts';

/** A key as it is looked up: a text, or a whole number that a double holds exactly. */
export type ReferenceKey = string | number;

export interface ReferenceTable {
  readonly name: string;
  /** The key's column. */
  readonly key: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Vector>;
  /** The row of each key. */
  readonly rowOf: ReadonlyMap<ReferenceKey, number>;
}

/**
 * The row of the table for each key: `absent` where it has none, `unsaid` where the key is null. Makes no object per
 * row, except for the text of one that is not in a dictionary.
 */
export function rowsFor(
  { rowOf }: Pick<ReferenceTable, 'rowOf'>,
  keys: Vector,
  rows: number,
  { absent, unsaid }: { readonly absent: number; readonly unsaid: number },
): Int32Array {
  const out = new Int32Array(rows);
  if (keys.kind === 'int32') {
    for (let i = 0; i < rows; i++) out[i] = isValid(keys, i) ? (rowOf.get(keys.values[i]) ?? absent) : unsaid;
  } else if (keys.kind === 'int64') {
    const halves = halvesOf(keys, rows);
    for (let i = 0; i < rows; i++)
      out[i] = isValid(keys, i) ? (rowOf.get(numberAt(halves, i)) ?? absent) : unsaid;
  } else {
    const find = (text: string) => rowOf.get(text) ?? absent;
    eachText(keys as VectorOf<'utf8' | 'dictionary'>, rows, find, (i, row) => {
      out[i] = row ?? unsaid;
    });
  }
  return out;
}

function halvesOf({ values }: Int64Vector, rows: number): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, rows * 2);
}

/**
 * A bigint as a double; NaN for one that a double does not hold exactly, and so is not a key.
 * `halves`: the lower and the upper 32 bits of each.
 */
function numberAt(halves: Int32Array, row: number): number {
  const number = halves[2 * row + 1] * 4294967296 + (halves[2 * row] >>> 0);
  return Number.isSafeInteger(number) ? number : Number.NaN;
}

/** The key of a row that has one. NaN for a bigint that a double does not hold exactly. */
export function keyAt(keys: Vector, row: number, textOf: (row: number) => string): ReferenceKey {
  if (keys.kind === 'int32') return keys.values[row];
  if (keys.kind === 'int64') return numberAt(halvesOf(keys, row + 1), row);
  return textOf(row);
}
