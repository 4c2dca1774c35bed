/** Splits batches by partition: finds the partition of each row, and the rows of each partition in file order. */
import type { Vector } from '../../kernel/columns/vectors.ts';
import type { LogicalType } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { CodeSpace } from './code-space.ts';
import { int32Range } from './parquet/statistics.ts';
import { FOLDER_BYTES_MAX, partitionValue } from './partition-path.ts';

/** A column whose values name the folders, outermost first. */
export interface PartitionColumn {
  readonly name: string;
  readonly vector: string;
  readonly logical: LogicalType;
  readonly pad: number;
}

/** If the table would have more entries than this, a map is used instead. */
const TABLE_ENTRIES_MAX = 1 << 20;

/**
 * Numbers the partitions of a chunk in order of appearance. It forms a tree with one level per partition column. Each
 * level maps (ordinal of the parent, value) to an ordinal of its own, and the ordinals of the last level are the
 * partitions.
 */
export class Partitioner {
  /** Folder of each partition by ordinal: `year=2018/month=05`, or '' where there is no partition column. */
  readonly paths: readonly string[];
  readonly #levels: PartitionLevel[];
  #parents = new Int32Array(0);

  constructor(columns: readonly PartitionColumn[]) {
    this.#levels = columns.map((column) => new PartitionLevel(column));
    this.paths = this.#levels.length === 0 ? [''] : this.#levels[this.#levels.length - 1].paths;
  }

