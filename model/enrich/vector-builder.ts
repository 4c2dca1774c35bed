/** Collects values into a vector, row by row: the slow path, for the results of converters and `compute`. */
import type { Vector } from '../../kernel/columns/vectors.ts';
import type { Nulls } from './nulls.ts';

/** Collects values into a vector of a type, row by row. */
export interface VectorBuilder {
  /** Sets the value of row `i`; null if it has none. Rows are set in order. */
  set(i: number, value: unknown): void;
  finish(): Vector;
}

/** Marks rows as null. */
class NullMarks {
  private validity: Uint8Array | null = null;
  private nullCount = 0;
  private readonly rows: number;

  constructor(rows: number) {
    this.rows = rows;
  }

  mark(i: number): void {
    this.validity ??= new Uint8Array((this.rows + 7) >> 3).fill(255);
    this.validity[i >> 3] &= ~(1 << (i & 7));
    this.nullCount++;
  }

  done(): Nulls {
    return { validity: this.validity, nullCount: this.nullCount };
  }
}

/** A builder that stores values by `store`. `finish` completes the vector from its nulls. */
export function builderOf(
  rows: number,
  store: (i: number, value: never) => void,
  finish: (rest: { readonly length: number } & Nulls) => Vector,
): VectorBuilder {
  const nulls = new NullMarks(rows);
  return {
    set(i, value) {
      if (value === null) nulls.mark(i);
      else store(i, value as never);
    },
    finish: () => finish({ length: rows, ...nulls.done() }),
  };
}

export function int32Builder(rows: number): VectorBuilder {
  const values = new Int32Array(rows);
  const store = (i: number, value: number) => {
    values[i] = value;
  };
  return builderOf(rows, store, (rest) => ({ kind: 'int32', values, ...rest }));
}

export function int64Builder(rows: number): VectorBuilder {
  const values = new BigInt64Array(rows);
  const store = (i: number, value: bigint) => {
    values[i] = value;
  };
  return builderOf(rows, store, (rest) => ({ kind: 'int64', values, ...rest }));
}

/** Texts as UTF-8 in a buffer that doubles. */
export function utf8Builder(rows: number): VectorBuilder {
  const encoder = new TextEncoder();
  const nulls = new NullMarks(rows);
  const offsets = new Int32Array(rows + 1);
  let bytes = new Uint8Array(Math.max(64, rows * 16));
  let end = 0;
  return {
    set(i, value) {
      if (value === null) nulls.mark(i);
      else {
        const text = value as string;
        if (end + text.length * 3 > bytes.length) {
          const larger = new Uint8Array(Math.max(bytes.length * 2, end + text.length * 3));
          larger.set(bytes.subarray(0, end));
          bytes = larger;
        }
        end += encoder.encodeInto(text, bytes.subarray(end)).written;
      }
      offsets[i + 1] = end;
    },
    finish: () => ({ kind: 'utf8', length: rows, offsets, bytes, ...nulls.done() }),
  };
}
