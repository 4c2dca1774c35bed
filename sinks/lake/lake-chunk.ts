/** Writes one chunk to the lake: splits rows by partition, buffers them within a bound, writes parts. */

import type { Vector } from '../../kernel/columns/vectors.ts';
import { remember } from '../../kernel/remember.ts';
import type { Part } from '../../ledger/rows.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { CodeSpace } from './code-space.ts';
import type { Selection } from './column-buffer.ts';
import { checkVector, type LakeColumn, lakeColumns, partitionColumns } from './lake-columns.ts';
import { ByteSink } from './parquet/byte-sink.ts';
import { Compression } from './parquet/compression.ts';
import { type PartShape, PartWriter } from './part-writer.ts';
import { Grouper, type Groups, Partitioner } from './partitions.ts';
import { RowBuffer } from './row-buffer.ts';
import { clearLeftovers, stagingPrefix } from './staged-part.ts';

const ROW_GROUP_ROWS = 128 * 1024;
const MEMORY_BYTES = 48 << 20;
/** Folders that one chunk may fill; more means that the dataset is partitioned by the wrong column. */
const PARTITIONS_MAX = 10_000;
/** Storage writers open at once: each holds a descriptor, or on S3 some upload buffers of 8 MiB. */
const OPEN_WRITERS_MAX = 8;
/** Parts whose last write is under way while the next is encoded. Each holds its bytes until it has ended:
 * with more, the memory of two chunks is more than is kept for the next two, and is requested from the system again. */
const FINISHING_MAX = 4;
const PUBLISHING_MAX = 8;

export interface LakeChunkOptions {
  readonly dataset: CompiledDataset;
  readonly lake: Storage;
  readonly fileId: number;
  readonly chunkNumber: number;
  /** Number of this try. Two tries never write to the same staging name. */
  readonly fencingToken: number;
  /** The chunk's bytes in the file, for the part's own record of where it comes from. */
  readonly byteStart?: number;
  readonly byteEnd?: number;
  readonly rowGroupRows?: number;
  /** Bound of what is buffered before row groups are written early. */
  readonly memoryBytes?: number;
  /** See PartShape: what it takes, `publish` does not move. */
  readonly keep?: PartShape['keep'];
  /** `finish`, which may have thousands of parts to write, ends with its reason before the next. */
  readonly signal?: AbortSignal;
}

/**
 *   write … write ─▶ finish ─▶ publish      abort from anywhere, once
 *
 * Calls must not overlap. A part holds all rows of its chunk and partition and its name says which, so
 * whichever try publishes it last, the rows are the same.
 */
export interface LakeChunk {
  /** Appends copies of the batch's rows. The vectors are not needed any more when it settles. */
  write(batch: Batch): Promise<void>;
  /** Completes all parts, in staging. */
  finish(): Promise<Part[]>;
  /** Moves all parts into place. */
  publish(): Promise<void>;
  /** Drops what is staged and gives memory back. Does not fail. */
  abort(): Promise<void>;
}

/** Opens a chunk in the lake. Fails with LF_INTERNAL for a dataset that cannot be stored. */
export function openLakeChunk(options: LakeChunkOptions): LakeChunk {
  return new LakeChunkWriter(options);
}

/** What of a dataset's definition the lake needs. */
const layoutOf = remember((dataset: CompiledDataset) => {
  const columns = lakeColumns(dataset);
  const parquet = columns.map((column) => column.parquet);
  return { columns, parquet, partitions: partitionColumns(dataset) };
});

/** Rows that go to one partition together. */
interface Piece {
  readonly partition: Partition;
  readonly selection: Selection;
}

/** Rows of a partition in the chunk that finished last, on average. Only a guess at memory hangs on it. */
const expectedRows = new WeakMap<CompiledDataset, number>();

/** What waits for a partition's next row group, and its part once there was one. */
interface Partition {
  readonly ordinal: number;
  readonly buffer: RowBuffer;
  part: PartWriter | null;
}

class LakeChunkWriter implements LakeChunk {
  readonly #options: LakeChunkOptions;
  readonly #rowGroupRows: number;
  readonly #memoryBytes: number;
  readonly #columns: readonly LakeColumn[];
  readonly #spaces: readonly CodeSpace[];
  readonly #shape: PartShape;
  readonly #partitioner: Partitioner;
  readonly #grouper = new Grouper();
  readonly #partitions: Partition[] = [];
  readonly #openParts = new Set<PartWriter>();
  #bytes = 0;
  #cleared = false;

