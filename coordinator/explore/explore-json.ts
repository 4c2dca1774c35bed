/** Finds out how a file of JSON is read that no definition describes: its format, its paths and their values. */
import { bomBytes, LF } from '../../kernel/dialect/control.ts';
import { findRecords, recordsPath } from '../../kernel/json/document.ts';
import type { JsonFormat } from '../../kernel/json/fields.ts';
import { EACH, keyOf, type PathStep, parsePath, stepText } from '../../kernel/json/json-paths.ts';
import { RecordReader } from '../../kernel/json/record-reader.ts';
import { CLOSE_OBJECT, isSpace, JsonCursor, OPEN_ARRAY, OPEN_OBJECT } from '../../kernel/json/syntax.ts';
import type { ColumnSample } from '../../model/infer/contract.ts';
import { readingDocument } from '../../platform/document-error.ts';
import { firstJsonRecords, parsedRecord } from '../detect/first-json-records.ts';
import type { Head } from '../detect/head.ts';

/** What was found in the first records. */
export interface JsonExploration {
  readonly kind: 'json' | 'ndjson';
  /** The path of the records, for a document. */
  readonly records: string;
  /** Records that were looked at. */
  readonly looked: number;
  readonly paths: readonly JsonPathFound[];
}

export interface JsonPathFound {
  readonly path: string;
  /** Keys and indexes joined, for the name of a column. */
  readonly header: string;
  /** Arrays, or values of several kinds. */
  readonly nested: boolean;
  readonly sample: ColumnSample;
  /** Records in which there is a value. */
  readonly present: number;
}

const recordsLooked = 20_000;
/** Deepest objects whose keys become columns, and most columns. */
const depthMost = 4;
const pathsMost = 400;

/** False if the first bytes of a file show that it is not JSON. */
export function mayBeJson(bytes: Uint8Array): boolean {
  const first = firstByte(bytes);
  return first === OPEN_ARRAY || first === OPEN_OBJECT;
}

function firstByte(bytes: Uint8Array): number | undefined {
  return bytes.subarray(bomBytes(bytes)).find((byte) => !isSpace(byte));
}

/** Null: the file is not JSON, or has no records in its first bytes. Throws LF_JSON_DOCUMENT, LF_JSON_RECORDS. */
export function exploreJson(head: Head): JsonExploration | null {
  const first = firstByte(head.bytes);
  if (first === OPEN_ARRAY) return recordsOf(head, 'json', []);
  if (first !== OPEN_OBJECT) return null;
  const keys = isLines(head) ? null : arrayIn(head);
  const document = keys === null ? null : recordsOf(head, 'json', keys);
  return document ?? recordsOf(head, 'ndjson', []);
}

/** True if the first line is a whole value, and another one follows. */
function isLines({ bytes, whole }: Head): boolean {
  const from = bomBytes(bytes);
  const end = bytes.indexOf(LF, from);
  const cursor = new JsonCursor();
  cursor.begin(bytes, from, end < 0 ? (whole ? bytes.length : from) : end);
  cursor.space();
  if (!cursor.skip(0)) return false;
  return end >= 0 && bytes.subarray(end).some((byte) => byte === OPEN_OBJECT);
}

/** Keys that lead to the first array of objects in an object; null if there is none. */
function arrayIn({ bytes }: Head): string[] | null {
  const cursor = new JsonCursor();
  cursor.begin(bytes, bomBytes(bytes), bytes.length);
  cursor.space();
  return arrayBelow(cursor, 0);
}

function arrayBelow(cursor: JsonCursor, depth: number): string[] | null {
  cursor.at++;
  cursor.space();
  for (;;) {
    const from = cursor.at;
    if (!cursor.key()) return null;
    const key = cursor.textFrom(from);
    if (!cursor.colon()) return null;
    const byte = cursor.peek();
    const at = cursor.at;
    if (byte === OPEN_ARRAY && isOfObjects(cursor)) return [key];
    if (byte === OPEN_OBJECT && depth < depthMost) {
      const below = arrayBelow(cursor, depth + 1);
      if (below !== null) return [key, ...below];
      cursor.fault = '';
    }
    cursor.at = at;
    if (!cursor.skip(depth) || !cursor.goesOn(CLOSE_OBJECT)) return null;
  }
}

