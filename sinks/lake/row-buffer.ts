import type { Vector } from '../../kernel/columns/vectors.ts';
import type { CodeSpace } from './code-space.ts';
import { type ColumnBuffer, columnBuffer, type Selection } from './column-buffer.ts';
import type { LakeColumn } from './lake-columns.ts';
import type { ColumnValues } from './parquet/column-chunk.ts';

/** The rows of one partition that wait for their row group. Holds memory only while there are some, or soon will be. */
export class RowBuffer {
  rows = 0;
  /** Memory held, in bytes, as of the last `added`, `clear` or `release`. */
  bytes = 0;
  #columns: ColumnBuffer[] | null = null;
  readonly #shape: readonly LakeColumn[];
  readonly #spaces: readonly CodeSpace[];

  /** One code space per column. */
  constructor(shape: readonly LakeColumn[], spaces: readonly CodeSpace[]) {
    this.#shape = shape;
    this.#spaces = spaces;
  }

  /** Takes memory if there is none yet, with room for `rows`. */
  open(vectors: readonly Vector[], rows: number): void {
    this.#columns ??= this.#shape.map(({ parquet }, i) =>
      columnBuffer(vectors[i].kind, parquet.nullable, this.#spaces[i], rows),
    );
  }

  /** Appends to one column; `added` follows when all columns are. */
  append(column: number, vector: Vector, selection: Selection): void {
    this.#columns![column].append(vector, selection);
  }

  added(rows: number): void {
    this.rows += rows;
    this.bytes = this.#columns!.reduce((sum, column) => sum + column.bytes, 0);
  }

  /** The row group, a view of each column. */
  values(): ColumnValues[] {
    return this.#columns!.map((column) => column.values());
  }

  /** Forgets the rows; keeps the memory for the next. */
  clear(): void {
    for (const column of this.#columns ?? []) column.clear();
    this.rows = 0;
  }

  /** Forgets the rows and gives the memory back. */
  release(): void {
    for (const column of this.#columns ?? []) column.release();
    this.#columns = null;
    this.rows = 0;
    this.bytes = 0;
  }
}
