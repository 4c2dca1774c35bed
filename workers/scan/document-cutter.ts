/** Cuts JSON documents into chunks that begin at records. */
import { DocumentCut } from '../../kernel/json/document-cut.ts';
import { readingDocument } from '../../platform/document-error.ts';
import type { ZipEntry } from '../../platform/stream-scan.ts';
import { ChunkList, type ChunkSink, type CutChunk } from './chunk-list.ts';
import type { Cutter } from './record-cutter.ts';

/** begin ─▶ push … push ─▶ end, for each document in the stream. What follows the records is in no chunk. */
export class DocumentCutter implements Cutter {
  private readonly list: ChunkList;
  private readonly keys: readonly string[];
  private readonly fileName: string;
  private readonly chunkBytes: number;
  private cut: DocumentCut | null = null;
  private position = 0;

  constructor(keys: readonly string[], fileName: string, chunkBytes: number, sink: ChunkSink | null) {
    this.keys = keys;
    this.fileName = fileName;
    this.chunkBytes = chunkBytes;
    this.list = new ChunkList(chunkBytes, sink);
  }

  get chunks(): CutChunk[] {
    return this.list.chunks;
  }

  begin(position: number, lines: number, entry?: ZipEntry, hasNone = false): void {
    this.list.begin(position, lines, entry);
    this.position = position;
    this.cut = new DocumentCut(this.keys, { byte: position, lines }, hasNone);
  }

  async push(bytes: Uint8Array): Promise<void> {
    for (const slice of this.list.slices(bytes, this.position)) await this.slice(slice);
  }

  /** Ends the document. Returns the line ends so far. Throws LF_JSON_DOCUMENT if it is cut off. */
  async end(): Promise<number> {
    const lines = this.asked(() => this.cut!.end());
    await this.list.end();
    return lines;
  }

  /** Documents have no footer that is counted in lines. */
  truncate(): void {}

  private async slice(bytes: Uint8Array): Promise<void> {
    const cut = this.cut!;
    const { start } = this.list;
    const border = this.asked(() => cut.push(bytes, Math.max(start + 1, start + this.chunkBytes)));
    let from = 0;
    if (border !== null) {
      from = border.byte - this.position;
      await this.list.take(bytes.subarray(0, from));
      await this.list.cut(border.byte, border.lines);
    }
    const until = cut.recordsEnd === null ? bytes.length : cut.recordsEnd - this.position;
    await this.list.take(bytes.subarray(from, Math.max(from, until)));
    this.position += bytes.length;
  }

  private asked<T>(ask: () => T): T {
    return readingDocument(this.fileName, this.keys, ask);
  }
}
