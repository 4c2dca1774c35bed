import type { Part } from '../../ledger/rows.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { Storage, StorageWriter } from '../../platform/storage/contract.ts';
import type { ByteSink } from './parquet/byte-sink.ts';
import type { ColumnValues } from './parquet/column-chunk.ts';
import { MAGIC, type RowGroup, writeFooter } from './parquet/footer.ts';
import { encodeRowGroup, type RowGroupShape } from './parquet/row-group.ts';

/** What all parts of a chunk have in common. */
export interface PartShape extends RowGroupShape {
  readonly lake: Storage;
  readonly metadata: Readonly<Record<string, string>>;
  /** Takes the parts that are small enough to be written in one piece. They are not written to the lake. */
  readonly keep?: (part: { readonly key: string; readonly body: Uint8Array }) => void;
}

/**
 * Writes one part under a staging name. Its storage writer is opened with the first row group, and may be parked:
 * what has been written so far becomes a separate object, which `finish` copies back. So a chunk can have any number
 * of parts with only a few file descriptors (or, on S3, upload buffers) in use.
 *
 *   new ─▶ open ⇄ parked ─▶ finished ─▶ published      abort, from any state
 */
export class PartWriter {
  readonly path: string;
  readonly #stagingKey: string;
  readonly #shape: PartShape;
  readonly #rowGroups: RowGroup[] = [];
  readonly #segments: { key: string; bytes: number }[] = [];
  #writer: StorageWriter | null = null;
  #rows = 0;
  #bytes = 0;
  #segmentBytes = 0;

  constructor(shape: PartShape, path: string, stagingKey: string) {
    this.#shape = shape;
    this.path = path;
    this.#stagingKey = stagingKey;
  }

  /** Whether it holds a file descriptor now. */
  get open(): boolean {
    return this.#writer !== null;
  }

  /** Encodes a row group into `sink`, which must not be used for anything else until `send` has settled. */
  async encode(values: readonly ColumnValues[], sink: ByteSink): Promise<void> {
    if (this.#bytes === 0 && sink.length === 0) sink.append(MAGIC);
    const group = await encodeRowGroup(this.#shape, values, sink, this.#bytes);
    this.#rowGroups.push(group);
    this.#rows += group.rows;
  }

  /** Writes the content of `sink`. */
  async send(sink: ByteSink): Promise<void> {
    this.#writer ??= await this.#shape.lake.writer(this.#segmentKey());
    await this.#writer.write(sink.written());
    this.#bytes += sink.length;
    this.#segmentBytes += sink.length;
    sink.length = 0;
  }

  #segmentKey(): string {
    return `${this.#stagingKey}.s${this.#segments.length}`;
  }

  /** Closes the storage writer for now. */
  async park(): Promise<void> {
    if (this.#writer === null) return;
    await this.#writer.commit();
    this.#segments.push({ key: this.#segmentKey(), bytes: this.#segmentBytes });
    this.#segmentBytes = 0;
    this.#writer = null;
  }

  /** Writes the remaining rows and the footer. The part is then complete in staging. */
  async finish(sink: ByteSink): Promise<Part> {
    writeFooter(sink, this.#shape.columns, this.#rowGroups, this.#shape.metadata);
    if (this.#shape.keep !== undefined && this.#bytes === 0) {
      this.#shape.keep({ key: this.path, body: Buffer.from(sink.written()) });
      return { path: this.path, rows: this.#rows, bytes: sink.length };
    }
    await this.send(sink);
    await this.park();
    if (this.#segments.length > 1) await this.#joinSegments();
    crashPoint('lake.part-staged');
    return { path: this.path, rows: this.#rows, bytes: this.#bytes };
  }

  async #joinSegments(): Promise<void> {
    const { lake } = this.#shape;
    const parked = this.#segments.splice(0);
    const key = `${this.#stagingKey}.joined`;
    this.#writer = await lake.writer(key);
    for (const segment of parked) {
      for await (const bytes of lake.read(segment.key, { start: 0, end: segment.bytes }))
        await this.#writer.write(bytes);
    }
    await this.#writer.commit();
    this.#writer = null;
    this.#segments.push({ key, bytes: this.#bytes });
    for (const segment of parked) await lake.delete(segment.key);
  }

  /** Makes the finished part visible under its path, in place of that of an earlier attempt at the chunk. */
  async publish(): Promise<void> {
    const { lake } = this.#shape;
    for (const { key } of this.#segments) await lake.moveFrom(lake, key, this.path);
    crashPoint('lake.part-published');
    this.#segments.length = 0;
  }

  /** Drops what is staged. What is published stays: the name may by now belong to another worker's attempt. */
  async abort(): Promise<void> {
    const { lake } = this.#shape;
    const segments = this.#segments.splice(0);
    await Promise.allSettled([this.#writer?.abort(), ...segments.map(({ key }) => lake.delete(key))]);
    this.#writer = null;
  }
}
