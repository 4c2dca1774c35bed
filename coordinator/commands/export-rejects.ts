/**
 * Exports waiting rejects as a CSV file that a person can fix: the columns of added-columns.ts, followed by each
 * record exactly as it is in the original file, with that file's header and delimiter. Records of JSON are exported as
 * lines of JSON (export-json.ts).
 *
 * The ledger keeps the text of each record up to a limit. If it was cut, or could not represent the record's bytes,
 * the record is read again from the file.
 */

import { blanks } from '../../kernel/dialect/control.ts';
import { toUtf8 } from '../../kernel/dialect/encodings.ts';
import { readFields } from '../../kernel/dialect/header.ts';
import { isCut } from '../../kernel/read-batch.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { StoredDefinition } from '../../ledger/definition.ts';
import type { LedgerFile, StoredReject } from '../../ledger/ledger.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { openObject } from '../../platform/storage/index.ts';
import { addedColumns, leadingAdded } from '../detect/added-columns.ts';
import { readContent, readRange } from '../detect/content.ts';
import { jsonLine } from './export-json.ts';

/** The most bytes of a character. The last character of a text that was cut may be wrong. */
const characterBytes = 4;

/** Output is collected into pieces of about this size. */
const pieceBytes = 64 * 1024;

export interface Export {
  /** The output, in pieces. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Rejects written so far. */
  count(): number;
}

/**
 * Exports `rejects`, which must be in the order of their bytes in `file`. `definition`: that of the file; it names
 * the fields of a file without a header. `version`: written instead of the version of each reject.
 * Throws LF_REJECTS_EXPLODED, and LF_REJECTS_CUT at the end if records were cut and can no longer be read from their file.
 */
export function exportRejects(
  file: LedgerFile,
  rejects: AsyncIterable<StoredReject>,
  options: { definition: StoredDefinition; version?: string },
): Export {
  let count = 0;
  async function* write(): AsyncGenerator<Uint8Array> {
    const layout = file.layout!;
    const skipped = layout.corrections ? leadingAdded(layout.header) : 0;
    const header =
      layout.header.length > 0 ? layout.header.slice(skipped) : fieldNames(layout, options.definition);
    const records = new Records(file);
    let lost = 0;
    const isJson = layout.format !== undefined;
    if (layout.format?.explode !== undefined)
      throw new LandfallError('LF_REJECTS_EXPLODED', { file: file.name });
    let gathered: Buffer[] = isJson ? [] : [Buffer.from(`${line([...addedColumns, ...header], layout)}\n`)];
    let bytes = 0;
    for await (const reject of rejects) {
      const record = await records.read(reject);
      if (record === null) lost += 1;
      if (record === null || lost > 0) continue;
      const values = reasons(file, reject, options.version);
      const row = isJson ? jsonLine(values, record) : csvLine(values, record, layout, skipped);
      gathered.push(row);
      bytes += row.length;
      count += 1;
      if (bytes < pieceBytes) continue;
      yield Buffer.concat(gathered);
      gathered = [];
      bytes = 0;
    }
    await records.close();
    if (lost > 0) throw new LandfallError('LF_REJECTS_CUT', { file: file.name, rows: lost, url: file.url });
    yield Buffer.concat(gathered);
  }
  return { bytes: write(), count: () => count };
}

/** `skipped`: fields of the record that an earlier export added. */
function csvLine(values: readonly string[], record: Buffer, layout: FileLayout, skipped: number): Buffer {
  const data = record.subarray(readFields(record, layout as KernelDialect, skipped).bytes);
  return Buffer.concat([
    Buffer.from(`${line(values, layout)}${separatorOf(layout)}`),
    data,
    Buffer.from('\n'),
  ]);
}

/** The values of the added columns. */
function reasons(file: LedgerFile, reject: StoredReject, version = reject.definitionVersion): string[] {
  const { byteOffset, line, code, column, message, entry } = reject;
  const place = [`${file.fileId}:${file.name}`, String(byteOffset), String(line)];
  const within = entry === undefined ? '' : `${entry.name}, line ${entry.line}: `;
  return [...place, code, column ?? '', `${within}${message}`, version];
}

