/** One chunk's way into the lake: rows split by partition, buffered within a bound, written as parts. */
import type { Vector } from '../../kernel/vectors.ts';
import type { Batch } from '../../model/batch.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors.ts';
import type { Part, Storage } from '../../platform/types.ts';
import { asidePrefix, clearLeftovers } from './aside.ts';
import { CodeSpace } from './code-space.ts';
import { type ColumnBuffer, columnBuffer, type Selection } from './column-buffer.ts';
import { checkVector, type LakeColumn, lakeColumns, partitionColumns } from './columns.ts';
import { ByteSink } from './parquet/byte-sink.ts';
import { Compression } from './parquet/compression.ts';
import { type PartShape, PartWriter } from './part-writer.ts';
import { Grouper, type Groups, Partitioner } from './partitions.ts';

const ROW_GROUP_ROWS = 128 * 1024;
const MEMORY_BYTES = 48 << 20;
/** Folders that one chunk may fill; more means that the dataset is partitioned by the wrong column. */
const PARTITIONS_MAX = 10_000;
/** Storage writers open at once: each holds a descriptor, or on S3 some upload buffers of 8 MiB. */
const OPEN_WRITERS_MAX = 8;
/** Parts whose last write is under way while the next is encoded. */
const FINISHING_MAX = 8;
const PUBLISHING_MAX = 8;

export interface LakeChunkOptions {
  readonly dataset: CompiledDataset;
  readonly lake: Storage;
  readonly fileId: number;
  readonly chunkNumber: number;
  /** Number of this try. Two tries never write to the same name aside. */
  readonly claim: number;
  /** The chunk's bytes in the file, for the part's own record of where it comes from. */
  readonly byteStart?: number;
  readonly byteEnd?: number;
  readonly rowGroupRows?: number;
  /** Bound of what is buffered before row groups are written early. */
  readonly memoryBytes?: number;
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
  /** Completes all parts, aside. */
  finish(): Promise<Part[]>;
  /** Moves all parts into place. */
  publish(): Promise<void>;
  /** Drops what is aside and gives memory back. Does not fail. */
  abort(): Promise<void>;
}

/** Opens a chunk's way into the lake. Fails with LF_INTERNAL for a dataset that cannot be stored. */
export function openLakeChunk(options: LakeChunkOptions): LakeChunk {
  return new LakeChunkWriter(options);
}

/** Rows that go to one partition together. */
interface Piece {
  readonly p: number;
  readonly buffers: readonly ColumnBuffer[];
  readonly selection: Selection;
}

/** Rows of a partition in the chunk that finished last, on average. Only a guess at memory hangs on it. */
const expectedRows = new WeakMap<CompiledDataset, number>();

