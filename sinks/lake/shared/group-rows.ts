import type { Vector, VectorKind } from '../../../kernel/columns/vectors.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import { CodeSpace } from '../code-space.ts';
import { ByteSink } from '../parquet/byte-sink.ts';
import { Compression } from '../parquet/compression.ts';
import { MAGIC, writeFooter } from '../parquet/footer.ts';
import { encodeRowGroup } from '../parquet/row-group.ts';
import { RowBuffer } from '../row-buffer.ts';
import { BatchSplitter, PARTITIONS_MAX } from '../split-batch.ts';
import { chunkColumn, chunkVector } from './stored-part.ts';

/** The most bytes that the rows of a group take. A chunk that does not fit is loaded alone. */
const MEMORY_BYTES = 48 << 20;

/** How many rows a chunk has in a partition. */
export interface ChunkShare {
  readonly chunkId: number;
  rows: number;
}

/** The rows of a group in one partition. */
export interface GroupPartition {
  /** `year=2018/month=05`, or '' where there is no partition column. */
  readonly folder: string;
  readonly shares: readonly ChunkShare[];
}

interface Partition extends GroupPartition {
  readonly shares: ChunkShare[];
  readonly buffer: RowBuffer;
}

/**
 * The rows of the chunks of a group, by partition. Chunks come one after another:
 *
 *   (begin ─▶ write … ─▶ keep | drop) of each ─▶ encode of each partition ─▶ release
 */
export class GroupRows {
  readonly #splitter: BatchSplitter;
  readonly #shape;
  readonly #spaces: readonly CodeSpace[];
  readonly #partitions: Partition[] = [];
  #kinds: readonly VectorKind[] | null = null;
  #chunkId = 0;
  #rows = 0;
  #bytes = 0;

  constructor(dataset: CompiledDataset) {
    this.#splitter = new BatchSplitter(dataset);
    this.#spaces = [...this.#splitter.spaces, new CodeSpace()];
    const columns = [...this.#splitter.parquet, chunkColumn];
    this.#shape = { columns, compression: columns.map(() => new Compression(dataset.lake.compression)) };
  }

  begin(chunkId: number): void {
    this.#chunkId = chunkId;
    this.#rows = 0;
  }

  /** Appends copies of the batch's rows. Throws where they cannot be in the parts of the group; then call `drop`. */
  write(batch: Batch): void {
    if (batch.rows === 0) return;
    const { vectors, groups, partitions } = this.#splitter.split(batch);
    if (partitions > PARTITIONS_MAX) throw new Error('the group has too many partitions');
    this.#checkKinds(vectors);
    for (let ordinal = this.#partitions.length; ordinal < partitions; ordinal++) {
      const buffer = new RowBuffer(this.#shape.columns.map(toShape), this.#spaces);
      this.#partitions.push({ folder: this.#splitter.paths[ordinal], shares: [], buffer });
    }
    const chunk = chunkVector(this.#chunkId, batch.rows);
    for (let ordinal = 0; ordinal < partitions; ordinal++) {
      const [from, to] = [groups.starts[ordinal], groups.starts[ordinal + 1]];
      if (from === to) continue;
      const contiguous = to - from === batch.rows;
      this.#append(this.#partitions[ordinal], [...vectors, chunk], {
        order: groups.order,
        from,
        to,
        contiguous,
      });
    }
    this.#rows += batch.rows;
    if (this.#bytes > MEMORY_BYTES) throw new Error('the group has too many rows');
  }

  /** The same column of another file may come in another form: as texts, or as codes. */
  #checkKinds(vectors: readonly Vector[]): void {
    this.#kinds ??= vectors.map(({ kind }) => kind);
    if (vectors.some(({ kind }, i) => kind !== this.#kinds![i]))
      throw new Error('its columns come in another form');
  }

  #append(
    { buffer, shares }: Partition,
    vectors: readonly Vector[],
    selection: Parameters<RowBuffer['append']>[2],
  ): void {
    const rows = selection.to - selection.from;
    const before = buffer.bytes;
    buffer.open(vectors, 0);
    for (const [i, vector] of vectors.entries()) buffer.append(i, vector, selection);
    buffer.added(rows);
    this.#bytes += buffer.bytes - before;
    const last = shares.at(-1);
    if (last?.chunkId === this.#chunkId) last.rows += rows;
    else shares.push({ chunkId: this.#chunkId, rows });
  }

  /** The chunk is complete. Returns its rows. */
  keep(): number {
    this.#splitter.keepTexts();
    return this.#rows;
  }

  /** Removes the rows of a chunk, which must be the last one that was begun and not dropped. */
  drop(chunkId: number): void {
    this.#splitter.keepTexts();
    for (const { buffer, shares } of this.#partitions) {
      if (shares.at(-1)?.chunkId !== chunkId) continue;
      buffer.truncate(buffer.rows - shares.pop()!.rows);
    }
  }

  /** The partitions that have rows. */
  partitions(): GroupPartition[] {
    return this.#partitions.filter(({ shares }) => shares.length > 0);
  }

  /** The rows of a partition as a part: one row group. */
  async encode(
    partition: GroupPartition,
    metadata: Readonly<Record<string, string>>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { buffer } = partition as Partition;
    const sink = new ByteSink(4096 + buffer.bytes / 2);
    try {
      sink.append(MAGIC);
      const group = await encodeRowGroup(this.#shape, buffer.values(), sink, 0);
      writeFooter(sink, this.#shape.columns, [group], metadata);
      return sink.written().slice();
    } finally {
      sink.release();
    }
  }

  release(): void {
    for (const { buffer } of this.#partitions) buffer.release();
    this.#partitions.length = 0;
  }
}

function toShape(parquet: typeof chunkColumn) {
  return { parquet };
}
