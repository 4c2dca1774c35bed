/** Settles how one file of JSON is read, from its first bytes. */
import { isUtf8 } from 'node:buffer';
import { bomBytes } from '../../kernel/dialect/control.ts';
import { findRecords } from '../../kernel/json/document.ts';
import { countLines } from '../../kernel/json/element-scan.ts';
import { fieldTexts } from '../../kernel/json/field-texts.ts';
import type { JsonField, JsonFormat } from '../../kernel/json/fields.ts';
import { keyPath } from '../../kernel/json/json-paths.ts';
import { isSpace } from '../../kernel/json/syntax.ts';
import { UnreadPaths } from '../../kernel/json/unread-paths.ts';
import type { CompiledDataset, CompiledFormat } from '../../model/compiled.ts';
import { readingDocument } from '../../platform/document-error.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { Drift } from '../../platform/progress/progress.ts';
import { addedColumns, byteOffsetColumn, fileColumn } from './added-columns.ts';
import { firstJsonRecords, parsedRecord } from './first-json-records.ts';
import type { Head } from './head.ts';
import { refuseBinary } from './sniff-encoding.ts';

/** First records that are searched for keys which no column reads, and the bytes that they may take. */
const recordsLooked = 100;
const lookedBytes = 256 * 1024;

/** Cuts nothing but lines, for which it is right at every byte: a line feed in a text of JSON is escaped. */
const lines = { delimiter: ',', quote: null, trim: false, lineEnds: 'lf' } as const;

/**
 * The layout; null if `head` ends before the first record begins. Throws LF_FILE_BINARY, LF_FILE_EMPTY,
 * LF_JSON_DOCUMENT, LF_JSON_RECORDS.
 */
export function settleJson(dataset: CompiledDataset, head: Head): FileLayout | null {
  const { bytes, whole, name } = head;
  const corrections = isExport(bytes);
  // An export has the record around each element, so that it is exploded like the file that it corrects.
  const compiled: CompiledFormat = corrections
    ? { ...dataset.format!, kind: 'ndjson', records: [] }
    : dataset.format!;
  const bom = bomBytes(bytes);
  refuseEncoding(head);
  refuseBinary(name, bytes);
  if (whole && bytes.subarray(bom).every(isSpace)) throw new LandfallError('LF_FILE_EMPTY', { file: name });
  const { kind, records } = compiled;
  const start =
    kind === 'json'
      ? readingDocument(name, records, () => findRecords(bytes, records, whole))
      : { at: bom, hasNone: false };
  if (start === null) return null;
  const fields = fieldsOf(dataset, corrections);
  const format: JsonFormat = {
    ...{ kind, records, fields },
    ...(start.hasNone && { hasNone: true }),
    ...(compiled.explode !== undefined && { explode: compiled.explode }),
    ...(dataset.drift.unknown === 'keep' && { keepsRest: true }),
    ...(dataset.drift.unknown === 'fail' && { strict: true }),
    ...(corrections && { added: addedColumns }),
  };
  const unknown = corrections ? [] : unreadPaths(head, start.at, format);
  const last = fields.length - 1;
  return {
    ...lines,
    encoding: 'utf-8',
    format,
    headerBytes: start.at,
    headerLines: countLines(bytes, 0, start.at),
    header: [],
    fieldCount: fields.length,
    fieldOfColumn: dataset.columns.map((_, c) => c),
    ...(unknown.length > 0 && { drift: driftOf(unknown) }),
    ...(format.keepsRest && { extra: [{ field: last, name: dataset.drift.keep!, whole: true }] }),
    ...(corrections && { corrections: correctionFields(fields, compiled) }),
  };
}

const exportStart = `{"${fileColumn}":`;

/** The first bytes of a file that tell whether it is an export. */
export const exportStartBytes = exportStart.length;

/** True for what `landfall rejects --export` has written of records of JSON. */
export function isExport(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, exportStartBytes)).toString('latin1') === exportStart;
}

function correctionFields(fields: readonly JsonField[], format: CompiledFormat): FileLayout['corrections'] {
  const fieldAt = (key: string) => fields.findIndex(({ path }) => path === addedPath(key, format));
  return { file: fieldAt(fileColumn), byteOffset: fieldAt(byteOffsetColumn) };
}

/** The path of a key that an export has added to a record. */
function addedPath(key: string, { explode }: CompiledFormat): string {
  const path = keyPath(key);
  return explode === undefined ? path : path.replace('$', '^');
}

/** Those of the columns, of the keys that an export adds, and of the rest, if it is kept. */
function fieldsOf({ columns, drift, format }: CompiledDataset, corrections: boolean): JsonField[] {
  const added = corrections ? addedColumns.map((key) => ({ path: addedPath(key, format!) })) : [];
  const rest = drift.unknown === 'keep' ? [{ path: '' }] : [];
  const own = columns.map(({ path, name, logical }): JsonField => {
    const asJson = logical.type === 'json' && ({ asJson: true } as const);
    return { path: path ?? keyPath(name), ...asJson };
  });
  return [...own, ...added, ...rest];
}

/** UTF-16 and UTF-32 have zero bytes in the first characters of any JSON. */
function refuseEncoding({ name, bytes }: Head): void {
  const encoding =
    bytes[0] === 0xff || bytes[1] === 0
      ? 'utf-16le'
      : bytes[0] === 0xfe || bytes[0] === 0
        ? 'utf-16be'
        : null;
  if (encoding === null) return;
  throw new LandfallError('LF_JSON_DOCUMENT', {
    file: name,
    reason: `it is ${encoding}, and JSON is UTF-8`,
    byte: 0,
  });
}

/** Paths that no column reads, in the first records. */
function unreadPaths(head: Head, from: number, format: JsonFormat): string[] {
  if (format.hasNone) return [];
  const unread = new UnreadPaths(format);
  for (const text of recordsFrom(head, from, format)) if (isUtf8(text)) unread.add(parsedRecord(text));
  return [...unread.found];
}

function recordsFrom({ bytes, whole }: Head, from: number, { kind }: JsonFormat): Uint8Array[] {
  const looked = bytes.subarray(from, from + lookedBytes);
  const isRest = whole && from + looked.length === bytes.length;
  return firstJsonRecords(looked, kind, { whole: isRest, most: recordsLooked });
}

function driftOf(unknown: readonly string[]): Drift {
  return { unknown, missing: [], reordered: false, renamed: [], suggested: [] };
}

/** True if the file may belong to the dataset: one of its first records has a value for each required column. */
export function fitsJson(dataset: CompiledDataset, head: Head): boolean {
  const layout = settleJson(dataset, head);
  if (layout?.format === undefined) return false;
  const format = { ...layout.format, explode: undefined };
  return recordsFrom(head, layout.headerBytes, format).some((text) => {
    const texts = fieldTexts(text, format);
    const has = (column: number) => (texts[column] ?? null) !== null;
    return (
      dataset.columns.some((_, c) => has(c)) && dataset.columns.every((one, c) => !one.required || has(c))
    );
  });
}