/** What waits for a partition's next row group, and its part once there was one. */
interface Partition {
  buffers: ColumnBuffer[] | null;
  rows: number;
  bytes: number;
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
    this.#columns = lakeColumns(dataset);
    this.#spaces = this.#columns.map(() => new CodeSpace());
    this.#shape = {
      lake,
      columns: this.#columns.map((column) => column.parquet),
      compression: this.#columns.map(() => new Compression()),
      metadata: metadataOf(options),
    };
    this.#partitioner = new Partitioner(partitionColumns(dataset));
  }

  async write(batch: Batch): Promise<void> {
    const { rows } = batch;
    if (rows === 0) return;
    const vectors = this.#columns.map((column, i) => this.#vectorOf(batch, column, this.#spaces[i]));
    const ordinals = this.#partitioner.assign(rows, (name) => findVector(batch, name));
    const count = this.#partitioner.paths.length;
    if (count > PARTITIONS_MAX) this.#tooManyPartitions();
    while (this.#partitions.length < count)
      this.#partitions.push({ buffers: null, rows: 0, bytes: 0, part: null });
    await this.#append(vectors, this.#grouper.group(ordinals, rows, count), count);
    while (this.#bytes > this.#memoryBytes) await this.#flushLargest();
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
  async #append(vectors: readonly Vector[], { order, starts }: Groups, count: number): Promise<void> {
    const next = starts.slice(0, count);
    for (let waiting = starts[count]; waiting > 0; ) {
      const pieces: Piece[] = [];
      for (let p = 0; p < count; p++) {
        const from = next[p];
        const room = this.#rowGroupRows - this.#partitions[p].rows;
        const to = Math.min(starts[p + 1], from + room);
        if (from === to) continue;
        const contiguous = starts[p + 1] - starts[p] === starts[count];
        pieces.push({ p, buffers: this.#buffersOf(p, vectors), selection: { order, from, to, contiguous } });
        next[p] = to;
        waiting -= to - from;
      }
      for (let c = 0; c < vectors.length; c++) appendColumn(pieces, vectors[c], c);
      for (const { p, selection } of pieces) {
        this.#partitions[p].rows += selection.to - selection.from;
        this.#account(this.#partitions[p]);
        if (this.#partitions[p].rows === this.#rowGroupRows) await this.#flush(p, true);
      }
    }
  }

  #buffersOf(p: number, vectors: readonly Vector[]): ColumnBuffer[] {
    const partition = this.#partitions[p];
    if (partition.buffers !== null) return partition.buffers;
    // Room for as many rows as such a partition had in the last chunk spares the copies of doubling.
    const expected = this.#bytes < this.#memoryBytes / 2 ? (expectedRows.get(this.#options.dataset) ?? 0) : 0;
    const rows = Math.min(expected, this.#rowGroupRows);
    return (partition.buffers = this.#columns.map(({ parquet }, i) =>
      columnBuffer(vectors[i].kind, parquet.nullable, this.#spaces[i], rows),
    ));
  }

  /** Brings the sum of memory held up to date. */
  #account(partition: Partition): void {
    const bytes = (partition.buffers ?? []).reduce((sum, buffer) => sum + buffer.bytes, 0);
    this.#bytes += bytes - partition.bytes;
    partition.bytes = bytes;
  }

  async #flushLargest(): Promise<void> {
    let largest = 0;
    for (let p = 1; p < this.#partitions.length; p++) {
      if (this.#partitions[p].bytes > this.#partitions[largest].bytes) largest = p;
    }
    await this.#flush(largest, false);
  }

  /** Writes what a partition has buffered as a row group. */
  async #flush(p: number, keepMemory: boolean): Promise<void> {
    const part = this.#partOf(p);
    const sink = this.#sinkFor(p);
    await this.#encode(p, part, sink, keepMemory);
    await this.#clearLeftovers();
    await this.#makeRoomFor(part);
    await part.send(sink);
    sink.release();
  }

  /** What is encoded seldom takes more than half of what buffers, which double, hold. */
  #sinkFor(p: number): ByteSink {
    return new ByteSink(4096 + this.#partitions[p].bytes / 2);
  }

  async #encode(p: number, part: PartWriter, sink: ByteSink, keepMemory: boolean): Promise<void> {
    const partition = this.#partitions[p];
    if (partition.buffers === null || partition.rows === 0) return;
    await part.encode(
      partition.buffers.map((buffer) => buffer.values()),
      sink,
    );
    for (const buffer of partition.buffers) keepMemory ? buffer.clear() : buffer.release();
    if (!keepMemory) partition.buffers = null;
    partition.rows = 0;
    this.#account(partition);
  }

  #partOf(p: number): PartWriter {
    const { dataset, fileId, chunkNumber } = this.#options;
    const folder = this.#partitioner.paths[p];
    const name = `f${fileId}-c${chunkNumber}-${dataset.version.slice(0, 8)}.parquet`;
    const path = folder === '' ? `${dataset.name}/${name}` : `${dataset.name}/${folder}/${name}`;
    return (this.#partitions[p].part ??= new PartWriter(
      this.#shape,
      path,
      `${asidePrefix(this.#options)}-p${p}`,
    ));
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

  /** Before this try writes anything aside, what earlier tries of the chunk left there goes. */
  async #clearLeftovers(): Promise<void> {
    if (this.#cleared) return;
    this.#cleared = true;
    await clearLeftovers(this.#options);
  }

  async finish(): Promise<Part[]> {
    const parts: Part[] = [];
    const finishing = new Set<Promise<void>>();
    if (this.#partitions.length > 0) await this.#clearLeftovers();
    // Encoded one by one, so that the same rows always give the same bytes; only the writing overlaps.
    for (let p = 0; p < this.#partitions.length; p++) {
      const part = this.#partOf(p);
      const sink = this.#sinkFor(p);
      await this.#encode(p, part, sink, false);
      const done = part.finish(sink).then((written) => {
        parts[p] = written;
        this.#openParts.delete(part);
        sink.release();
        finishing.delete(done);
      });
      finishing.add(done);
      if (finishing.size >= FINISHING_MAX) await Promise.race(finishing);
    }
    await Promise.all(finishing);
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    if (rows > 0) expectedRows.set(this.#options.dataset, Math.ceil(rows / parts.length));
    return parts;
  }

  async publish(): Promise<void> {
    const waiting = this.#partitions.map((partition) => partition.part);
    const move = async () => {
      for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) await part?.publish();
    };
    await Promise.all(Array.from({ length: PUBLISHING_MAX }, move));
  }

  async abort(): Promise<void> {
    for (const partition of this.#partitions) {
      for (const buffer of partition.buffers ?? []) buffer.release();
      partition.buffers = null;
      await partition.part?.abort();
    }
  }
}

function appendColumn(pieces: readonly Piece[], vector: Vector, column: number): void {
  for (const { buffers, selection } of pieces) buffers[column].append(vector, selection);
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
