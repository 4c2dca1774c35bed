/** The chunks into which the files of a stream are cut. */
import type { ZipEntry } from '../../platform/stream-scan.ts';

/**
 * Bytes that are looked through at a time from where a chunk has the requested size. It exceeds that by at most this and
 * one record.
 */
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

/** Takes the bytes of each chunk, if they have to be stored. The bytes do not change afterwards. */
export interface ChunkSink {
  write(chunk: { readonly number: number; readonly start: number }, bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
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

  /**
   * The pieces in which `bytes`, which begin at `position`, are looked through: each gives one border at most. One of
   * them begins at the byte after which the last chunk has the requested size. So a border is the first from there on,
   * however the stream comes in pieces: two workers that unpack the same file write the same chunks.
   */
  *slices(bytes: Uint8Array, position: number): Generator<Uint8Array, void, void> {
    const size = Math.max(1, Math.min(sliceBytes, this.chunkBytes));
    for (let at = 0; at < bytes.length; ) {
      const room = this.start + this.chunkBytes - 1 - position - at;
      const end = Math.min(bytes.length, at + (room > 0 ? room : size));
      yield bytes.subarray(at, end);
      at = end;
    }
  }

  /** Adds bytes to the last chunk. */
  async take(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.chunks.at(-1)!.end += bytes.length;
    await this.sink?.write({ number: this.chunks.length - 1, start: this.start }, bytes);
  }

  /** Ends the last chunk and begins another in the same file. */
  async cut(start: number, lines: number): Promise<void> {
    await this.end();
    this.add(start, lines);
  }

  async end(): Promise<void> {
    await this.sink?.end();
  }

  private add(start: number, lines: number): void {
    const { entry } = this;
    this.chunks.push({ start, end: start, lines, ...(entry && { entry }) });
  }
}
