/** Cuts a stream of bytes into chunks that begin at records. */
import { CR } from '../../kernel/dialect/control.ts';
import { createTranscoder } from '../../kernel/dialect/encodings.ts';
import { machineOf } from '../../kernel/dialect/machine.ts';
import { createScanner } from '../../kernel/scan.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { ZipEntry } from '../../platform/stream-scan.ts';
import { ChunkList, type ChunkSink, type CutChunk } from './chunk-list.ts';

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
  private readonly list: ChunkList;
  private readonly dialect: KernelDialect;
  private readonly encoding: string;
  private readonly chunkBytes: number;
  /** The state after a CR that ends a record, whose line is thereby complete. */
  private readonly afterCr: number;
  private state = 0;
  private position = 0;
  private lines = 0;
  /** The first bytes of a character whose rest has not arrived. */
  private held: Uint8Array = new Uint8Array(0);

  constructor(dialect: KernelDialect, chunkBytes: number, sink: ChunkSink | null) {
    this.dialect = dialect;
    this.encoding = dialect.encoding ?? 'utf-8';
    this.chunkBytes = chunkBytes;
    this.list = new ChunkList(chunkBytes, sink);
    this.afterCr = dialect.lineEnds === 'any' ? machineOf(dialect).table[CR] & 0xff : 0;
  }

  get chunks(): CutChunk[] {
    return this.list.chunks;
  }

  begin(position: number, lines: number, entry?: ZipEntry): void {
    this.list.begin(position, lines, entry);
    this.state = 0;
    this.position = position;
    this.lines = lines;
    this.held = new Uint8Array(0);
  }

  async push(bytes: Uint8Array): Promise<void> {
    for (const slice of this.list.slices(bytes, this.position + this.held.length)) await this.slice(slice);
  }

  async end(): Promise<number> {
    const { held } = this;
    this.position += held.length;
    await this.list.take(held);
    await this.list.end();
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
    const { start } = this.list;
    let from = 0;
    if (border > start && border - start >= this.chunkBytes) {
      from = border - this.position;
      await this.list.take(bytes.subarray(0, from));
      await this.list.cut(border, this.lines + found.linesBefore[this.state]);
    }
    await this.list.take(bytes.subarray(from, whole));
    this.lines += typeof found.lines === 'number' ? found.lines : found.lines[this.state];
    this.state = found.endState[this.state];
    this.position = found.byteEnd;
  }
}
