/**
 * The slow, obvious CSV reader that the kernel is compared with: one byte at a time, one value at a time,
 * conversions by what JavaScript brings along (Number, BigInt, TextDecoder, Temporal).
 */
import { Temporal } from 'temporal-polyfill';
import { type KernelColumn, type KernelDialect, type KernelPlan, RejectReason } from '../../kernel/types.ts';
import { readFormat, type WallTime } from './time.ts';

/** null, text, number, bigint (int64, decimal), boolean, [µs, local day, local second] or [lon, lat]. */
export type OracleValue =
  | null
  | string
  | number
  | bigint
  | boolean
  | readonly [bigint, number, number]
  | readonly [number, number];

export interface OracleRow {
  readonly byteOffset: number;
  readonly values: readonly OracleValue[];
}

export interface OracleReject {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly record: number;
  readonly line: number;
  readonly column: number;
  readonly reason: RejectReason;
  readonly raw: string;
}

export interface OracleChunk {
  readonly byteStart?: number;
  readonly skipBytes?: number;
  readonly recordBytesMax?: number;
}

interface Field {
  bytes: number[];
  quoted: boolean;
}

interface RawRecord {
  start: number;
  /** Where its line end, or the end of the file, is. */
  end: number;
  line: number;
  fields: Field[];
  badQuote: boolean;
}

/** Signals why a value, or a record, is turned away. */
class Rejected extends Error {
  readonly reason: RejectReason;
  column = -1;
  constructor(reason: RejectReason) {
    super(`reject ${reason}`);
    this.reason = reason;
  }
}

const LF = 10;
const CR = 13;

/** Cuts bytes into records, from `from` on. Blank lines are left out. */
export function readRecords(bytes: Uint8Array, dialect: KernelDialect, from: number): RawRecord[] {
  const delimiter = dialect.delimiter.charCodeAt(0);
  const quote = dialect.quote === null ? -1 : dialect.quote.charCodeAt(0);
  const records: RawRecord[] = [];
  let line = 0;
  for (let i = 0; i < from; i++) if (bytes[i] === LF) line++;
  let i = from;
  while (i < bytes.length) {
    const record: RawRecord = { start: i, end: i, line, fields: [], badQuote: false };
    let field: Field = { bytes: [], quoted: false };
    let state: 'start' | 'plain' | 'quoted' | 'closing' = 'start';
    for (; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === LF) line++;
      if (state === 'quoted') {
        if (byte === quote && bytes[i + 1] === quote) i++;
        else if (byte === quote) {
          state = 'closing';
          continue;
        }
        field.bytes.push(byte);
      } else if (byte === LF) break;
      else if (byte === delimiter) {
        record.fields.push(field);
        field = { bytes: [], quoted: false };
        state = 'start';
      } else if (state === 'start' && byte === quote) {
        field.quoted = true;
        state = 'quoted';
      } else if (state === 'closing') {
        const lineEnds = byte === CR && (i + 1 === bytes.length || bytes[i + 1] === LF);
        if (!lineEnds) record.badQuote = true;
        state = lineEnds ? 'closing' : 'plain';
      } else {
        state = 'plain';
        field.bytes.push(byte);
      }
    }
    if (state === 'quoted') record.badQuote = true;
    if (state === 'plain' && field.bytes.at(-1) === CR && bytes[i - 1] === CR) field.bytes.pop();
    record.end = i > record.start && bytes[i - 1] === CR ? i - 1 : i;
    record.fields.push(field);
    i++;
    if (record.end > record.start) records.push(record);
  }
  return records;
}

/** Everything the kernel says of a chunk, in order. */
export function readChunk(
  bytes: Uint8Array,
  plan: KernelPlan,
  chunk: OracleChunk = {},
): { rows: OracleRow[]; rejects: OracleReject[] } {
  const { byteStart = 0, skipBytes = 0, recordBytesMax = 16 << 20 } = chunk;
  const rows: OracleRow[] = [];
  const rejects: OracleReject[] = [];
  for (const [number, record] of readRecords(bytes, plan.dialect, skipBytes).entries()) {
    const byteOffset = byteStart + record.start;
    try {
      rows.push({ byteOffset, values: convert(record, plan, recordBytesMax) });
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      const raw = Buffer.from(bytes.subarray(record.start, Math.min(record.end, record.start + 8192)));
      rejects.push({
        byteOffset,
        byteLength: record.end - record.start,
        record: number,
        line: record.line,
        column: error.column,
        reason: error.reason,
        raw: raw.toString('utf8'),
      });
    }
  }
  return { rows, rejects };
}

/** The record's values in the order of the columns; throws Rejected at the first that is faulty. */
function convert(record: RawRecord, plan: KernelPlan, recordBytesMax: number): OracleValue[] {
  if (record.end - record.start > recordBytesMax) throw new Rejected(RejectReason.tooLong);
  if (record.badQuote) throw new Rejected(RejectReason.quote);
  if (record.fields.length !== plan.fieldCount) throw new Rejected(RejectReason.fieldCount);
  return plan.columns.map((column, i) => {
    const field = plan.fieldOfColumn[i] < 0 ? null : record.fields[plan.fieldOfColumn[i]];
    try {
      return readField(field, column, plan.dialect);
    } catch (error) {
      if (error instanceof Rejected) error.column = i;
      throw error;
    }
  });
}

