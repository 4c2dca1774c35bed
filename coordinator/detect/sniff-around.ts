/**
 * What is around the records, where the definition leaves it to the file: a first line that names the
 * delimiter, a preamble, comment lines. A line that could be a row is never taken for any of these.
 */
import { readRecord } from '../../kernel/dialect/header.ts';
import { linesEnd } from '../../kernel/dialect/lines.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { matchHeader, normaliseHeader } from '../../model/file/match-header.ts';

/** The first bytes of a file, as UTF-8 without a byte order mark. */
export interface HeadText {
  readonly name: string;
  readonly utf8: Uint8Array;
  readonly whole: boolean;
}

/** Lines that are searched for the one that names the columns. */
const preambleLinesMost = 30;
/** A header below other lines must end within this. */
const headerBytesMost = 64 * 1024;

/** What a comment starts with, where the definition leaves it to the file. */
export const commentMark = '#';
const HASH = 0x23;

/** The delimiter that a first line like `sep=;` names, which Excel reads and writes; null without such a line. */
export function namedDelimiter(utf8: Uint8Array): string | null {
  const start = Buffer.from(utf8.subarray(0, 16)).toString();
  return /^"?sep=([^\w"'\\\r\n])"?\r?[\r\n]/i.exec(start)?.[1] ?? null;
}

/** True when the first lines from `from` on contain all column names that a header needs. */
export function mayNameColumns(dataset: CompiledDataset, utf8: Uint8Array, from: number): boolean {
  let end = from;
  for (let line = 0; line < preambleLinesMost && end < utf8.length; line++) end = lineEnd(utf8, end, true);
  const most = Math.min(end, from + 4 * headerBytesMost) + headerBytesMost;
  const text = normaliseHeader(Buffer.from(utf8.subarray(from, most)).toString());
  const needed = dataset.columns.filter(({ optional }) => !optional);
  return needed.every(({ headers }) => headers.some((header) => text.includes(header)));
}

/** The first line after line `lines` whose record, read in this form, names the columns; null without one. */
export function preambleLines(
  dataset: CompiledDataset,
  form: KernelDialect,
  { utf8, whole }: HeadText,
  lines: number,
): number | null {
  const anyLineEnd = form.lineEnds === 'any';
  let at = linesEnd(utf8, lines, anyLineEnd) ?? utf8.length;
  for (let line = lines; line < lines + preambleLinesMost && at < utf8.length; line++) {
    const end = Math.min(utf8.length, at + headerBytesMost);
    const record = isLineEnd(utf8[at])
      ? null
      : readRecord(utf8.subarray(at, end), 0, form, whole && end === utf8.length);
    if (record !== null && !record.badQuote && namesColumns(dataset, record.fields)) return line;
    at = lineEnd(utf8, at, anyLineEnd);
  }
  return null;
}

/** True for a header that has all columns that a file needs. */
export function namesColumns(dataset: CompiledDataset, fields: readonly string[]): boolean {
  try {
    matchHeader(dataset, fields, fields.length);
    return true;
  } catch {
    return false;
  }
}

/** True when any line starts as comments do. */
export function hasMarkedLine(utf8: Uint8Array): boolean {
  for (let at = utf8.indexOf(HASH); at >= 0; at = utf8.indexOf(HASH, at + 1)) {
    if (at === 0 || isLineEnd(utf8[at - 1])) return true;
  }
  return false;
}

/**
 * The number of lines before the first one after line `lines` that is neither blank nor marked as a comment
 * or, with a `fieldCount`, that may be a row in spite of its mark.
 */
export function markedLines(
  text: HeadText,
  form: KernelDialect,
  lines: number,
  fieldCount: number | null,
): number {
  const { utf8 } = text;
  const anyLineEnd = form.lineEnds === 'any';
  let count = lines;
  let at = linesEnd(utf8, lines, anyLineEnd) ?? utf8.length;
  for (; at < utf8.length && (utf8[at] === HASH || isLineEnd(utf8[at])); count++) {
    if (utf8[at] === HASH && fieldCount !== null && isRowAt(text, form, at, fieldCount)) break;
    at = lineEnd(utf8, at, anyLineEnd);
  }
  return count;
}

/** The first marked line that would be a row like the others, and the first that would not. */
export interface Marked {
  readonly row: string | null;
  readonly other: string | null;
}

/** Searches the lines from `from` on that `form` leaves out as comments. `fieldCount`: that of rows. */
export function findMarked(text: HeadText, form: KernelDialect, from: number, fieldCount: number): Marked {
  const { utf8, whole } = text;
  const found: { row: string | null; other: string | null } = { row: null, other: null };
  if (!hasMarkedLine(utf8.subarray(from))) return found;
  for (let at = from; at < utf8.length && (found.row === null || found.other === null); ) {
    if (utf8[at] === HASH) {
      found[isRowAt(text, form, at, fieldCount) ? 'row' : 'other'] ??= lineAt(utf8, at);
      at = lineEnd(utf8, at, form.lineEnds === 'any');
      continue;
    }
    const end = isLineEnd(utf8[at]) ? at + 1 : readRecord(utf8, at, form, whole)?.bytes;
    if (end === undefined) break;
    at = end;
  }
  return found;
}

/** True when the marked line at `at` may be a row; in a file of one column any line may. */
function isRowAt({ utf8, whole }: HeadText, form: KernelDialect, at: number, fieldCount: number): boolean {
  const fields = readRecord(utf8, at, { ...form, comment: null }, whole)?.fields.length ?? 0;
  const { shortRows, longRows } = form;
  return (
    fieldCount === 1 ||
    fields === fieldCount ||
    (fields < fieldCount ? shortRows === 'pad' : longRows === 'truncate')
  );
}

/** The line at `at`, as an error shows it. */
export function lineAt(utf8: Uint8Array, at: number): string {
  const text = Buffer.from(utf8.subarray(at, Math.min(lineEnd(utf8, at, true), at + 60)));
  return JSON.stringify(text.toString().trim());
}

function isLineEnd(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d;
}

function lineEnd(utf8: Uint8Array, at: number, anyLineEnd: boolean): number {
  const bytes = linesEnd(utf8.subarray(at), 1, anyLineEnd);
  return bytes === null ? utf8.length : at + bytes;
}
