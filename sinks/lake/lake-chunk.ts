/** Writes one chunk to the lake: splits its rows by partition, buffers them in bounded memory, and writes parts. */

import type { Vector } from '../../kernel/columns/vectors.ts';
import type { Part } from '../../ledger/rows.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import type { Selection } from './column-buffer.ts';
import { ByteSink } from './parquet/byte-sink.ts';
import { Compression } from './parquet/compression.ts';
import { type PartShape, PartWriter } from './part-writer.ts';
import { type Groups, partFolder } from './partitions.ts';
import { RowBuffer } from './row-buffer.ts';
import { BatchSplitter, PARTITIONS_MAX } from './split-batch.ts';
import { clearLeftovers, stagingPrefix } from './staged-part.ts';

const ROW_GROUP_ROWS = 128 * 1024;
const MEMORY_BYTES = 48 << 20;
/** The most open storage writers. Each holds a file descriptor, or on S3 a few upload buffers of 8 MiB. */
const OPEN_WRITERS_MAX = 8;
/**
 * The most parts that are still being written while the next one is encoded. Each holds its bytes until then. With
 * more, two chunks use more memory than is kept for the next two, which then request it from the system again.
 */
const FINISHING_MAX = 4;
const PUBLISHING_MAX = 8;

export interface LakeChunkOptions {
  readonly dataset: CompiledDataset;
  readonly lake: Storage;
  readonly fileId: number;
  readonly chunkNumber: number;
  /** The number of this attempt. Two attempts never use the same staging name. */
  readonly fencingToken: number;
  /** The chunk's range of bytes in the file, for the part's metadata. */
  readonly byteStart?: number;
  readonly byteEnd?: number;
  readonly rowGroupRows?: number;
  /** The most bytes to buffer before row groups are written early. */
  readonly memoryBytes?: number;
  /** See PartShape. `publish` does not move the parts that this takes. */
  readonly keep?: PartShape['keep'];
  /** `finish` may have thousands of parts to write. When this aborts, it throws the reason before the next part. */
  readonly signal?: AbortSignal;
}

/**
 *   write … write ─▶ finish ─▶ publish      abort from anywhere, once
 *
 * Calls must not overlap. A part holds all rows of its chunk and partition, and its name is made from the two. So
 * whichever attempt publishes it last, the rows are the same.
 */
export interface LakeChunk {
  /** Appends copies of the batch's rows. The vectors may be overwritten once it settles. */
  write(batch: Batch): Promise<void>;
  /** Completes all parts in staging. */
  finish(): Promise<Part[]>;
  /** Moves all parts into place. */
  publish(): Promise<void>;
  /** Drops what is staged and releases memory. Does not fail. */
  abort(): Promise<void>;
}

/** Opens a chunk in the lake. Throws LF_INTERNAL for a dataset that cannot be stored. */
export function openLakeChunk(options: LakeChunkOptions): LakeChunk {
  return new LakeChunkWriter(options);
}

/** Rows that are appended to one partition together. */
interface Piece {
  readonly partition: Partition;
  readonly selection: Selection;
}

/**
 * The average number of rows of a partition in the last finished chunk. Used only to guess how much memory to take.
 */
const expectedRows = new WeakMap<CompiledDataset, number>();

/** The rows that wait for a partition's next row group, and its part if it has one yet. */
interface Partition {
  readonly ordinal: number;
  readonly buffer: RowBuffer;
  part: PartWriter | null;
}

class LakeChunkWriter implements LakeChunk {
  readonly #options: LakeChunkOptions;
  readonly #rowGroupRows: number;
  readonly #memoryBytes: number;
  readonly #splitter: BatchSplitter;
  readonly #shape: PartShape;
  readonly #partitions: Partition[] = [];
  readonly #openParts = new Set<PartWriter>();
  #bytes = 0;
  #cleared = false;

  constructor(options: LakeChunkOptions) {
    const { dataset, lake } = options;
    this.#options = options;
    this.#rowGroupRows = options.rowGroupRows ?? ROW_GROUP_ROWS;
    this.#memoryBytes = options.memoryBytes ?? MEMORY_BYTES;
    this.#splitter = new BatchSplitter(dataset);
    this.#shape = {
      lake,
      columns: this.#splitter.parquet,
      compression: this.#splitter.columns.map(() => new Compression(dataset.lake.compression)),
      metadata: metadataOf(options),
      keep: options.keep,
    };
  }

  async write(batch: Batch): Promise<void> {
    if (batch.rows === 0) return;
    const { columns, spaces } = this.#splitter;
    const { vectors, groups, partitions } = this.#splitter.split(batch);
    if (partitions > PARTITIONS_MAX) this.#tooManyPartitions();
    for (let ordinal = this.#partitions.length; ordinal < partitions; ordinal++) {
      this.#partitions.push({ ordinal, buffer: new RowBuffer(columns, spaces), part: null });
    }
    await this.#append(vectors, groups);
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

  /**
   * Appends every group. Each round appends to each partition what still fits its row group, one column at a time so
   * that the column stays in the cache, and then writes the row groups that are full.
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

  /** Room for as many rows as a partition had in the last chunk, so that the buffer need not grow by copying. */
  #rowsToExpect(): number {
    if (this.#bytes > this.#memoryBytes / 2) return 0;
    return Math.min(expectedRows.get(this.#options.dataset) ?? 0, this.#rowGroupRows);
  }

  /** Changes a partition's buffer and updates the total of memory held. */
  #change(partition: Partition, action: () => void): void {
    const before = partition.buffer.bytes;
    action();
    this.#bytes += partition.buffer.bytes - before;
  }

  /** Writes the largest partitions early until memory is within the bound. */
  async #keepToMemory(): Promise<void> {
    while (this.#bytes > this.#memoryBytes) {
      const largest = this.#partitions.reduce((a, b) => (b.buffer.bytes > a.buffer.bytes ? b : a));
      if (largest.buffer.rows > 0) await this.#flush(largest, false);
      else this.#change(largest, () => largest.buffer.release());
    }
  }

  /** Writes the buffered rows of a partition as a row group. */
  async #flush(partition: Partition, keepMemory: boolean): Promise<void> {
    const part = this.#partOf(partition);
    const sink = this.#sinkFor(partition);
    await this.#encode(partition, part, sink, keepMemory);
    await this.#clearLeftovers();
    await this.#makeRoomFor(part);
    await part.send(sink);
    sink.release();
  }

  /** Encoded rows seldom take more than half of what the buffers hold, which grow by doubling. */
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
    const folder = partFolder(dataset.name, this.#splitter.paths[ordinal]);
    const path = `${folder}/f${fileId}-c${chunkNumber}-${dataset.version.slice(0, 8)}.parquet`;
    const stagingKey = `${stagingPrefix(this.#options)}-p${ordinal}`;
    return (partition.part ??= new PartWriter(this.#shape, path, stagingKey));
  }

  /** If too many parts are open, parks the one that has not been written to for longest. */
  async #makeRoomFor(part: PartWriter): Promise<void> {
    this.#openParts.delete(part);
    if (this.#openParts.size >= OPEN_WRITERS_MAX) {
      const [oldest] = this.#openParts;
      await oldest.park();
      this.#openParts.delete(oldest);
    }
    this.#openParts.add(part);
  }

  /** Deletes what earlier attempts at the chunk left in staging, before this one stages anything. */
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
      // Parts are encoded one by one, so that the same rows always give the same bytes. Only the writes overlap.
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
        // If it fails while the next part is encoded, the next wait throws the error.
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

/** Records where a part's rows come from, to be read without the ledger. It is the same for every attempt. */
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
