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
  /** At most 7 other columns that are faulty. */
  readonly others?: readonly { readonly column: number; readonly reason: RejectReason }[];
  /** For `encoding`: bytes of the text kept before the first that is none. */
  readonly validBytes?: number | null;
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
  others: { readonly column: number; readonly reason: RejectReason }[] = [];
  constructor(reason: RejectReason) {
    super(`reject ${reason}`);
    this.reason = reason;
  }
}

const LF = 10;
const CR = 13;

/** Cuts bytes (UTF-8) into records, from `from` on. Blank lines, comments and, if so said, blank records are left out. */
export function readRecords(
  bytes: Uint8Array,
  dialect: KernelDialect,
  from: number,
  recordBytesMax = 16 << 20,
): RawRecord[] {
  const reader = new Reader(bytes, dialect);
  const records: RawRecord[] = [];
  for (let at = from; at < bytes.length; ) {
    const lineEnd = reader.lineEnd(at);
    if (lineEnd > 0) {
      at += lineEnd;
      continue;
    }
    if (dialect.comment && reader.has(Buffer.from(dialect.comment), reader.afterGap(at))) {
      while (at < bytes.length && !(bytes[at] === LF || (bytes[at] === CR && reader.any))) at++;
      continue;
    }
    const content = reader.afterGap(at);
    if (content === bytes.length || reader.lineEnd(content) > 0) {
      at = content;
      continue;
    }
    const record = reader.record(at);
    if (dialect.blankRows !== 'skip' || !isBlank(record, recordBytesMax)) records.push(record);
    at = record.end + Math.max(1, reader.lineEnd(record.end));
  }
  return records;
}

/** Reads one record, one field after the other, looking at whatever comes next. */
class Reader {
  readonly any: boolean;
  private readonly bytes: Uint8Array;
  private readonly delimiter: Buffer;
  private readonly quote: number;
  private readonly escape: number;
  private readonly trim: boolean;
  /** Fields are separated by runs of spaces, tabs, and CRs that end no record. */
  private readonly byBlanks: boolean;
  private at = 0;
  private badQuote = false;
  /** The record's last quote is never closed. */
  private openQuote = false;

  constructor(bytes: Uint8Array, dialect: KernelDialect) {
    this.bytes = bytes;
    this.any = dialect.lineEnds === 'any';
    this.delimiter = Buffer.from(dialect.delimiter);
    this.quote = dialect.quote === null ? -1 : dialect.quote.charCodeAt(0);
    this.escape = dialect.escape && dialect.escape !== dialect.quote ? dialect.escape.charCodeAt(0) : -1;
    this.byBlanks = dialect.delimiter === 'blanks';
    this.trim = dialect.trim && !this.byBlanks;
  }

  record(start: number): RawRecord {
    this.at = start;
    this.badQuote = false;
    this.openQuote = false;
    const fields: Field[] = [];
    if (this.byBlanks) this.spaced(fields);
    else fields.push(this.field());
    while (!this.byBlanks && this.separates(this.at)) {
      this.at += this.delimiter.length;
      fields.push(this.field());
    }
    // What is never closed ends with the file, without the line end there.
    const open = this.openQuote && this.lineEnd(this.at - 1) > 0;
    const end = open && this.bytes[this.at - 1] === CR && !this.any ? this.at - 1 : this.at;
    return { start, end, line: this.linesBefore(start), fields, badQuote: this.badQuote };
  }

  private spaced(fields: Field[]): void {
    for (;;) {
      this.at = this.afterGap(this.at);
      if (this.at === this.bytes.length || this.lineEnd(this.at) > 0) return;
      fields.push(this.field());
    }
  }

  /** Where the blanks between fields end that begin at `at`. */
  afterGap(at: number): number {
    let end = at;
    while (this.byBlanks && this.separates(end)) end++;
    return end;
  }

  /** True where a field ends, though not the record. */
  private separates(at: number): boolean {
    if (!this.byBlanks) return this.has(this.delimiter, at);
    return [0x20, 0x09, CR].includes(this.bytes[at]) && this.lineEnd(at) === 0;
  }

  has(text: Uint8Array, at: number): boolean {
    return text.every((byte, i) => this.bytes[at + i] === byte);
  }

  /** Bytes of the line end at `at`, 0 where there is none. A CR at the very end is one. */
  lineEnd(at: number): number {
    if (this.bytes[at] === LF) return 1;
    if (this.bytes[at] !== CR) return 0;
    if (this.bytes[at + 1] === LF) return 2;
    return this.any || at + 1 === this.bytes.length ? 1 : 0;
  }

  private linesBefore(end: number): number {
    let lines = 0;
    for (let i = 0; i < end; i++) {
      if (this.bytes[i] === LF && !(this.any && this.bytes[i - 1] === CR)) lines++;
      if (this.bytes[i] === CR && this.any) lines++;
    }
    return lines;
  }

