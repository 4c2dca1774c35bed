import type { Vector } from '../../../kernel/columns/vectors.ts';
import { CodeSpace } from '../code-space.ts';
import type { Selection } from '../column-buffer.ts';
import type { ColumnValues } from '../parquet/column-chunk.ts';
import type { ParquetColumn } from '../parquet/schema.ts';
import { RowBuffer } from '../row-buffer.ts';
import { DistinctTexts } from './distinct-texts.ts';

/** Rows of small row groups that wait for a larger one. */
export class PendingRows {
  /** One per column, for the vectors that are added next. */
  texts: readonly DistinctTexts[];
  readonly #columns: readonly ParquetColumn[];
  #buffer: RowBuffer;

  constructor(columns: readonly ParquetColumn[]) {
    this.#columns = columns;
    this.texts = columns.map(() => new DistinctTexts());
    this.#buffer = this.#newBuffer();
  }

  #newBuffer(): RowBuffer {
    const shape = this.#columns.map((parquet) => ({ parquet }));
    // A space keeps the dictionary that it is given first: that of `texts`.
    const spaces = this.#columns.map((_, i) => {
      const space = new CodeSpace();
      const values = new Int32Array(0);
      const none = { length: 0, validity: null, nullCount: 0, values, dictionary: this.texts[i] };
      space.codes({ kind: 'dictionary', ...none });
      return space;
    });
    return new RowBuffer(shape, spaces);
  }

  get rows(): number {
    return this.#buffer.rows;
  }

  /** About what they take in memory. */
  get memory(): number {
    return this.texts.reduce((sum, { memory }) => sum + memory, this.#buffer.bytes);
  }

  /** Appends copies of the selected rows. */
  add(vectors: readonly Vector[], selection: Selection): void {
    this.#buffer.open(vectors, 0);
    for (const [i, vector] of vectors.entries()) this.#buffer.append(i, vector, selection);
    this.#buffer.added(selection.to - selection.from);
  }

  /** A view of each column, valid until rows are added or removed. */
  values(): ColumnValues[] {
    return this.#buffer.values();
  }

  /** Removes the rows and releases what they take. */
  clear(): void {
    this.#buffer.release();
    this.texts = this.#columns.map(() => new DistinctTexts());
    this.#buffer = this.#newBuffer();
  }
}
