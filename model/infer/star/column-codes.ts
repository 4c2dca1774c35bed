/** Sampled columns as codes: equal values have equal codes, which makes comparing columns cheap. */
import type { FoundColumn } from '../contract.ts';

export interface CodedColumn {
  readonly column: FoundColumn;
  /** One code per row; null is a code like any other. */
  readonly codes: Int32Array;
  /** Text of each code. */
  readonly texts: readonly (string | null)[];
  /** Rows of each code. */
  readonly counts: readonly number[];
  /** The code of null, or -1. */
  readonly nullCode: number;
  /** Distinct values without null. */
  readonly distinct: number;
}

/** Codes of column `c` of the rows. */
export function codeColumn(
  column: FoundColumn,
  c: number,
  rows: readonly (readonly (string | null)[])[],
): CodedColumn {
  const codeOf = new Map<string | null, number>();
  const counts: number[] = [];
  const codes = new Int32Array(rows.length);
  for (let row = 0; row < rows.length; row++) {
    const text = rows[row][c] ?? null;
    let code = codeOf.get(text);
    if (code === undefined) {
      code = counts.length;
      codeOf.set(text, code);
      counts.push(0);
    }
    codes[row] = code;
    counts[code]++;
  }
  const nullCode = codeOf.get(null) ?? -1;
  const texts = [...codeOf.keys()];
  return { column, codes, texts, counts, nullCode, distinct: texts.length - (nullCode < 0 ? 0 : 1) };
}
