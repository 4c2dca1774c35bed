/** Cuts JSON documents into chunks that begin at records. */
import { DocumentCut } from '../../kernel/json/document-cut.ts';
import { readingDocument } from '../../platform/document-error.ts';
import type { ZipEntry } from '../../platform/stream-scan.ts';
import type { ChunkSink, CutChunk, Cutter } from './record-cutter.ts';

/** Bytes to look through at a time. A chunk exceeds the requested size by at most this and one record. */
const sliceBytes = 64 * 1024;

/** begin ─▶ push … push ─▶ end, for each document in the stream. What follows the records is in no chunk. */
export class DocumentCutter implements Cutter {
  readonly chunks: CutChunk[] = [];
  private readonly keys: readonly string[];
  private readonly fileName: string;
  private readonly chunkBytes: number;
  private readonly sink: ChunkSink | null;
  private cut: DocumentCut | null = null;
  private position = 0;
  private entry: ZipEntry | undefined;

  constructor(keys: readonly string[], fileName: string, chunkBytes: number, sink: ChunkSink | null) {
    this.keys = keys;
    this.fileName = fileName;
    this.chunkBytes = chunkBytes;
    this.sink = sink;
  }

  begin(position: number, lines: number, entry?: ZipEntry, hasNone = false): void {
    this.entry = entry;
    this.position = position;
    this.cut = new DocumentCut(this.keys, { byte: position, lines }, hasNone);
    this.chunks.push({ start: position, end: position, lines, ...(entry && { entry }) });
  }

  async push(bytes: Uint8Array): Promise<void> {
    const size = Math.max(1, Math.min(sliceBytes, this.chunkBytes));
    for (let at = 0; at < bytes.length; at += size) await this.slice(bytes.subarray(at, at + size));
  }

  /** Ends the document. Returns the line ends so far. Throws LF_JSON_DOCUMENT if it is cut off. */
  async end(): Promise<number> {
    const lines = this.asked(() => this.cut!.end());
    await this.sink?.end(this.chunks.length - 1);
    return lines;
  }

  /** Documents have no footer that is counted in lines. */
  truncate(): void {}

  private async slice(bytes: Uint8Array): Promise<void> {
    const cut = this.cut!;
    const { start } = this.chunks.at(-1)!;
    const border = this.asked(() => cut.push(bytes, Math.max(start + 1, start + this.chunkBytes)));
    let from = 0;
    if (border !== null) {
      from = border.byte - this.position;
      await this.take(bytes.subarray(0, from));
      await this.sink?.end(this.chunks.length - 1);
      const { entry } = this;
      const { byte, lines } = border;
      this.chunks.push({ start: byte, end: byte, lines, ...(entry && { entry }) });
    }
    const until = cut.recordsEnd === null ? bytes.length : cut.recordsEnd - this.position;
    await this.take(bytes.subarray(from, Math.max(from, until)));
    this.position += bytes.length;
  }

  /** Adds bytes to the last chunk. */
  private async take(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.chunks.at(-1)!.end += bytes.length;
    await this.sink?.write(this.chunks.length - 1, bytes);
  }

  private asked<T>(ask: () => T): T {
    return readingDocument(this.fileName, this.keys, ask);
  }
}
