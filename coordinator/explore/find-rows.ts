/** Cuts a file's beginning into records and finds the table among them. */
import { blanks } from '../../kernel/dialect/control.ts';
import type { HeadRecord } from '../../kernel/dialect/header.ts';
import { linesEnd } from '../../kernel/dialect/lines.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import { firstRecords } from '../detect/first-records.ts';
import { isBlank } from './cells.ts';
import { usualWidth } from './choose-form.ts';
import { findTable, type Table } from './find-table.ts';

/** Records in which the table is looked for. */
const recordsLooked = 1000;

export interface FoundRows<Form extends KernelDialect> {
  /** As given, or with blank records skipped. */
  readonly form: Form;
  readonly records: readonly HeadRecord[];
  readonly table: Table;
  /** Lines of the header, with blank ones before it. */
  readonly headerLines: number;
}

/** `utf8`: the file's first bytes; `whole`: nothing follows. `saidHeader`: what a person said. Null without a record. */
export function findRows<Form extends KernelDialect>(
  utf8: Uint8Array,
  whole: boolean,
  form: Form,
  saidHeader?: boolean,
): FoundRows<Form> | null {
  const read = (other: Form, from = 0) => firstRecords(utf8, other, { from, whole, most: recordsLooked });
  const records = read(form);
  if (records.length === 0) return null;
  const broken = saidHeader === false ? null : brokenHeader(utf8, form, records[0]);
  if (broken !== null) {
    const below = read(form, broken.bytes);
    if (below.length > 1 && usualWidth(below) === broken.names.length)
      return { form, records: below, table: tableBelow(below, broken.names), headerLines: 1 };
  }
  const byBlanks = form.delimiter === blanks;
  const table = findTable(records, saidHeader, byBlanks);
  const hasBlanks = records.slice(table.skipped).some(({ fields }) => fields.every(isBlank));
  if (!hasBlanks || table.fieldCount === 1) return found(form, records, table);
  const skipping = { ...form, blankRows: 'skip' } as const;
  const left = read(skipping);
  return left.length === 0
    ? found(form, records, table)
    : found(skipping, left, findTable(left, saidHeader, byBlanks));
}

function found<Form extends KernelDialect>(
  form: Form,
  records: readonly HeadRecord[],
  table: Table,
): FoundRows<Form> {
  const header = records.slice(table.skipped, table.skipped + table.headerRows);
  const lines = header.reduce((sum, one) => sum + one.lines, 0);
  // A header that ends with the file has no line end to be counted.
  return { form, records, table, headerLines: table.header === null ? 0 : Math.max(1, lines) };
}

/** The names in a first line with a quote that is not closed, which would take in what follows; null without one. */
function brokenHeader(
  utf8: Uint8Array,
  { quote, delimiter, lineEnds }: KernelDialect,
  first: HeadRecord,
): { names: string[]; bytes: number } | null {
  const bytes = linesEnd(utf8, 1, lineEnds === 'any');
  if (quote === null || bytes === null || (first.bytes === bytes && !first.badQuote)) return null;
  const line = Buffer.from(utf8.buffer, utf8.byteOffset, bytes)
    .toString()
    .replace(/[\r\n]+$/, '');
  if (line.split(quote).length % 2 === 1) return null;
  return { names: line.split(delimiter).map((text) => text.replaceAll(quote, '').trim()), bytes };
}

function tableBelow(records: readonly HeadRecord[], names: readonly string[]): Table {
  const table = findTable(records, false);
  const text = 'the header has a quote that is not closed: the columns are read by place';
  const remarks = table.remarks.filter((remark) => !remark.text.startsWith('no header'));
  return { ...table, header: names, byName: false, remarks: [...remarks, { kind: 'check', text }] };
}