  /** See CodeSpace. */
  keepTexts(): void {
    for (const level of this.#levels) level.keepTexts();
  }

  /** The partition ordinal of each row, valid until the next call. `vector` finds a column of the batch. */
  assign(rows: number, vector: (name: string) => Vector): Int32Array {
    if (this.#parents.length < rows) this.#parents = new Int32Array(rows);
    let ordinals: Int32Array = this.#parents.fill(0, 0, rows);
    let parentPaths: readonly string[] = [''];
    for (const level of this.#levels) {
      ordinals = level.assign(vector(level.column.vector), ordinals, parentPaths, rows);
      parentPaths = level.paths;
    }
    return ordinals;
  }
}

class PartitionLevel {
  readonly column: PartitionColumn;
  readonly paths: string[] = [];
  readonly #ordinalOfPath = new Map<string, number>();
  readonly #space = new CodeSpace();
  #ordinals = new Int32Array(0);
  /** Ordinal + 1 of (parent, value) at parent × span + value - low + 1, of null at parent × span. 0: not seen yet. */
  #table = new Int32Array(0);
  #low = 0;
  #span = 0;

  constructor(column: PartitionColumn) {
    this.column = column;
  }

  keepTexts(): void {
    this.#space.keepTexts();
  }

  assign(vector: Vector, parents: Int32Array, parentPaths: readonly string[], rows: number): Int32Array {
    if (this.#ordinals.length < rows) this.#ordinals = new Int32Array(rows);
    const values =
      vector.kind === 'int32'
        ? vector.values
        : vector.kind === 'dictionary'
          ? this.#space.codes(vector)
          : null;
    if (values === null || !this.#fitTable(values, parentPaths.length, rows)) {
      return this.#assignByText(vector, parents, parentPaths, rows);
    }
    const validity = vector.nullCount === 0 ? null : vector.validity;
    let row = 0;
    while (
      (row = lookUp(
        values,
        validity,
        parents,
        this.#table,
        this.#low,
        this.#span,
        row,
        rows,
        this.#ordinals,
      )) < rows
    ) {
      // A value that is seen for the first time gets its ordinal, and the loop continues there.
      const known = validity === null || (validity[row >> 3] & (1 << (row & 7))) !== 0;
      const slot = parents[row] * this.#span + (known ? values[row] - this.#low + 1 : 0);
      this.#table[slot] = this.#ordinalOf(vector, row, parentPaths[parents[row]]) + 1;
    }
    return this.#ordinals;
  }

  /** Makes the table cover all values (including those of null rows) and parents. False if it would be too large. */
  #fitTable(values: Int32Array, parents: number, rows: number): boolean {
    const [least, greatest] = int32Range(values, rows);
    const low = this.#span === 0 ? least : Math.min(least, this.#low);
    const high = this.#span === 0 ? greatest : Math.max(greatest, this.#low + this.#span - 2);
    const span = high - low + 2;
    if (span * parents > TABLE_ENTRIES_MAX) return false;
    if (low === this.#low && span === this.#span && this.#table.length >= span * parents) return true;
    const table = new Int32Array(span * Math.max(parents * 2, 16));
    const shift = this.#low - low;
    for (let slot = 0; slot < this.#table.length; slot++) {
      if (this.#table[slot] === 0) continue;
      const parent = Math.floor(slot / this.#span);
      const offset = slot % this.#span;
      table[parent * span + (offset === 0 ? 0 : offset + shift)] = this.#table[slot];
    }
    this.#table = table;
    this.#low = low;
    this.#span = span;
    return true;
  }

  /** The slow way, for types that are seldom used as partitions and for values that are far apart. */
  #assignByText(
    vector: Vector,
    parents: Int32Array,
    parentPaths: readonly string[],
    rows: number,
  ): Int32Array {
    for (let row = 0; row < rows; row++) {
      this.#ordinals[row] = this.#ordinalOf(vector, row, parentPaths[parents[row]]);
    }
    return this.#ordinals;
  }

  /** Two values with the same text (equal texts of a dictionary, -0 and 0) are in the same partition. */
  #ordinalOf(vector: Vector, row: number, parentPath: string): number {
    const { name, logical, pad } = this.column;
    const folder = `${name}=${partitionValue(vector, row, logical, pad)}`;
    const bytes = Buffer.byteLength(folder);
    if (bytes > FOLDER_BYTES_MAX)
      throw new LandfallError('LF_PARTITION_NAME', { folder: folder.slice(0, 80), bytes });
    const path = parentPath === '' ? folder : `${parentPath}/${folder}`;
    let ordinal = this.#ordinalOfPath.get(path);
    if (ordinal === undefined) {
      ordinal = this.paths.length;
      this.paths.push(path);
      this.#ordinalOfPath.set(path, ordinal);
    }
    return ordinal;
  }
}

/** Fills ordinals[from … rows) from the table. Returns the first row whose value the table lacks, or `rows`. */
function lookUp(
  values: Int32Array,
  validity: Uint8Array | null,
  parents: Int32Array,
  table: Int32Array,
  low: number,
  span: number,
  from: number,
  rows: number,
  ordinals: Int32Array,
): number {
  const base = 1 - low;
  for (let i = from; i < rows; i++) {
    const known = validity === null ? 1 : (validity[i >> 3] >> (i & 7)) & 1;
    const ordinal = table[parents[i] * span + (known === 1 ? values[i] + base : 0)];
    if (ordinal === 0) return i;
    ordinals[i] = ordinal - 1;
  }
  return rows;
}

/** Rows grouped by partition. Partition p has the rows order[starts[p] … starts[p + 1]), in file order. */
export interface Groups {
  readonly order: Int32Array;
  readonly starts: Int32Array;
}

/** A stable counting sort of the rows by partition. The arrays are reused, and valid until the next call. */
export class Grouper {
  #order = new Int32Array(0);
  #starts = new Int32Array(0);
  #next = new Int32Array(0);

  group(ordinals: Int32Array, rows: number, partitions: number): Groups {
    if (this.#order.length < rows) this.#order = new Int32Array(rows);
    if (this.#starts.length < partitions + 1) {
      this.#starts = new Int32Array(partitions * 2 + 1);
      this.#next = new Int32Array(partitions * 2 + 1);
    }
    const starts = this.#starts.fill(0, 0, partitions + 1);
    for (let i = 0; i < rows; i++) starts[ordinals[i] + 1]++;
    for (let p = 0; p < partitions; p++) starts[p + 1] += starts[p];
    this.#next.set(starts.subarray(0, partitions));
    scatterRows(ordinals, rows, this.#next, this.#order);
    return { order: this.#order, starts };
  }
}

function scatterRows(ordinals: Int32Array, rows: number, next: Int32Array, order: Int32Array): void {
  for (let i = 0; i < rows; i++) order[next[ordinals[i]]++] = i;
}

/** The folder of a partition of a dataset, where its parts are. `partition`: '' where there is no partition column. */
export function partFolder(dataset: string, partition: string): string {
  return partition === '' ? dataset : `${dataset}/${partition}`;
}
