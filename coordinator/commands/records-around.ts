/**
 * The records that rejected elements are in. The ledger has the elements alone, so their records are read again: from
 * the beginning of their chunk on, because nothing nearer says where a record begins.
 */
import type { JsonFormat } from '../../kernel/json/fields.ts';
import { parsePath } from '../../kernel/json/json-paths.ts';
import { RecordReader } from '../../kernel/json/record-reader.ts';
import { RecordWindow } from '../../kernel/json/record-window.ts';
import { isCut } from '../../kernel/read-batch.ts';
import type { LedgerFile, OpenReject } from '../../ledger/ledger.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { FileBytes } from './file-bytes.ts';
import { hasText, type RejectedRecords } from './rejected-records.ts';

/** Bytes that are read at a time. Memory also has the longest record. */
const windowOptions = { windowBytes: 2 << 20, freeBytes: 256 << 10, recordBytesMax: Number.MAX_SAFE_INTEGER };

/** A record in which something was rejected. */
export interface Around {
  readonly record: Buffer;
  /** Where in the record the rejected element begins; 0 if the record was rejected as a whole. */
  readonly at: number;
  /** Bounds of its elements, two numbers each. None if it cannot be read. */
  readonly elements: readonly number[];
}

/** Finds the records of rejects that are asked for in the order of the file. */
export class RecordsAround implements RejectedRecords {
  private readonly file: LedgerFile;
  private readonly format: JsonFormat;
  private readonly bytes: FileBytes;
  private readonly reader: RecordReader;
  private window: RecordWindow | null = null;
  /** Where the record is that was taken last; `from` is -1 if none is. */
  private from = -1;
  private to = -1;
  /** The chunk that is being read, and the bytes of it that the window has not got. */
  private chunkId = -1;
  private next = 0;
  private end = 0;
  private isLast = false;

  constructor(file: LedgerFile) {
    this.file = file;
    this.format = file.layout!.format!;
    this.bytes = new FileBytes(file);
    this.reader = new RecordReader(this.format);
  }

  /**
   * The record with the rejected element as the only one of its array, or as it is if it was rejected itself. Null if
   * the file is missing or has other bytes at that place.
   */
  async read(reject: OpenReject): Promise<Buffer | null> {
    const found = await this.find(reject).catch(() => null);
    if (found === null) return null;
    const { record, at, elements } = found;
    const own = record.subarray(at, at + (reject.byteLength ?? 0));
    if (!isSame(own, reject)) return null;
    if (at === 0) return own.length === record.length ? record : null;
    if (elements[elements.indexOf(at) + 1] !== at + own.length) return null;
    return Buffer.concat([record.subarray(0, elements[0]), own, record.subarray(elements.at(-1))]);
  }

  /** Null if no record of the chunk is there. Throws if the file cannot be read. */
  async find({ chunkId, byteOffset, within }: OpenReject): Promise<Around | null> {
    if (chunkId !== this.chunkId) this.begin(chunkId, within);
    const window = this.window!;
    while (this.from < 0 || (this.from < byteOffset && this.to <= byteOffset))
      if (!(await this.advance(window))) return null;
    if (this.from > byteOffset) return null;
    const record = Buffer.from(window.textAt(this.from, this.to - this.from));
    const isRead = this.reader.read(record, 0, record.length) === null;
    return { record, at: byteOffset - this.from, elements: isRead ? [...this.reader.elements] : [] };
  }

  close(): Promise<void> {
    return this.bytes.close();
  }

  private begin(chunkId: number, { start, end }: OpenReject['within']): void {
    this.chunkId = chunkId;
    this.from = -1;
    this.next = Math.max(start, this.file.layout!.headerBytes);
    this.end = end;
    this.isLast = false;
    this.window = new RecordWindow(this.format.kind === 'json', this.next, windowOptions, false);
  }

  /** Takes the next record of the chunk. False if there is none. */
  private async advance(window: RecordWindow): Promise<boolean> {
    while (!window.next()) {
      if (this.isLast) return false;
      const space = window.inputSpace();
      const until = Math.min(this.end, this.next + space.length);
      space.set(await this.bytes.read(this.next, until));
      this.isLast = until === this.end;
      window.filled(until - this.next, this.isLast);
      this.next = until;
    }
    this.from = window.offsetOf(window.from);
    this.to = window.offsetOf(window.to);
    return true;
  }
}

/** True for the bytes whose text, or its beginning, the ledger keeps. */
function isSame(bytes: Buffer, { raw, byteLength }: OpenReject): boolean {
  if (isCut(raw, byteLength)) return hasText(bytes, raw);
  return bytes.toString('utf8').replaceAll('\u2400', '\0') === raw.replaceAll('\u2400', '\0');
}

/**
 * Throws LF_REJECTS_EXPLODED for records in which an element cannot stand alone: those that have no keys, and those of
 * which a column reads the other elements.
 */
export function refuseInseparable({ explode, fields }: JsonFormat, file: string): void {
  const array = parsePath(explode!)!.steps.slice(0, -1);
  const because = (reason: string) => new LandfallError('LF_REJECTS_EXPLODED', { file, reason });
  if (typeof array[0] === 'number') throw because('its records are arrays, and have no keys');
  for (const { path } of fields) {
    const { ofParent, steps } = parsePath(path) ?? { ofParent: false, steps: [] };
    if (!ofParent) continue;
    const shared = steps.slice(0, array.length);
    if (shared.every((step, i) => step === array[i]))
      throw because(`a column reads ${path}, and the other elements with it`);
  }
}
