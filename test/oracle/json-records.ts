/**
 * The slow, obvious reader of JSON records: what the elements of an array or the lines of a file are, which are valid,
 * and what stands at a path, by JSON.parse and a walk over the text.
 */
import { isUtf8 } from 'node:buffer';

export interface OracleRecord {
  readonly byteOffset: number;
  readonly raw: string;
  /** The text at each path, null if there is none; null for a record that is rejected. */
  readonly values: (string | null)[] | null;
}

/** Keys that lead to a value. */
export type KeyPath = readonly string[];

/** Records of an array from its first element on. */
export function arrayRecords(bytes: Buffer, paths: readonly KeyPath[]): OracleRecord[] {
  // A character a byte, so that places are those of bytes.
  const text = bytes.toString('latin1');
  const records: OracleRecord[] = [];
  let depth = 0;
  let from = 0;
  let afterComma = false;
  const add = (to: number, closed: string) => {
    const piece = text.slice(from, to);
    const raw = piece.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
    const isMissing = raw === '' && (closed === ',' || (closed === ']' && afterComma));
    const at = raw === '' ? to : from + piece.length - piece.replace(/^[ \t\r\n]+/, '').length;
    if (raw !== '' || isMissing) records.push(recordAt(bytes, at, raw.length, paths));
    from = to + 1;
    afterComma = closed === ',';
  };
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[[{\]},]/g)) {
    if (token === '[' || token === '{') depth++;
    else if (depth === 0 && (token === ',' || token === ']')) {
      add(index, token);
      if (token === ']') return records;
    } else if ((token === ']' || token === '}') && depth > 0) depth--;
  }
  add(text.length, '');
  return records;
}

/** Records of lines. */
export function lineRecords(bytes: Buffer, paths: readonly KeyPath[]): OracleRecord[] {
  const records: OracleRecord[] = [];
  let from = 0;
  for (const line of bytes.toString('latin1').split('\n')) {
    const raw = line.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
    const at = from + line.length - line.replace(/^[ \t\r]+/, '').length;
    if (raw !== '') records.push(recordAt(bytes, at, raw.length, paths));
    from += line.length + 1;
  }
  return records;
}

/** The kernel rejects texts with a NUL, wherever a column reads them. */
export function withoutNul(records: readonly OracleRecord[]): OracleRecord[] {
  return records.map((one) =>
    one.values?.some((text) => text?.includes('\0')) ? { ...one, values: null } : one,
  );
}

function recordAt(bytes: Buffer, at: number, length: number, paths: readonly KeyPath[]): OracleRecord {
  const text = bytes.subarray(at, at + length);
  const raw = text.toString();
  return { byteOffset: at, raw, values: isUtf8(text) ? valuesOf(raw, paths) : null };
}

function valuesOf(text: string, paths: readonly KeyPath[]): (string | null)[] | null {
  try {
    JSON.parse(text);
    if (!/^\s*\{/.test(text)) return null;
    return paths.map((path) => valueAt(text, path, paths));
  } catch {
    return null;
  }
}

class Refused extends Error {}

/** The text at the path in valid JSON. Throws if a key that paths lead through is there twice, or is no object. */
function valueAt(json: string, path: KeyPath, paths: readonly KeyPath[]): string | null {
  let value = json;
  for (const [depth, key] of path.entries()) {
    if (value === 'null' || /^\[\s*\]$/.test(value)) return null;
    if (!value.startsWith('{')) throw new Refused();
    const before = path.slice(0, depth);
    const read = new Set(
      paths.filter((one) => before.every((step, i) => one[i] === step)).map((one) => one[depth]),
    );
    const members = membersOf(value);
    const keys = members.map(([name]) => name).filter((name) => read.has(name));
    if (new Set(keys).size < keys.length) throw new Refused();
    const found = members.find(([name]) => name === key);
    if (found === undefined) return null;
    value = found[1];
  }
  if (value === 'null') return null;
  if (!value.startsWith('"')) return value;
  const text = JSON.parse(value) as string;
  if (/\p{Surrogate}/u.test(text)) throw new Refused();
  return text;
}

/** Keys and texts of the values of a valid object, in order. */
function membersOf(json: string): [string, string][] {
  const members: [string, string][] = [];
  let depth = 0;
  let key: string | null = null;
  let from = 0;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\[\s\S])*"|[[{\]},:]/g)) {
    if (token.startsWith('"') && depth === 1 && key === null) key = JSON.parse(token) as string;
    else if (token === ':' && depth === 1) from = index + 1;
    else if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if ((token === ',' && depth === 1) || (token === '}' && depth === 0)) {
      if (key !== null) members.push([key, json.slice(from, index).trim()]);
      key = null;
    }
  }
  return members;
}
