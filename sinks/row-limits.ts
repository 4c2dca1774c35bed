/**
 * Limits of sinks on the texts of a row. An index of PostgreSQL allows keys of 2.7 kB, and a file system allows names
 * of 255 bytes. A row that exceeds a limit is rejected before any sink gets it, so that it does not fail its file.
 */
import type { Pool } from 'pg';
import type { Vector } from '../kernel/columns/vectors.ts';
import { isValid } from '../kernel/columns/vectors.ts';
import type { CompiledDataset, LogicalType } from '../model/compiled.ts';
import type { Batch } from '../model/enrich/batch.ts';

/** Limits the bytes of the texts of these columns together. */
export interface RowLimit {
  /** Names of vectors. A vector that holds no texts counts as zero. */
  readonly columns: readonly string[];
  /** A name for what the bytes are counted of: `its folder in the lake`. */
  readonly what: string;
  readonly most: number;
  /**
   * The bytes that a value takes, if they differ from its length. `most`: an upper bound for a value of `bytes`
   * bytes.
   */
  readonly size?: { of(value: Uint8Array): number; most(bytes: number): number };
  /**
   * Set if the sink may take longer values all the same: says for each of these rows' texts, in the order of `columns`,
   * whether the sink refuses them.
   */
  readonly refused?: (pool: Pool, texts: readonly RowTexts[]) => Promise<readonly boolean[]>;
}

/** The texts of a row in the columns of a limit; null where there is none. */
export type RowTexts = readonly (string | null)[];

/** A row that exceeds a limit. */
export interface PastLimit {
  readonly row: number;
  readonly limit: RowLimit;
  /** The column with the largest value. */
  readonly column: string;
  readonly bytes: number;
}

/** The names of text columns and of enrichments that return texts. */
export function textColumns({ columns, enrichments }: CompiledDataset): ReadonlySet<string> {
  const isText = ({ logical }: { readonly logical: LogicalType }) => logical.type === 'text';
  return new Set([...columns, ...enrichments].filter(isText).map(({ name }) => name));
}

/** Applies limits to the batches of one chunk, in order. */
export class RowLimits {
  private readonly limits: readonly { readonly limit: RowLimit; readonly sizes: readonly Sizes[] }[];

  constructor(limits: readonly RowLimit[]) {
    this.limits = limits.map((limit) => ({ limit, sizes: limit.columns.map(() => new Sizes(limit)) }));
  }

  /** The rows that exceed a limit, limit by limit. Most batches have none. */
  past({ rows, vectors }: Batch): PastLimit[] {
    const found: PastLimit[] = [];
    for (const { limit, sizes } of this.limits) {
      const values = limit.columns.map((name) => vectors.get(name)!);
      let longest = 0;
      for (const [c, size] of sizes.entries()) longest += size.longest(values[c], rows);
      if (longest <= limit.most) continue;
      for (let row = 0; row < rows; row++) {
        const one = pastAt(row, limit, sizes, values);
        if (one !== null) found.push(one);
      }
    }
    return found;
  }
}

function pastAt(
  row: number,
  limit: RowLimit,
  sizes: readonly Sizes[],
  values: readonly Vector[],
): PastLimit | null {
  let bytes = 0;
  let largest = -1;
  let column = '';
  for (const [c, vector] of values.entries()) {
    const size = sizes[c].at(vector, row);
    bytes += size;
    if (size > largest) [largest, column] = [size, limit.columns[c]];
  }
  return bytes > limit.most ? { row, limit, column, bytes } : null;
}

/** The sizes of one column's values. Those of a dictionary are kept, because it only grows while a chunk is read. */
class Sizes {
  private readonly limit: RowLimit;
  private dictionary: object | null = null;
  private readonly ofCode: number[] = [];
  private longestCode = 0;

  constructor(limit: RowLimit) {
    this.limit = limit;
  }

  /** An upper bound for the size of the longest value. */
  longest(vector: Vector, rows: number): number {
    if (vector.kind === 'dictionary') {
      this.learn(vector.dictionary);
      return this.longestCode;
    }
    if (vector.kind !== 'utf8') return 0;
    const { offsets } = vector;
    if (this.most(offsets[rows] - offsets[0]) <= this.limit.most / this.limit.columns.length)
      return this.most(offsets[rows] - offsets[0]);
    let bytes = 0;
    for (let row = 0; row < rows; row++) bytes = Math.max(bytes, offsets[row + 1] - offsets[row]);
    return this.most(bytes);
  }

  at(vector: Vector, row: number): number {
    if (!isValid(vector, row)) return 0;
    if (vector.kind === 'dictionary') return this.ofCode[vector.values[row]];
    if (vector.kind !== 'utf8') return 0;
    return this.sizeOf(vector.bytes.subarray(vector.offsets[row], vector.offsets[row + 1]));
  }

  private learn(dictionary: Extract<Vector, { kind: 'dictionary' }>['dictionary']): void {
    if (this.dictionary !== dictionary) {
      this.dictionary = dictionary;
      this.ofCode.length = 0;
      this.longestCode = 0;
    }
    for (let code = this.ofCode.length; code < dictionary.size; code++) {
      const size = this.sizeOf(dictionary.bytes(code));
      this.ofCode.push(size);
      this.longestCode = Math.max(this.longestCode, size);
    }
  }

  private most(bytes: number): number {
    return this.limit.size?.most(bytes) ?? bytes;
  }

  /** Exact only where it matters: a value that fits in any case is not measured. */
  private sizeOf(value: Uint8Array): number {
    const { size, most } = this.limit;
    if (size === undefined) return value.length;
    const bound = size.most(value.length);
    return bound <= most ? bound : size.of(value);
  }
}
