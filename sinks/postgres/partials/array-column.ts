/**
 * Columns of partial results as arrays in PostgreSQL's binary form: number of dimensions, whether there are nulls, OID
 * of the elements' type, their number, lower bound, and each element after its length (array_recv in the server's
 * arrayfuncs.c). All numbers are big-endian.
 */
import type { ElementForm } from './input-forms.ts';
import { type Numeric, numericOfNumber, numericOfUnscaled } from './numeric-element.ts';

/** The most values of an array: those of one column then take some 100 KB. */
export const arrayMost = 8192;

/** A column of n values. */
export type ArrayColumn =
  | WordColumn
  | { readonly kind: 'counts'; readonly counts: ArrayLike<number> }
  | { readonly kind: 'numerics'; readonly numerics: readonly Numeric[] };

export interface WordColumn {
  readonly kind: 'words';
  readonly form: ElementForm;
  readonly low: Int32Array;
  /** Null for forms of 32 bits. */
  readonly high: Int32Array | null;
  /** Bit `nullBit` of marks[i] is 1 if value i is null. Null: no value is. */
  readonly marks: Int32Array | null;
  readonly nullBit: number;
  /** Of the form `text`, by number. */
  readonly texts: readonly string[];
}

/** OIDs of elements' types and the bytes of one; 0: they vary. Source: pg_type.dat. */
const types: Readonly<Record<ElementForm['kind'], { readonly oid: number; readonly bytes: number }>> = {
  bool: { oid: 16, bytes: 1 },
  int8: { oid: 20, bytes: 8 },
  int2: { oid: 21, bytes: 2 },
  int4: { oid: 23, bytes: 4 },
  text: { oid: 25, bytes: 0 },
  float8: { oid: 701, bytes: 8 },
  date: { oid: 1082, bytes: 4 },
  time: { oid: 1083, bytes: 8 },
  timestamptz: { oid: 1184, bytes: 8 },
  interval: { oid: 1186, bytes: 16 },
  numeric: { oid: 1700, bytes: 0 },
};

const HEADER = 20;
/** Days from 1970-01-01 to PostgreSQL's day 0, 2000-01-01. */
const DAYS = 10_957;
/** The same in µs, as two words. */
const MICROS_LOW = Number(BigInt.asUintN(32, 946_684_800_000_000n));
const MICROS_HIGH = Number(946_684_800_000_000n >> 32n);

/** Bytes that grow, and where they end. */
class Writer {
  bytes = Buffer.allocUnsafe(4096);
  view = new DataView(this.bytes.buffer, this.bytes.byteOffset);
  end = 0;

  reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const longer = Buffer.allocUnsafe(Math.max(this.end + more, this.bytes.length * 2));
    longer.set(this.bytes.subarray(0, this.end));
    this.bytes = longer;
    this.view = new DataView(longer.buffer, longer.byteOffset);
  }

  int32(value: number): void {
    this.view.setInt32(this.end, value);
    this.end += 4;
  }

  element(bytes: Uint8Array): void {
    this.reserve(4 + bytes.length);
    this.int32(bytes.length);
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }
}

/** Some of a column's values: picks[from] … picks[to - 1]. */
export interface Picked {
  readonly picks: Int32Array;
  readonly from: number;
  readonly to: number;
}

/** Binary COPY rows that begin with a field int4. */
export class CopyRows {
  private readonly writer = new Writer();

  begin(fields: number, id: number): void {
    this.writer.reserve(10);
    this.writer.view.setInt16(this.writer.end, fields);
    this.writer.end += 2;
    this.writer.int32(4);
    this.writer.int32(id);
  }

  /** A field with one value of a column. */
  value(column: WordColumn, i: number): void {
    this.writer.reserve(4 + types[column.form.kind].bytes);
    writeValue(this.writer, column, i);
  }

