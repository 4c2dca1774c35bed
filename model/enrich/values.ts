/**
 * Values one at a time, for functions that people write: out of a vector, and collected into one. The
 * slow path; everything built in works on whole vectors.
 */
import { decimal128At, type Vector } from '../../kernel/columns/vectors.ts';
import type { LogicalType } from '../compiled.ts';
import type { TypeName } from '../language/refs.ts';
import type { Nulls } from './nulls.ts';

export type Value = string | number | bigint | boolean | { lon: number; lat: number };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The decimal point put back into an unscaled value. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The double nearest to a decimal: by one division where both sides are doubles themselves. */
function nearest(unscaled: bigint, scale: number): number {
  const double = Number(unscaled);
  if (Number.isSafeInteger(double) && scale <= 22) return double / 10 ** scale;
  return Number(decimalText(unscaled, scale));
}

/** Hexadecimal with hyphens. */
function uuidText(bytes: Uint8Array, at: number): string {
  let hex = '';
  for (let i = 0; i < 16; i++) hex += bytes[at + i].toString(16).padStart(2, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The value of row i, which is not null; see ValueTypes for what each type gives. */
export function valueAt(vector: Vector, logical: LogicalType, i: number): Value {
  switch (vector.kind) {
    case 'int32':
    case 'float64':
      return vector.values[i];
    case 'int64':
      return logical.type === 'numeric' ? nearest(vector.values[i], logical.scale) : vector.values[i];
    case 'decimal128':
      return nearest(decimal128At(vector, i), logical.type === 'numeric' ? logical.scale : 0);
    case 'timestamp':
      return Number(vector.values[i]) / 1000;
    case 'boolean':
      return vector.values[i] === 1;
    case 'dictionary':
      return vector.dictionary.text(vector.values[i]);
    case 'utf8':
      return decoder.decode(vector.bytes.subarray(vector.offsets[i], vector.offsets[i + 1]));
    case 'uuid':
      return uuidText(vector.values, i * 16);
    case 'point':
      return { lon: vector.lon[i], lat: vector.lat[i] };
  }
}

/** Collects values, row after row, into a vector of a type. */
export interface VectorBuilder {
  /** Null where there is none. */
  set(i: number, value: unknown): void;
  finish(): Vector;
}

/** Marks rows as null; shared by all builders. */
class NullMarks {
  private validity: Uint8Array | null = null;
  private nullCount = 0;
  private readonly rows: number;

  constructor(rows: number) {
    this.rows = rows;
  }

  mark(i: number): void {
    this.validity ??= new Uint8Array((this.rows + 7) >> 3).fill(255);
    this.validity[i >> 3] &= ~(1 << (i & 7));
    this.nullCount++;
  }

  done(): Nulls {
    return { validity: this.validity, nullCount: this.nullCount };
  }
}

/** Texts as UTF-8 in a buffer that doubles. Rows must come in order. */
function utf8Builder(rows: number): VectorBuilder {
  const encoder = new TextEncoder();
  const nulls = new NullMarks(rows);
  const offsets = new Int32Array(rows + 1);
  let bytes = new Uint8Array(Math.max(64, rows * 16));
  let end = 0;
  return {
    set(i, value) {
      if (value === null) nulls.mark(i);
      else {
        const text = value as string;
        if (end + text.length * 3 > bytes.length) {
          const larger = new Uint8Array(Math.max(bytes.length * 2, end + text.length * 3));
          larger.set(bytes.subarray(0, end));
          bytes = larger;
        }
        end += encoder.encodeInto(text, bytes.subarray(end)).written;
      }
      offsets[i + 1] = end;
    },
    finish: () => ({ kind: 'utf8', length: rows, offsets, bytes, ...nulls.done() }),
  };
}

type FlatVector = Extract<Vector, { kind: 'int32' | 'int64' | 'float64' | 'boolean' }>;

/** Numbers of any width, one array element a row. */
function flatBuilder(kind: FlatVector['kind'], values: FlatVector['values'], rows: number): VectorBuilder {
  const nulls = new NullMarks(rows);
  const writable = values as { [i: number]: unknown };
  return {
    set(i, value) {
      if (value === null) nulls.mark(i);
      else writable[i] = value;
    },
    finish: () => ({ kind, values, length: rows, ...nulls.done() }) as FlatVector,
  };
}

/** Unscaled values of 128 bits. */
function decimal128Builder(rows: number): VectorBuilder {
  const nulls = new NullMarks(rows);
  const values = new Uint8Array(rows * 16);
  const view = new DataView(values.buffer);
  return {
    set(i, value) {
      if (value === null) return nulls.mark(i);
      view.setBigInt64(i * 16, (value as bigint) >> 64n);
      view.setBigUint64(i * 16 + 8, BigInt.asUintN(64, value as bigint));
    },
    finish: () => ({ kind: 'decimal128', length: rows, values, ...nulls.done() }),
  };
}

/** Instants, with their wall clock as `localOf` (seconds since the epoch → seconds east) gives it. */
function timestampBuilder(rows: number, offsetAt: (utcSeconds: number) => number): VectorBuilder {
  const nulls = new NullMarks(rows);
  const values = new BigInt64Array(rows);
  const localDay = new Int32Array(rows);
  const localSecond = new Int32Array(rows);
  return {
    set(i, value) {
      if (value === null) return nulls.mark(i);
      const micros = value as bigint;
      const utcSecond = Math.floor(Number(micros) / 1e6);
      const local = utcSecond + offsetAt(utcSecond);
      values[i] = micros;
      localDay[i] = Math.floor(local / 86400);
      localSecond[i] = local - localDay[i] * 86400;
    },
    finish: () => ({ kind: 'timestamp', length: rows, values, localDay, localSecond, ...nulls.done() }),
  };
}

function pointBuilder(rows: number): VectorBuilder {
  const nulls = new NullMarks(rows);
  const lon = new Float64Array(rows);
  const lat = new Float64Array(rows);
  return {
    set(i, value) {
      if (value === null) return nulls.mark(i);
      const place = value as { lon: number; lat: number };
      lon[i] = place.lon;
      lat[i] = place.lat;
    },
    finish: () => ({ kind: 'point', length: rows, lon, lat, ...nulls.done() }),
  };
}

/** 16 bytes a row from 32 hexadecimal digits, hyphens anywhere. */
function uuidBuilder(rows: number): VectorBuilder {
  const nulls = new NullMarks(rows);
  const values = new Uint8Array(rows * 16);
  return {
    set(i, value) {
      if (value === null) return nulls.mark(i);
      const hex = (value as string).replaceAll('-', '');
      for (let byte = 0; byte < 16; byte++) {
        values[i * 16 + byte] = Number.parseInt(hex.slice(byte * 2, byte * 2 + 2), 16);
      }
    },
    finish: () => ({ kind: 'uuid', length: rows, values, ...nulls.done() }),
  };
}

/**
 * A builder for `rows` values of a type. Timestamps come as µs since the epoch (bigint), numerics (of more
 * than 18 digits: others are the kernel's) as unscaled bigints, everything else as ValueTypes says.
 */
export function vectorBuilder(
  type: TypeName,
  rows: number,
  offsetAt: (utcSeconds: number) => number = () => 0,
): VectorBuilder {
  switch (type) {
    case 'smallint':
    case 'integer':
    case 'date':
      return flatBuilder('int32', new Int32Array(rows), rows);
    case 'numeric':
      return decimal128Builder(rows);
    case 'bigint':
      return flatBuilder('int64', new BigInt64Array(rows), rows);
    case 'float8':
      return flatBuilder('float64', new Float64Array(rows), rows);
    case 'boolean':
      return flatBuilder('boolean', new Uint8Array(rows), rows);
    case 'timestamp':
      return timestampBuilder(rows, offsetAt);
    case 'uuid':
      return uuidBuilder(rows);
    case 'point':
      return pointBuilder(rows);
    case 'text':
    case 'json':
      return utf8Builder(rows);
  }
}
