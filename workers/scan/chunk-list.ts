/** The chunks into which the files of a stream are cut. */
import type { ZipEntry } from '../../platform/stream-scan.ts';

/** Bytes that are looked through at a time. A chunk exceeds the requested size by at most this and one record. */
const sliceBytes = 64 * 1024;

/** A chunk, by its place in the stream. */
export interface CutChunk {
  readonly start: number;
  end: number;
  /** The number of line ends before it. */
  readonly lines: number;
  /** For a zip file: the entry that the chunk belongs to. */
  readonly entry?: ZipEntry;
}

/** Takes the bytes of each chunk, if they have to be stored. */
export interface ChunkSink {
  write(number: number, bytes: Uint8Array): Promise<void>;
  end(number: number): Promise<void>;
}

/** begin ─▶ take, cut … take ─▶ end, for each file in the stream. */
export class ChunkList {
  readonly chunks: CutChunk[] = [];
  private readonly chunkBytes: number;
  private readonly sink: ChunkSink | null;
  private entry: ZipEntry | undefined;

  constructor(chunkBytes: number, sink: ChunkSink | null) {
    this.chunkBytes = chunkBytes;
    this.sink = sink;
  }

  /** Where the last chunk begins. */
  get start(): number {
    return this.chunks.at(-1)!.start;
  }

  /** Begins the first chunk of a file. */
  begin(start: number, lines: number, entry: ZipEntry | undefined): void {
    this.entry = entry;
    this.add(start, lines);
  }

  /** The pieces in which `bytes` are looked through: each gives one border at most. */
  *slices(bytes: Uint8Array): Generator<Uint8Array, void, void> {
    const size = Math.max(1, Math.min(sliceBytes, this.chunkBytes));
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  /** Adds bytes to the last chunk. */
  async take(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.chunks.at(-1)!.end += bytes.length;
    await this.sink?.write(this.chunks.length - 1, bytes);
  }

  /** Ends the last chunk and begins another in the same file. */
  async cut(start: number, lines: number): Promise<void> {
    await this.end();
    this.add(start, lines);
  }

  async end(): Promise<void> {
    await this.sink?.end(this.chunks.length - 1);
  }

  private add(start: number, lines: number): void {
    const { entry } = this;
    this.chunks.push({ start, end: start, lines, ...(entry && { entry }) });
  }
}