  /** A field with an array. */
  array(column: ArrayColumn, { picks, from, to }: Picked): void {
    const { writer } = this;
    writer.reserve(4);
    const start = writer.end;
    writer.end += 4;
    writeArray(writer, column, picks, from, to);
    writer.view.setInt32(start, writer.end - start - 4);
  }

  null(): void {
    this.writer.reserve(4);
    this.writer.int32(-1);
  }

  get length(): number {
    return this.writer.end;
  }

  /** Returns all rows, and begins again. */
  take(): Uint8Array {
    const rows = Uint8Array.from(this.writer.bytes.subarray(0, this.writer.end));
    this.writer.end = 0;
    return rows;
  }
}

function writeArray(writer: Writer, column: ArrayColumn, picks: Int32Array, from: number, to: number): void {
  const form = column.kind === 'words' ? column.form : formOf(column.kind);
  const { oid, bytes } = types[form.kind];
  writer.reserve(HEADER + (to - from) * (4 + bytes));
  const hasNulls = column.kind === 'words' && column.marks !== null ? 1 : 0;
  // An empty array has no dimensions.
  const header = from === to ? [0, 0, oid] : [1, hasNulls, oid, to - from, 1];
  for (const word of header) writer.int32(word);
  switch (column.kind) {
    case 'counts':
      writer.reserve((to - from) * 12);
      for (let i = from; i < to; i++) writeWords(writer, 8, ...halves(column.counts[picks[i]]));
      return;
    case 'numerics':
      for (let i = from; i < to; i++) writer.element(column.numerics[picks[i]]);
      return;
    case 'words':
      for (let i = from; i < to; i++) writeValue(writer, column, picks[i]);
  }
}

const formOf = (kind: 'counts' | 'numerics'): { kind: 'int8' | 'numeric' } => ({
  kind: kind === 'counts' ? 'int8' : 'numeric',
});

const halves = (count: number): [number, number] => [Math.floor(count / 2 ** 32), count | 0];

/** A length and one or two words. */
function writeWords(writer: Writer, bytes: number, high: number, low: number): void {
  writer.int32(bytes);
  if (bytes >= 8) writer.int32(high);
  writer.int32(low);
}

function writeValue(writer: Writer, column: WordColumn, i: number): void {
  const { form, marks, nullBit } = column;
  const low = column.low[i];
  const high = column.high === null ? 0 : column.high[i];
  if (marks !== null && (marks[i] & (1 << nullBit)) !== 0) {
    writer.reserve(4);
    writer.int32(-1);
    return;
  }
  switch (form.kind) {
    case 'int4':
      writeWords(writer, 4, 0, low);
      break;
    case 'date':
      writeWords(writer, 4, 0, low - DAYS);
      break;
    case 'int2':
      writer.int32(2);
      writer.view.setInt16(writer.end, low);
      writer.end += 2;
      break;
    case 'bool':
      writer.int32(1);
      writer.bytes[writer.end++] = low;
      break;
    case 'int8':
    case 'time':
    case 'float8':
      writeWords(writer, 8, high, low);
      break;
    case 'timestamptz': {
      const borrow = low >>> 0 < MICROS_LOW ? 1 : 0;
      writeWords(writer, 8, (high - MICROS_HIGH - borrow) | 0, (low - MICROS_LOW) | 0);
      break;
    }
    case 'interval':
      writeWords(writer, 8, high, low);
      writer.view.setInt32(writer.end - 12, 16);
      // No days and no months.
      writer.int32(0);
      writer.int32(0);
      break;
    case 'numeric':
      writer.element(numericOf(high, low, form.scale));
      break;
    case 'text':
      writer.element(Buffer.from(column.texts[low]));
      break;
  }
}

function numericOf(high: number, low: number, scale: number): Numeric {
  const unscaled = high * 2 ** 32 + (low >>> 0);
  if (Number.isSafeInteger(unscaled)) return numericOfNumber(unscaled, scale);
  return numericOfUnscaled((BigInt(high) << 32n) | BigInt(low >>> 0), scale);
}
