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
import { addedColumns, guardedColumn, leadingAdded } from '../detect/added-columns.ts';
import { jsonLine } from './export-json.ts';
import { RecordsAround, refuseInseparable } from './records-around.ts';
import { type RejectedRecords, WholeRecords } from './rejected-records.ts';
import { guardField, guardRecord } from './spreadsheet-guard.ts';

/** Output is collected into pieces of about this size. */
const pieceBytes = 64 * 1024;

/** Options of an export. */
export interface ExportOptions {
  /** That of the file; it names the fields of a file without a header. */
  readonly definition: StoredDefinition;
  /** Written instead of the version of each reject. */
  readonly version?: string;
  /** Guards cells that a spreadsheet would run (spreadsheet-guard.ts). Lines of JSON have none. Default: false. */
  readonly excelSafe?: boolean;
}

export interface Export {
  /** The output, in pieces. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Rejects written so far. */
  count(): number;
}

/**
 * Exports `rejects`, which must be in the order of their bytes in `file`.
 * Throws LF_REJECTS_EXPLODED, and LF_REJECTS_CUT at the end if the ledger has parts of records that can no longer be read
 * from their file.
 */
export function exportRejects(
  file: LedgerFile,
  rejects: AsyncIterable<OpenReject>,
  options: ExportOptions,
): Export {
  let count = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const layout = file.layout!;
    const skipped = layout.corrections ? leadingAdded(layout.header) : 0;
    const header =
      layout.header.length > 0 ? layout.header.slice(skipped) : fieldNames(layout, options.definition);
    let records: RejectedRecords | null = null;
    let lost = 0;
    const isJson = layout.format !== undefined;
    const { excelSafe = false } = options;
    const write = excelSafe ? guardedLine : line;
    const added = excelSafe ? guardedColumns : addedColumns;
    let gathered: Buffer[] = isJson ? [] : [Buffer.from(`${write([...added, ...header], layout)}\n`)];
    let bytes = 0;
    for await (const reject of rejects) {
      records ??= recordsOf(file);
      const record = await records.read(reject);
      if (record === null) lost += 1;
      if (record === null || lost > 0) continue;
      const values = reasons(file, reject, options.version);
      const row = isJson ? jsonLine(values, record) : csvLine(values, record, layout, { skipped, excelSafe });
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
  return { bytes: pieces(), count: () => count };
}

/** Throws LF_REJECTS_EXPLODED. */
function recordsOf(file: LedgerFile): RejectedRecords {
  const { format } = file.layout!;
  if (format?.explode === undefined) return new WholeRecords(file);
  refuseInseparable(format, file.name);
  return new RecordsAround(file);
}

const guardedColumns = addedColumns.map((name) => (name === '_landfall_message' ? guardedColumn : name));

/** `skipped`: fields of the record that an earlier export added. */
function csvLine(
  values: readonly string[],
  record: Buffer,
  layout: FileLayout,
  { skipped, excelSafe }: { readonly skipped: number; readonly excelSafe: boolean },
): Buffer {
  const own = record.subarray(readFields(record, layout as KernelDialect, skipped).bytes);
  const cells = { delimiter: separatorOf(layout), quote: layout.quote };
  const data = excelSafe ? Buffer.from(guardRecord(own.toString('latin1'), cells), 'latin1') : own;
  const write = excelSafe ? guardedLine : line;
  return Buffer.concat([
    Buffer.from(`${write(values, layout)}${separatorOf(layout)}`),
    data,
    Buffer.from('\n'),
  ]);
}

function guardedLine(texts: readonly string[], layout: FileLayout): string {
  return line(
    texts.map((text) => guardField(text)),
    layout,
  );
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