/** Names for the fields of a file without a header. */
function fieldNames(layout: FileLayout, { columns }: StoredDefinition): string[] {
  return Array.from({ length: layout.fieldCount }, (_, field) => {
    const column = layout.fieldOfColumn.indexOf(field);
    return columns[column]?.name ?? `field_${field + 1}`;
  });
}

/** Joins fields to a record without a line end, and quotes those that require it. */
function line(texts: readonly string[], layout: FileLayout): string {
  const { delimiter, quote, escape: mark } = layout as KernelDialect & { escape?: string | null };
  // An escape character before the closing quote would escape it.
  const fields = mark ? texts.map((text) => text.replaceAll(mark, '/')) : texts;
  const byBlanks = delimiter === blanks;
  const quoted = fields.map((field) => {
    if (quote === null && byBlanks) return field.replace(/\s+/g, '\u00a0') || '-';
    if (quote === null) return field.replaceAll(delimiter, ' ').replace(/[\r\n]+/g, ' ');
    const separates = byBlanks ? field === '' || /[ \t]/.test(field) : field.includes(delimiter);
    const plain =
      !separates && ![quote, '\n', '\r'].some((char) => field.includes(char)) && field.trim() === field;
    return plain ? field : `${quote}${field.replaceAll(quote, quote + quote)}${quote}`;
  });
  return quoted.join(separatorOf(layout));
}

function separatorOf({ delimiter }: FileLayout): string {
  return delimiter === blanks ? ' ' : delimiter;
}

/** Reads rejected records, from the ledger if it has all of their bytes. Must be called in the order of the file. */
class Records {
  private readonly file: LedgerFile;
  private unpacked: Unpacked | null = null;

  constructor(file: LedgerFile) {
    this.file = file;
  }

  /** Returns the record in UTF-8, or null if it was cut and can no longer be read from its file. */
  async read(reject: StoredReject): Promise<Buffer | null> {
    const kept = Buffer.from(reject.raw);
    const { byteLength } = reject;
    const same = !/[\ufffd\u2400]/.test(reject.raw);
    const whole = !isCut(reject.raw, byteLength);
    if (whole && same) return kept;
    return (byteLength === null ? null : await this.again(reject, byteLength)) ?? (whole ? kept : null);
  }

  /** Reads the record from the file. Null if the file is missing or has other bytes at that place. */
  private async again({ byteOffset, raw }: StoredReject, byteLength: number): Promise<Buffer | null> {
    const { encoding } = this.file.layout!;
    const bytes = await this.bytesAt(byteOffset, byteLength).catch(() => null);
    if (bytes === null) return null;
    const utf8 = encoding === 'utf-8' ? bytes : Buffer.from(toUtf8(bytes, encoding));
    // The last characters of a text that was cut may be replacements.
    const start = raw.replaceAll('\u2400', '\0').slice(0, -characterBytes);
    return utf8.toString('utf8').replaceAll('\u2400', '\0').startsWith(start) ? utf8 : null;
  }

  async close(): Promise<void> {
    await this.unpacked?.close();
  }

  private async bytesAt(byteOffset: number, byteLength: number): Promise<Buffer> {
    const { compression } = this.file.layout!;
    const end = byteOffset + byteLength;
    // A file that was moved may have another fingerprint, so the caller compares bytes instead.
    const { storage, key } = await openObject(this.file.url);
    const { fingerprint } = (await storage.stat(key))!;
    const file = { ...this.file, fingerprint };
    if (compression === undefined) return Buffer.from(await readRange(file, byteOffset, end));
    this.unpacked ??= new Unpacked(readContent(file, compression));
    return this.unpacked.read(byteOffset, end);
  }
}

/** Reads ranges of an unpacked file. Each range must begin at or after the end of the previous one. */
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