function isOfObjects(cursor: JsonCursor): boolean {
  let at = cursor.at + 1;
  while (at < cursor.end && isSpace(cursor.bytes[at])) at++;
  return cursor.bytes[at] === OPEN_OBJECT;
}

function recordsOf(head: Head, kind: 'json' | 'ndjson', keys: readonly string[]): JsonExploration | null {
  const { name, bytes, whole } = head;
  const start = kind === 'json' ? readingDocument(name, keys, () => findRecords(bytes, keys, whole)) : null;
  const records = bytes.subarray(start?.at ?? bomBytes(bytes));
  const texts = firstJsonRecords(records, kind, { whole, most: recordsLooked });
  const found = new Map<string, Found>();
  for (const text of texts) note(parsedRecord(text), [], found);
  const shapes = [...found.values()].filter((one) => !isCovered(one, found)).slice(0, pathsMost);
  if (shapes.length === 0) return null;
  const paths = samplesOf(texts, kind, shapes);
  return { kind, records: recordsPath(keys), looked: texts.length, paths };
}

/** A value below a record: what it was in those that were seen. */
interface Found {
  readonly steps: readonly PathStep[];
  objects: number;
  arrays: number;
  others: number;
}

function note(value: unknown, steps: readonly PathStep[], found: Map<string, Found>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, one] of Object.entries(value)) {
    const path = [...steps, `.${key}`];
    const name = path.join('\0');
    let known = found.get(name);
    if (known === undefined) found.set(name, (known = { steps: path, objects: 0, arrays: 0, others: 0 }));
    if (Array.isArray(one)) known.arrays++;
    else if (typeof one === 'object' && one !== null) {
      known.objects++;
      if (path.length < depthMost) note(one, path, found);
    } else if (one !== null) known.others++;
  }
}

/** True if something else is the column: its keys, or a value around it that is not always an object. */
function isCovered(one: Found, found: ReadonlyMap<string, Found>): boolean {
  const flattens = ({ objects, arrays, others, steps }: Found) =>
    objects > 0 && arrays === 0 && others === 0 && steps.length < depthMost && hasKeys(steps, found);
  if (flattens(one)) return true;
  return one.steps.some((_, depth) => {
    const around = depth === 0 ? undefined : found.get(one.steps.slice(0, depth).join('\0'));
    return around !== undefined && !flattens(around);
  });
}

function hasKeys(steps: readonly PathStep[], found: ReadonlyMap<string, Found>): boolean {
  const prefix = `${steps.join('\0')}\0`;
  for (const name of found.keys()) if (name.startsWith(prefix)) return true;
  return false;
}

/** The texts at each path, as a column gets them. */
function samplesOf(
  texts: readonly Uint8Array[],
  kind: 'json' | 'ndjson',
  shapes: readonly Found[],
): JsonPathFound[] {
  const nested = shapes.map(({ objects, arrays }) => objects + arrays > 0);
  const paths = shapes.map(({ steps }) => `$${steps.map(stepText).join('')}`);
  const fields = paths.map((path, i) => ({ path, ...(nested[i] && { asJson: true as const }) }));
  const reader = new RecordReader({ kind, records: [], fields } satisfies JsonFormat);
  const values = shapes.map(() => new Map<string, number>());
  const blanks = shapes.map(() => 0);
  const present = shapes.map(() => 0);
  for (const text of texts) {
    if (reader.read(text, 0, text.length) !== null) continue;
    for (let field = 0; field < fields.length; field++) {
      const one = reader.fieldText(field);
      if (one === null) continue;
      present[field]++;
      if (one === '') blanks[field]++;
      else values[field].set(one, (values[field].get(one) ?? 0) + 1);
    }
  }
  return shapes.map(({ steps }, i) => {
    const header = steps.map((step) => keyOf(step) ?? String(step)).join(' ');
    const sample = { header, values: values[i], blanks: blanks[i] };
    return { path: paths[i], header, nested: nested[i], sample, present: present[i] };
  });
}

/** True for the path that a column of this name reads if it does not say another. */
export function isOwnPath(path: string, name: string): boolean {
  const { steps = [] } = parsePath(path) ?? {};
  return steps.length === 1 && steps[0] !== EACH && keyOf(steps[0]) === name;
}