function readField(field: Field | null, column: KernelColumn, dialect: KernelDialect): OracleValue {
  let bytes = Buffer.from(field?.bytes ?? []);
  if (field && dialect.trim && !field.quoted) {
    let start = 0;
    let end = bytes.length;
    while (start < end && (bytes[start] === 32 || bytes[start] === 9)) start++;
    while (end > start && (bytes[end - 1] === 32 || bytes[end - 1] === 9)) end--;
    bytes = bytes.subarray(start, end);
  }
  if (!field || column.nulls.some((token) => Buffer.from(token).equals(bytes))) {
    if (column.required) throw new Rejected(RejectReason.missing);
    return null;
  }
  if (column.type.kind === 'dictionary' || column.type.kind === 'utf8') {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new Rejected(RejectReason.encoding);
    }
  }
  return readValue(bytes.toString('latin1'), column);
}

const NUMBER = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?';

function match(text: string, pattern: RegExp): RegExpExecArray {
  const found = pattern.exec(text);
  if (!found) throw new Rejected(RejectReason.type);
  return found;
}

function within<T extends number | bigint>(value: T, low: T, high: T): T {
  if (value < low || value > high) throw new Rejected(RejectReason.range);
  return value;
}

function whole(text: string): bigint {
  match(text, /^[+-]?\d+$/);
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace('+', ''));
}

function readValue(text: string, { type }: KernelColumn): OracleValue {
  switch (type.kind) {
    case 'int32':
      return Number(within(whole(text), BigInt(type.min), BigInt(type.max)));
    case 'int64':
      return within(whole(text), -(2n ** 63n), 2n ** 63n - 1n);
    case 'decimal':
      return readDecimal(text, type.precision, type.scale);
    case 'float64':
      match(text, new RegExp(`^${NUMBER}$`));
      return within(Number(text), -Number.MAX_VALUE, Number.MAX_VALUE);
    case 'boolean':
      return !match(text, /^(?:(true|t|yes|y|1|on)|false|f|no|n|0|off)$/i)[1] === false;
    case 'uuid':
      match(text, /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i);
      return text.replaceAll('-', '').toLowerCase();
    case 'point': {
      const pattern =
        type.form === 'wkt'
          ? ` *POINT *\\( *(${NUMBER}) +(${NUMBER}) *\\) *`
          : ` *(${NUMBER}) *, *(${NUMBER}) *`;
      const [, first, second] = match(text, new RegExp(`^${pattern}$`, 'i'));
      const [lon, lat] = type.form === 'wkt' ? [first, second] : [second, first];
      return [within(Number(lon), -180, 180), within(Number(lat), -90, 90)];
    }
    case 'date':
      return dayOf(readWallTime(text, type.formats).date.toPlainDate());
    case 'timestamp':
      return readTimestamp(readWallTime(text, type.formats), type);
    default:
      throw new Error(`no such type: ${type.kind}`);
  }
}

function readDecimal(text: string, precision: number, scale: number): bigint {
  const [, sign, before, after] = match(text, /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)$/);
  if (/[1-9]/.test(after.slice(scale))) throw new Rejected(RejectReason.range);
  const unscaled = BigInt(before + after.slice(0, scale).padEnd(scale, '0') || '0');
  within(unscaled, 0n, 10n ** BigInt(precision) - 1n);
  return sign === '-' ? -unscaled : unscaled;
}

function readWallTime(text: string, formats: readonly string[]): WallTime {
  let reason: RejectReason = RejectReason.type;
  for (const format of formats) {
    const answer = readFormat(text, format);
    if (typeof answer === 'object') return answer;
    if (answer === 'range') reason = RejectReason.range;
  }
  throw new Rejected(reason);
}

function dayOf(date: Temporal.PlainDate): number {
  return Temporal.PlainDate.from('1970-01-01').until(date).days;
}

function readTimestamp(
  time: WallTime,
  type: Extract<KernelColumn['type'], { kind: 'timestamp' }>,
): OracleValue {
  const { zone, ambiguous, skipped } = type.zone;
  let instant: Temporal.Instant;
  if (time.offsetSeconds !== null) {
    instant = time.date.toZonedDateTime('UTC').toInstant().subtract({ seconds: time.offsetSeconds });
  } else {
    const earlier = time.date.toZonedDateTime(zone, { disambiguation: 'earlier' });
    const later = time.date.toZonedDateTime(zone, { disambiguation: 'later' });
    const twice = earlier.toPlainDateTime().equals(time.date) && !earlier.equals(later);
    const never = !earlier.toPlainDateTime().equals(time.date);
    const policy = twice ? ambiguous : never ? skipped : 'earlier';
    if (policy === 'reject')
      throw new Rejected(twice ? RejectReason.ambiguousTime : RejectReason.skippedTime);
    instant = (policy === 'earlier' ? earlier : later).toInstant();
  }
  const local = instant.toZonedDateTimeISO(zone).toPlainDateTime();
  const micros = instant.epochNanoseconds / 1000n;
  return [micros, dayOf(local.toPlainDate()), local.hour * 3600 + local.minute * 60 + local.second];
}
