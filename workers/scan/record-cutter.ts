/** Cuts a stream of bytes into chunks that begin at records. */
import { CR } from '../../kernel/dialect/control.ts';
import { createTranscoder } from '../../kernel/dialect/encodings.ts';
import { machineOf } from '../../kernel/dialect/machine.ts';
import { createScanner } from '../../kernel/scan.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { ZipEntry } from '../../platform/stream-scan.ts';

/** Bytes to scan at a time. A chunk exceeds the requested size by at most this and one record. */
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

/** Cuts the files in a stream. */
export interface Cutter {
  readonly chunks: CutChunk[];
  /** Records begin at `position`, after `lines` line ends, in the file `entry` of the stream. `hasNone`: it has none. */
  begin(position: number, lines: number, entry?: ZipEntry, hasNone?: boolean): void;
  push(bytes: Uint8Array): Promise<void>;
  /** Ends the file, whether or not its last record has a line end. Returns the line ends so far. */
  end(): Promise<number>;
  /** Drops what lies after `until` in the file that began with chunk `first`. */
  truncate(until: number, first: number): void;
}

/**
 * begin ─▶ push … push ─▶ end, for each file in the stream. The state of the CSV machine is known from the start, so
 * only that state's result of each scanned slice is used.
 */
export class RecordCutter implements Cutter {
  readonly chunks: CutChunk[] = [];
  private readonly dialect: KernelDialect;
  private readonly encoding: string;
  private readonly chunkBytes: number;
  private readonly sink: ChunkSink | null;
  /** The state after a CR that ends a record, whose line is thereby complete. */
  private readonly afterCr: number;
  private state = 0;
  private position = 0;
  private lines = 0;
  private entry: ZipEntry | undefined;
  /** The first bytes of a character whose rest has not arrived. */
  private held: Uint8Array = new Uint8Array(0);

  constructor(dialect: KernelDialect, chunkBytes: number, sink: ChunkSink | null) {
    this.dialect = dialect;
    this.encoding = dialect.encoding ?? 'utf-8';
    this.chunkBytes = chunkBytes;
    this.sink = sink;
    this.afterCr = dialect.lineEnds === 'any' ? machineOf(dialect).table[CR] & 0xff : 0;
  }

  begin(position: number, lines: number, entry?: ZipEntry): void {
    this.entry = entry;
    this.state = 0;
    this.position = position;
    this.lines = lines;
    this.held = new Uint8Array(0);
    this.chunks.push({ start: position, end: position, lines, ...(entry && { entry }) });
  }

  async push(bytes: Uint8Array): Promise<void> {
    const size = Math.max(1, Math.min(sliceBytes, this.chunkBytes));
    for (let at = 0; at < bytes.length; at += size) await this.slice(bytes.subarray(at, at + size));
  }

  async end(): Promise<number> {
    const { held } = this;
    this.position += held.length;
    await this.take(held);
    await this.sink?.end(this.chunks.length - 1);
    return this.lines + (this.state === 0 || this.state === this.afterCr ? 0 : 1);
  }

  truncate(until: number, first: number): void {
    while (this.chunks.length - 1 > first && this.chunks.at(-1)!.start >= until) this.chunks.pop();
    const last = this.chunks.at(-1)!;
    last.end = Math.max(last.start, Math.min(last.end, until));
  }

  private async slice(fresh: Uint8Array): Promise<void> {
    const bytes = this.held.length > 0 ? Buffer.concat([this.held, fresh]) : fresh;
    const scanner = await createScanner(this.dialect, this.position, this.state);
    scanner.update(createTranscoder(this.encoding).push(bytes));
    const found = scanner.finish();
    const whole = found.byteEnd - this.position;
    this.held = Uint8Array.from(bytes.subarray(whole));
    const border = found.firstRecordStart[this.state];
    const chunk = this.chunks.at(-1)!;
    if (border > chunk.start && border - chunk.start >= this.chunkBytes) {
      await this.take(bytes.subarray(0, border - this.position));
      await this.sink?.end(this.chunks.length - 1);
      const lines = this.lines + found.linesBefore[this.state];
      const { entry } = this;
      this.chunks.push({ start: border, end: border, lines, ...(entry && { entry }) });
      await this.take(bytes.subarray(border - this.position, whole));
    } else await this.take(bytes.subarray(0, whole));
    this.lines += typeof found.lines === 'number' ? found.lines : found.lines[this.state];
    this.state = found.endState[this.state];
    this.position = found.byteEnd;
  }

  /** Adds bytes to the last chunk. */
  private async take(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.chunks.at(-1)!.end += bytes.length;
    await this.sink?.write(this.chunks.length - 1, bytes);
  }
}
