/** The bytes of rejected records. The ledger keeps the text of each up to a limit; the rest is read from the file. */
import { toUtf8 } from '../../kernel/dialect/encodings.ts';
import { isCut } from '../../kernel/read-batch.ts';
import type { LedgerFile, OpenReject } from '../../ledger/ledger.ts';
import { FileBytes } from './file-bytes.ts';

/** The most bytes of a character. The last character of a text that was cut may be wrong. */
const characterBytes = 4;

/** Reads rejected records, in the order of the file. */
export interface RejectedRecords {
  /** The record in UTF-8. Null if the ledger has only a part of it, and the file no longer has the rest. */
  read(reject: OpenReject): Promise<Buffer | null>;
  close(): Promise<void>;
}

/** Records that are the rows: from the ledger if it has all of their bytes. */
export class WholeRecords implements RejectedRecords {
  private readonly encoding: string;
  private readonly bytes: FileBytes;

  constructor(file: LedgerFile) {
    this.encoding = file.layout!.encoding;
    this.bytes = new FileBytes(file);
  }

  async read(reject: OpenReject): Promise<Buffer | null> {
    const kept = Buffer.from(reject.raw);
    const { byteLength } = reject;
    const same = !/[\ufffd\u2400]/.test(reject.raw);
    const whole = !isCut(reject.raw, byteLength);
    if (whole && same) return kept;
    return (byteLength === null ? null : await this.again(reject, byteLength)) ?? (whole ? kept : null);
  }

  close(): Promise<void> {
    return this.bytes.close();
  }

  /** Reads the record from the file. Null if the file is missing or has other bytes at that place. */
  private async again({ byteOffset, raw }: OpenReject, byteLength: number): Promise<Buffer | null> {
    const bytes = await this.bytes.read(byteOffset, byteOffset + byteLength).catch(() => null);
    if (bytes === null) return null;
    const utf8 = this.encoding === 'utf-8' ? bytes : Buffer.from(toUtf8(bytes, this.encoding));
    return hasText(utf8, raw) ? utf8 : null;
  }
}

/** True for the bytes whose text, or its beginning, the ledger keeps. */
export function hasText(utf8: Buffer, kept: string): boolean {
  // The last characters of a text that was cut may be replacements.
  const start = kept.replaceAll('\u2400', '\0').slice(0, -characterBytes);
  return utf8.toString('utf8').replaceAll('\u2400', '\0').startsWith(start);
}