  constructor(options: LakeChunkOptions) {
    const { dataset, lake } = options;
    this.#options = options;
    this.#rowGroupRows = options.rowGroupRows ?? ROW_GROUP_ROWS;
    this.#memoryBytes = options.memoryBytes ?? MEMORY_BYTES;
    const { columns, parquet, partitions } = layoutOf(dataset);
    this.#columns = columns;
    this.#spaces = this.#columns.map(() => new CodeSpace());
    this.#shape = {
      lake,
      columns: parquet,
      compression: this.#columns.map(() => new Compression()),
      metadata: metadataOf(options),
      keep: options.keep,
    };
    this.#partitioner = new Partitioner(partitions);
  }

  async write(batch: Batch): Promise<void> {
    const { rows } = batch;
    if (rows === 0) return;
    const vectors = this.#columns.map((column, i) => this.#vectorOf(batch, column, this.#spaces[i]));
    const ordinals = this.#partitioner.assign(rows, (name) => findVector(batch, name));
    const count = this.#partitioner.paths.length;
    if (count > PARTITIONS_MAX) this.#tooManyPartitions();
    for (let ordinal = this.#partitions.length; ordinal < count; ordinal++) {
      this.#partitions.push({ ordinal, buffer: new RowBuffer(this.#columns, this.#spaces), part: null });
    }
    await this.#append(vectors, this.#grouper.group(ordinals, rows, count));
    await this.#keepToMemory();
  }

  #tooManyPartitions(): never {
    const { dataset, chunkNumber } = this.#options;
    throw new LandfallError('LF_PARTITIONS', {
      dataset: dataset.name,
      chunk: chunkNumber,
      limit: PARTITIONS_MAX,
    });
  }

  /** The vector that fills a column, its codes (if any) those of the chunk's code space. */
  #vectorOf(batch: Batch, column: LakeColumn, space: CodeSpace): Vector {
    const vector = findVector(batch, column.vector);
    checkVector(column, vector);
    return vector.kind === 'dictionary' ? { ...vector, values: space.codes(vector) } : vector;
  }

  /**
   * Appends every group. A round appends to each partition what still fits its row group, column by
   * column so that a column stays in the cache, then writes the row groups that are full.
   */
  async #append(vectors: readonly Vector[], { order, starts }: Groups): Promise<void> {
    const count = this.#partitions.length;
    const next = starts.slice(0, count);
    for (let waiting = starts[count]; waiting > 0; ) {
      const pieces: Piece[] = [];
      for (const partition of this.#partitions) {
        const { ordinal, buffer } = partition;
        const from = next[ordinal];
        const to = Math.min(starts[ordinal + 1], from + this.#rowGroupRows - buffer.rows);
        if (from === to) continue;
        const contiguous = starts[ordinal + 1] - starts[ordinal] === starts[count];
        pieces.push({ partition, selection: { order, from, to, contiguous } });
        next[ordinal] = to;
        waiting -= to - from;
      }
      for (const { partition } of pieces) partition.buffer.open(vectors, this.#rowsToExpect());
      vectors.forEach((vector, column) => {
        for (const { partition, selection } of pieces) partition.buffer.append(column, vector, selection);
      });
      for (const { partition, selection } of pieces) {
        this.#change(partition, () => partition.buffer.added(selection.to - selection.from));
        if (partition.buffer.rows === this.#rowGroupRows) await this.#flush(partition, true);
      }
    }
  }

  /** Space for as many rows as a partition had in the last chunk: it is not copied while it doubles. */
  #rowsToExpect(): number {
    if (this.#bytes > this.#memoryBytes / 2) return 0;
    return Math.min(expectedRows.get(this.#options.dataset) ?? 0, this.#rowGroupRows);
  }

  /** Does something to a partition's buffer and brings the sum of memory held up to date. */
  #change(partition: Partition, action: () => void): void {
    const before = partition.buffer.bytes;
    action();
    this.#bytes += partition.buffer.bytes - before;
  }

  /** Writes the largest partitions early until the bound is kept again. */
  async #keepToMemory(): Promise<void> {
    while (this.#bytes > this.#memoryBytes) {
      const largest = this.#partitions.reduce((a, b) => (b.buffer.bytes > a.buffer.bytes ? b : a));
      if (largest.buffer.rows > 0) await this.#flush(largest, false);
      else this.#change(largest, () => largest.buffer.release());
    }
  }

  /** Writes what a partition has buffered as a row group. */
  async #flush(partition: Partition, keepMemory: boolean): Promise<void> {
    const part = this.#partOf(partition);
    const sink = this.#sinkFor(partition);
    await this.#encode(partition, part, sink, keepMemory);
    await this.#clearLeftovers();
    await this.#makeRoomFor(part);
    await part.send(sink);
    sink.release();
  }

  /** What is encoded seldom takes more than half of what buffers, which double, hold. */
  #sinkFor(partition: Partition): ByteSink {
    return new ByteSink(4096 + partition.buffer.bytes / 2);
  }

  async #encode(partition: Partition, part: PartWriter, sink: ByteSink, keepMemory: boolean): Promise<void> {
    const { buffer } = partition;
    if (buffer.rows > 0) await part.encode(buffer.values(), sink);
    this.#change(partition, () => (keepMemory ? buffer.clear() : buffer.release()));
  }

  #partOf(partition: Partition): PartWriter {
    const { dataset, fileId, chunkNumber } = this.#options;
    const { ordinal } = partition;
    const folder = this.#partitioner.paths[ordinal];
    const name = `f${fileId}-c${chunkNumber}-${dataset.version.slice(0, 8)}.parquet`;
    const path = [dataset.name, folder, name].filter((step) => step !== '').join('/');
    const stagingKey = `${stagingPrefix(this.#options)}-p${ordinal}`;
    return (partition.part ??= new PartWriter(this.#shape, path, stagingKey));
  }

  /** Parks the part that was written to longest ago when too many are open. */
  async #makeRoomFor(part: PartWriter): Promise<void> {
    this.#openParts.delete(part);
    if (this.#openParts.size >= OPEN_WRITERS_MAX) {
      const [oldest] = this.#openParts;
      await oldest.park();
      this.#openParts.delete(oldest);
    }
    this.#openParts.add(part);
  }

  /** Before this try stages anything, what earlier tries of the chunk left there goes. */
  async #clearLeftovers(): Promise<void> {
    if (this.#cleared) return;
    this.#cleared = true;
    await clearLeftovers(this.#options);
  }

  async finish(): Promise<Part[]> {
    const parts: Part[] = [];
    const finishing = new Set<Promise<void>>();
    await this.#clearLeftovers();
    try {
      // Encoded one by one, so that the same rows always give the same bytes; only the writing overlaps.
      for (const partition of this.#partitions) {
        this.#options.signal?.throwIfAborted();
        const part = this.#partOf(partition);
        const sink = this.#sinkFor(partition);
        await this.#encode(partition, part, sink, false);
        const done = part.finish(sink).then((written) => {
          parts[partition.ordinal] = written;
          sink.release();
          finishing.delete(done);
        });
        // Should it fail while the next is encoded, the next wait says so.
        done.catch(() => {});
        finishing.add(done);
        if (finishing.size >= FINISHING_MAX) await Promise.race(finishing);
      }
      await Promise.all(finishing);
    } finally {
      await Promise.allSettled(finishing);
    }
    crashPoint('lake.parts-staged');
    this.#openParts.clear();
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    if (rows > 0) expectedRows.set(this.#options.dataset, Math.ceil(rows / parts.length));
    return parts;
  }

  async publish(): Promise<void> {
    const waiting = [...this.#partitions];
    const move = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await next.part?.publish();
    };
    const moves = Array.from({ length: PUBLISHING_MAX }, move);
    await Promise.allSettled(moves);
    await Promise.all(moves);
  }

  async abort(): Promise<void> {
    for (const { buffer, part } of this.#partitions) {
      buffer.release();
      await part?.abort();
    }
  }
}

function findVector(batch: Batch, name: string): Vector {
  const vector = batch.vectors.get(name);
  if (vector === undefined)
    throw new LandfallError('LF_INTERNAL', { reason: `the batch has no column ${name}` });
  return vector;
}

/** Where a part's rows come from, readable without the ledger. The same for every try of the chunk. */
function metadataOf(options: LakeChunkOptions): Record<string, string> {
  const { dataset, fileId, chunkNumber, byteStart, byteEnd } = options;
  const metadata: Record<string, string> = {
    'landfall.dataset': dataset.name,
    'landfall.definition': dataset.version,
    'landfall.file': String(fileId),
    'landfall.chunk': String(chunkNumber),
  };
  if (byteStart !== undefined && byteEnd !== undefined)
    metadata['landfall.bytes'] = `${byteStart}-${byteEnd}`;
  return metadata;
}
