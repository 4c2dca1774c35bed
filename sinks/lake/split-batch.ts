import type { Vector } from '../../kernel/columns/vectors.ts';
import { remember } from '../../kernel/remember.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { CodeSpace } from './code-space.ts';
import { checkVector, type LakeColumn, lakeColumns, partitionColumns } from './lake-columns.ts';
import type { ParquetColumn } from './parquet/schema.ts';
import { Grouper, type Groups, Partitioner } from './partitions.ts';

/** The most folders that one chunk, or one group, may fill. More mean that the dataset is partitioned by the wrong column. */
export const PARTITIONS_MAX = 10_000;

/** The parts of a dataset's definition that the lake needs. */
const layoutOf = remember((dataset: CompiledDataset) => {
  const columns = lakeColumns(dataset);
  const parquet = columns.map((column) => column.parquet);
  return { columns, parquet, partitions: partitionColumns(dataset) };
});

/** What a batch brings to the lake, valid until the next batch. */
export interface SplitBatch {
  /** One per column of the lake. Dictionary codes are those of its code space. */
  readonly vectors: readonly Vector[];
  readonly groups: Groups;
  /** Of the partitions that there are so far. */
  readonly partitions: number;
}

/** Splits the batches of a dataset by partition. */
export class BatchSplitter {
  readonly columns: readonly LakeColumn[];
  readonly parquet: readonly ParquetColumn[];
  /** One per column. */
  readonly spaces: readonly CodeSpace[];
  readonly #partitioner: Partitioner;
  readonly #grouper = new Grouper();

  constructor(dataset: CompiledDataset) {
    const { columns, parquet, partitions } = layoutOf(dataset);
    this.columns = columns;
    this.parquet = parquet;
    this.spaces = columns.map(() => new CodeSpace());
    this.#partitioner = new Partitioner(partitions);
  }

  /** Folder of each partition, in the order in which they have appeared. */
  get paths(): readonly string[] {
    return this.#partitioner.paths;
  }

  /** What is split next may come from another chunk, whose dictionaries take the place of those before. */
  keepTexts(): void {
    this.#partitioner.keepTexts();
    for (const space of this.spaces) space.keepTexts();
  }

  /** Throws LF_INTERNAL if a column of the lake cannot be filled. */
  split(batch: Batch): SplitBatch {
    const vectors = this.columns.map((column, i) => vectorOf(batch, column, this.spaces[i]));
    const ordinals = this.#partitioner.assign(batch.rows, (name) => findVector(batch, name));
    const partitions = this.paths.length;
    return { vectors, groups: this.#grouper.group(ordinals, batch.rows, partitions), partitions };
  }
}

/** The vector that fills a column. Dictionary codes are translated into the column's code space. */
function vectorOf(batch: Batch, column: LakeColumn, space: CodeSpace): Vector {
  const vector = findVector(batch, column.vector);
  checkVector(column, vector);
  return vector.kind === 'dictionary' ? { ...vector, values: space.codes(vector) } : vector;
}

function findVector(batch: Batch, name: string): Vector {
  const vector = batch.vectors.get(name);
  if (vector === undefined)
    throw new LandfallError('LF_INTERNAL', { reason: `the batch has no column ${name}` });
  return vector;
}
