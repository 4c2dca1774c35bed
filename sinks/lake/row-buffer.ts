import type { Vector } from '../../kernel/columns/vectors.ts';
import type { CodeSpace } from './code-space.ts';
import { type ColumnBuffer, columnBuffer, type Selection } from './column-buffer.ts';
import type { LakeColumn } from './lake-columns.ts';
import type { ColumnValues } from './parquet/column-chunk.ts';

/**
 * The rows of one partition that wait for their row group. Holds memory only while there are rows, or soon will be.
 */
export class RowBuffer {
  rows = 0;
  /** The bytes of memory held, as of the last `added`, `clear` or `release`. */
  bytes = 0;
  #columns: ColumnBuffer[] | null = null;
  readonly #shape: readonly Pick<LakeColumn, 'parquet'>[];
  readonly #spaces: readonly CodeSpace[];

  /** One code space per column. */
  constructor(shape: readonly Pick<LakeColumn, 'parquet'>[], spaces: readonly CodeSpace[]) {
    this.#shape = shape;
    this.#spaces = spaces;
  }

  /** Takes memory for `rows` rows, unless it has some already. */
  open(vectors: readonly Vector[], rows: number): void {
    this.#columns ??= this.#shape.map(({ parquet }, i) =>
      columnBuffer(vectors[i].kind, parquet.nullable, this.#spaces[i], rows),
    );
  }

  /** Appends to one column. Call `added` after all columns have been appended to. */
  append(column: number, vector: Vector, selection: Selection): void {
    this.#columns![column].append(vector, selection);
  }

  added(rows: number): void {
    this.rows += rows;
    this.bytes = this.#columns!.reduce((sum, column) => sum + column.bytes, 0);
  }

  /** A view of each column of the row group. */
  values(): ColumnValues[] {
    return this.#columns!.map((column) => column.values());
  }

  /** Removes all rows but the first ones. */
  truncate(rows: number): void {
    for (const column of this.#columns ?? []) column.truncate(rows);
    this.rows = rows;
  }

  /** Removes the rows and keeps the memory for the next ones. */
  clear(): void {
    for (const column of this.#columns ?? []) column.clear();
    this.rows = 0;
  }

  /** Removes the rows and releases the memory. */
  release(): void {
    for (const column of this.#columns ?? []) column.release();
    this.#columns = null;
    this.rows = 0;
    this.bytes = 0;
  }
}
