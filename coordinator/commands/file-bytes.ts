/** Reads ranges of a file again: of its bytes, or of what it unpacks to. */
import type { LedgerFile } from '../../ledger/ledger.ts';
import { openObject } from '../../platform/storage/index.ts';
import { readContent, readRange } from '../detect/content.ts';

/** Of a compressed file, each range must begin at or after the end of the previous one. */
export class FileBytes {
  private readonly file: LedgerFile;
  private fingerprint: string | null = null;
  private unpacked: Unpacked | null = null;

  constructor(file: LedgerFile) {
    this.file = file;
  }

  /** The bytes of [start, end). Throws if the file is gone, or has fewer. */
  async read(start: number, end: number): Promise<Buffer> {
    const { compression } = this.file.layout!;
    // A file that was moved may have another fingerprint, so the caller compares bytes instead.
    this.fingerprint ??= await fingerprintOf(this.file);
    const file = { ...this.file, fingerprint: this.fingerprint };
    if (compression === undefined) return Buffer.from(await readRange(file, start, end));
    this.unpacked ??= new Unpacked(readContent(file, compression));
    return this.unpacked.read(start, end);
  }

  async close(): Promise<void> {
    await this.unpacked?.close();
  }
}

async function fingerprintOf({ url }: LedgerFile): Promise<string> {
  const { storage, key } = await openObject(url);
  return (await storage.stat(key))!.fingerprint;
}

class Unpacked {
  private readonly pieces: AsyncIterator<{ bytes: Uint8Array }>;
  /** The current piece, and where it begins. */
  private piece = Buffer.alloc(0);
  private position = 0;

  constructor(pieces: AsyncIterable<{ bytes: Uint8Array }>) {
    this.pieces = pieces[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    await this.pieces.return?.();
  }

  async read(start: number, end: number): Promise<Buffer> {
    const taken: Buffer[] = [];
    for (let at = start; at < end; ) {
      if (at < this.position) throw new RangeError(`byte ${at} is past`);
      if (at < this.position + this.piece.length) {
        const from = at - this.position;
        const bytes = this.piece.subarray(from, Math.min(this.piece.length, from + end - at));
        taken.push(bytes);
        at += bytes.length;
        continue;
      }
      this.position += this.piece.length;
      const { value, done } = await this.pieces.next();
      if (done) throw new RangeError(`the file ends at byte ${this.position}`);
      this.piece = Buffer.from(value.bytes);
    }
    return Buffer.concat(taken);
  }
}
