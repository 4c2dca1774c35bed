/**
 * Exports waiting rejects as a CSV file that a person can fix: the columns of added-columns.ts, followed by each
 * record exactly as it is in the original file, with that file's header and delimiter. Records of JSON are exported as
 * lines of JSON (export-json.ts), rejected elements of them with the record around each (records-around.ts).
 */

import { blanks } from '../../kernel/dialect/control.ts';
import { readFields } from '../../kernel/dialect/header.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { StoredDefinition } from '../../ledger/definition.ts';
import type { LedgerFile, OpenReject, StoredReject } from '../../ledger/ledger.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { addedColumns, leadingAdded } from '../detect/added-columns.ts';
import { jsonLine } from './export-json.ts';
import { RecordsAround, refuseInseparable } from './records-around.ts';
import { type RejectedRecords, WholeRecords } from './rejected-records.ts';

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
 * Throws LF_REJECTS_EXPLODED, and LF_REJECTS_CUT at the end if the ledger has parts of records that can no longer be read
 * from their file.
 */
export function exportRejects(
  file: LedgerFile,
  rejects: AsyncIterable<OpenReject>,
  options: { definition: StoredDefinition; version?: string },
): Export {
  let count = 0;
  async function* write(): AsyncGenerator<Uint8Array> {
    const layout = file.layout!;
    const skipped = layout.corrections ? leadingAdded(layout.header) : 0;
    const header =
      layout.header.length > 0 ? layout.header.slice(skipped) : fieldNames(layout, options.definition);
    let records: RejectedRecords | null = null;
    let lost = 0;
    const isJson = layout.format !== undefined;
    let gathered: Buffer[] = isJson ? [] : [Buffer.from(`${line([...addedColumns, ...header], layout)}\n`)];
    let bytes = 0;
    for await (const reject of rejects) {
      records ??= recordsOf(file);
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
    await records?.close();
    if (lost > 0) throw new LandfallError('LF_REJECTS_CUT', { file: file.name, rows: lost, url: file.url });
    yield Buffer.concat(gathered);
  }
  return { bytes: write(), count: () => count };
}

/** Throws LF_REJECTS_EXPLODED. */
function recordsOf(file: LedgerFile): RejectedRecords {
  const { format } = file.layout!;
  if (format?.explode === undefined) return new WholeRecords(file);
  refuseInseparable(format, file.name);
  return new RecordsAround(file);
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
