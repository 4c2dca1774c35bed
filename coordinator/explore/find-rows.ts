/** Cuts a file's beginning into records and finds the table among them. */
import { blanks } from '../../kernel/dialect/control.ts';
import type { HeadRecord } from '../../kernel/dialect/header.ts';
import { linesEnd } from '../../kernel/dialect/lines.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import { firstRecords } from '../detect/first-records.ts';
import { isBlank, isName, isStrict } from './cells.ts';
import { usualWidth } from './choose-form.ts';
import { footerRecords } from './find-footer.ts';
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
  const other = saidHeader === false ? null : otherHeader(utf8, form, records);
  if (other !== null) {
    const below = read(form, other.bytes);
    const names = below.length > 1 ? other.namesOf(usualWidth(below)) : undefined;
    if (names !== undefined)
      return { form, records: below, table: tableBelow(below, names, other.remark), headerLines: 1 };
  }
  const byBlanks = form.delimiter === blanks;
  // Notes below the rows say nothing of their length.
  const above = (all: readonly HeadRecord[]) =>
    whole && !byBlanks && all.length < recordsLooked
      ? all.slice(0, all.length - footerRecords(all, usualWidth(all)))
      : all;
  const table = findTable(above(records), saidHeader, byBlanks);
  const hasBlanks = records.slice(table.skipped).some(({ fields }) => fields.every(isBlank));
  if (!hasBlanks || table.fieldCount === 1) return found(form, records, table);
  const skipping = { ...form, blankRows: 'skip' } as const;
  const left = read(skipping);
  return left.length === 0
    ? found(form, records, table)
    : found(skipping, left, findTable(above(left), saidHeader, byBlanks));
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

/** A first line with names that is not cut as the rows are. */
interface OtherHeader {
  /** Of the line. */
  readonly bytes: number;
  readonly remark: string;
  /** The names of so many columns; undefined if the line has not so many. */
  namesOf(width: number): readonly string[] | undefined;
}

/** The names in a first line with quotes that are wrong, or with another delimiter; null without one. */
function otherHeader(
  utf8: Uint8Array,
  form: KernelDialect,
  records: readonly HeadRecord[],
): OtherHeader | null {
  const { quote, delimiter, lineEnds } = form;
  const [first] = records;
  const bytes = linesEnd(utf8, 1, lineEnds === 'any');
  if (bytes === null) return null;
  const line = Buffer.from(utf8.buffer, utf8.byteOffset, bytes)
    .toString()
    .replace(/[\r\n]+$/, '');
  const cut = (sign: string) =>
    line.split(sign).map((text) => (quote === null ? text : text.replaceAll(quote, '')).trim());
  const isWrong = first.bytes !== bytes || first.badQuote;
  if (quote !== null && isWrong && line.split(quote).length % 2 === 0) {
    const names = cut(delimiter);
    const remark = 'the header has a quote that is not closed: the columns are read by place';
    return { bytes, remark, namesOf: (width) => (width === names.length ? names : undefined) };
  }
  return withOtherDelimiter(line, bytes, delimiter, records, cut);
}

/** Delimiters that a header may have in place of that of the rows, and columns from which on blanks may separate names. */
const otherDelimiters = ['\t', ';', '|', ',', ' '];
const blanksLeast = 4;

function withOtherDelimiter(
  line: string,
  bytes: number,
  delimiter: string,
  [first, ...below]: readonly HeadRecord[],
  cut: (sign: string) => string[],
): OtherHeader | null {
  // The rows have no header of their own: the one below the line has values.
  if (delimiter === blanks || first.fields.length > 1 || below[0]?.fields.some(isStrict) !== true)
    return null;
  return {
    bytes,
    remark: `the header has another delimiter than the rows: the columns are read by place (${JSON.stringify(line.slice(0, 60))})`,
    namesOf: (width) =>
      otherDelimiters
        .filter((sign) => sign !== delimiter && (sign !== ' ' || width >= blanksLeast))
        .map(cut)
        .find((names) => width > 1 && names.length === width && areNames(names)),
  };
}

function areNames(texts: readonly string[]): boolean {
  return texts.every(isName) && new Set(texts).size === texts.length;
}

function tableBelow(records: readonly HeadRecord[], names: readonly string[], text: string): Table {
  const table = findTable(records, false);
  const remarks = table.remarks.filter((remark) => !remark.text.startsWith('no header'));
  return { ...table, header: names, byName: false, remarks: [...remarks, { kind: 'check', text }] };
}