  private field(): Field {
    const blanks = this.blanksAt(this.at);
    if (this.quote < 0 || this.bytes[this.at + blanks] !== this.quote)
      return { bytes: this.plain(), quoted: false };
    this.at += blanks + 1;
    const bytes = this.quoted();
    const after = this.at + this.blanksAt(this.at);
    const ended = after === this.bytes.length || this.separates(after) || this.lineEnd(after) > 0;
    if (ended) this.at = after;
    else {
      this.badQuote = true;
      this.plain();
    }
    return { bytes, quoted: true };
  }

  private plain(): number[] {
    const out: number[] = [];
    while (this.at < this.bytes.length && !this.separates(this.at) && this.lineEnd(this.at) === 0)
      this.character(out, true);
    return out;
  }

  private quoted(): number[] {
    const out: number[] = [];
    while (this.at < this.bytes.length) {
      if (this.bytes[this.at] !== this.quote) this.character(out, false);
      else if (this.bytes[this.at + 1] === this.quote) {
        out.push(this.quote);
        this.at += 2;
      } else {
        this.at++;
        return out;
      }
    }
    this.badQuote = this.openQuote = true;
    return out;
  }

  /** One byte, or an escape and what it covers. */
  private character(out: number[], mayEnd: boolean): void {
    const byte = this.bytes[this.at++];
    if (byte !== this.escape) {
      out.push(byte);
      return;
    }
    const next = this.bytes[this.at];
    if (this.at === this.bytes.length) {
      out.push(byte);
      if (!mayEnd) this.badQuote = true;
      return;
    }
    const delimiter = this.delimiter.length === 1 ? this.delimiter[0] : -2;
    const isBlank = this.byBlanks && (next === 0x20 || next === 0x09);
    if (next === CR && this.bytes[this.at + 1] === LF) {
      out.push(CR, LF);
      this.at += 2;
    } else if (isBlank || [this.quote, this.escape, delimiter, CR, LF].includes(next)) {
      out.push(next);
      this.at++;
    } else out.push(byte);
  }

  private blanksAt(at: number): number {
    let count = 0;
    const isBlank = (byte: number) => (byte === 32 || byte === 9) && byte !== this.delimiter[0];
    while (this.trim && isBlank(this.bytes[at + count])) count++;
    return count;
  }
}

/** The file as UTF-8, and for each byte of that (and its end) where in the file it comes from. */
function decoded(bytes: Uint8Array, encoding: string): { utf8: Uint8Array; places: number[] } {
  const utf8: number[] = [];
  const places: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { text, size } = characterAt(bytes, at, encoding);
    for (const byte of text === null ? [0xff] : Buffer.from(text)) {
      utf8.push(byte);
      places.push(at);
    }
    at += size;
  }
  return { utf8: Uint8Array.from(utf8), places: [...places, bytes.length] };
}

/** Unicode's table of the C1 range of windows-1252, which decoders of some Node versions get wrong. */
const cp1252 = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
  0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
  0x0153, 0, 0x017e, 0x0178,
];

/** The character at `at`; null where the bytes are none. */
function characterAt(bytes: Uint8Array, at: number, encoding: string): { text: string | null; size: number } {
  if (encoding === 'latin-1') return { text: String.fromCharCode(bytes[at]), size: 1 };
  const gaps = { 'windows-1251': [0x98], 'windows-1252': [0x81, 0x8d, 0x8f, 0x90, 0x9d], shift_jis: [0x80] };
  if (gaps[encoding as keyof typeof gaps]?.includes(bytes[at])) return { text: null, size: 1 };
  if (encoding === 'windows-1252') {
    const byte = bytes[at];
    const point = byte >= 0x80 && byte < 0xa0 ? cp1252[byte - 0x80] : byte;
    return { text: String.fromCharCode(point), size: 1 };
  }
  // Some decoders have three of the controls elsewhere.
  if (encoding === 'shift_jis' && bytes[at] < 0x80) return { text: String.fromCharCode(bytes[at]), size: 1 };
  const wide = encoding.startsWith('utf-16');
  const sizes = wide ? [2, 4] : encoding === 'shift_jis' ? [1, 2] : [1];
  for (const size of sizes) {
    if (at + size > bytes.length) break;
    try {
      const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
      return { text: decoder.decode(bytes.subarray(at, at + size)), size };
    } catch {
      // Not a character by itself: perhaps with what follows.
    }
  }
  return { text: null, size: Math.min(sizes[0], bytes.length - at) };
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
  const { encoding = 'utf-8' } = plan.dialect;
  const { utf8, places } = encoding === 'utf-8' ? { utf8: bytes, places: null } : decoded(bytes, encoding);
  const place = (at: number) => (places === null ? at : places[at]);
  for (const [number, record] of readRecords(utf8, plan.dialect, skipBytes, recordBytesMax).entries()) {
    const byteOffset = byteStart + place(record.start);
    try {
      rows.push({ byteOffset, values: convert(record, plan, recordBytesMax) });
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      const raw = Buffer.from(utf8.subarray(record.start, Math.min(record.end, record.start + 8192)));
      rejects.push({
        byteOffset,
        byteLength: place(record.end) - place(record.start),
        record: number,
        line: record.line,
        column: error.column,
        reason: error.reason,
        raw: raw.toString('utf8'),
        ...(error.reason === RejectReason.encoding && { validBytes: validBytes(raw) }),
        ...(error.others.length > 0 && { others: error.others.slice(0, 7) }),
      });
    }
  }
  return { rows, rejects };
}

/** Character by character; null where all is text, but for one that the cut may have gone through. */
function validBytes(raw: Buffer): number | null {
  for (let at = 0; at < raw.length; ) {
    const size = [1, 2, 3, 4].find((n) => at + n <= raw.length && isText(raw.subarray(at, at + n)));
    if (size === undefined) return at > 8188 ? null : at;
    at += size;
  }
  return null;
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Fields of blanks alone, however many. */
function isBlank({ start, end, badQuote, fields }: RawRecord, recordBytesMax: number): boolean {
  if (badQuote || end - start > recordBytesMax) return false;
  return fields.every(({ bytes }) => bytes.every((byte) => byte === 0x20 || byte === 0x09));
}

/** The record's values in the order of the columns; throws the first that is Rejected, with the others. */
function convert(record: RawRecord, plan: KernelPlan, recordBytesMax: number): OracleValue[] {
  if (record.end - record.start > recordBytesMax) throw new Rejected(RejectReason.tooLong);
  if (record.badQuote) throw new Rejected(RejectReason.quote);
  const { fields } = record;
  const { shortRows, longRows } = plan.dialect;
  const short = fields.length < plan.fieldCount && shortRows !== 'pad';
  const long = fields.length > plan.fieldCount && longRows !== 'truncate';
  if (short || long) throw new Rejected(RejectReason.fieldCount);
  const faults: Rejected[] = [];
  const values = plan.columns.map((column, i) => {
    const number = plan.fieldOfColumn[i];
    const padded = number >= 0 ? { bytes: [], quoted: false } : null;
    const field = fields[number] ?? padded;
    try {
      return readField(field, column, plan.dialect);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      error.column = i;
      faults.push(error);
      return null;
    }
  });
  const [first, ...others] = faults;
  if (first === undefined) return values;
  first.others = others.map(({ column, reason }) => ({ column, reason }));
  throw first;
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
    if (bytes.includes(0)) throw new Rejected(RejectReason.nul);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new Rejected(RejectReason.encoding);
    }
  }
  const value = readValue(bytes.toString('latin1'), column);
  if (value === null && column.required) throw new Rejected(RejectReason.missing);
  return value;
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
      if (/^[+-]?(nan|inf|infinity)$/i.test(text)) return notFinite(text, type.nonFinite ?? 'reject');
      match(text, new RegExp(`^${NUMBER}$`));
      return within(Number(text), -Number.MAX_VALUE, Number.MAX_VALUE);
    case 'boolean':
      return readBoolean(Buffer.from(text, 'latin1').toString());
    case 'uuid':
      return readUuid(text);
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
      return readTimestamp(
        readWallTime(text, type.formats, type.leapSecond === 'clamp', type.fraction === 'truncate'),
        type,
      );
    default:
      throw new Error(`no such type: ${type.kind}`);
  }
}

function notFinite(text: string, policy: 'reject' | 'null' | 'keep'): OracleValue {
  if (policy === 'reject') throw new Rejected(RejectReason.notFinite);
  if (policy === 'null') return null;
  if (/nan/i.test(text)) return Number.NaN;
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function readBoolean(text: string): boolean {
  const words = {
    true: ['true', 't', 'yes', 'y', '1', 'on', 'да'],
    false: ['false', 'f', 'no', 'n', '0', 'off', 'нет'],
  };
  if (words.true.includes(text.toLowerCase())) return true;
  if (words.false.includes(text.toLowerCase())) return false;
  throw new Rejected(RejectReason.type);
}

function readUuid(text: string): string {
  const bare = /^\{.*\}$/s.test(text) ? text.slice(1, -1) : text.replace(/^urn:uuid:/i, '');
  match(bare, /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i);
  return bare.replaceAll('-', '').toLowerCase();
}

function readDecimal(text: string, precision: number, scale: number): bigint {
  const [, sign, before, after] = match(text, /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)$/);
  if (/[1-9]/.test(after.slice(scale))) throw new Rejected(RejectReason.range);
  const unscaled = BigInt(before + after.slice(0, scale).padEnd(scale, '0') || '0');
  within(unscaled, 0n, 10n ** BigInt(precision) - 1n);
  return sign === '-' ? -unscaled : unscaled;
}

function readWallTime(text: string, formats: readonly string[], clamp = false, truncate = false): WallTime {
  let reason: RejectReason = RejectReason.type;
  for (const format of formats) {
    const answer = readFormat(text, format, clamp, truncate);
    if (typeof answer === 'object') return answer;
    if (answer !== 'type') reason = RejectReason[answer];
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
