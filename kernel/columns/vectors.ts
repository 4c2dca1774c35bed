/**
 * The columns of a batch: those that the kernel parses and those that enrichments add.
 *
 * Every vector is a view: on the kernel's memory for parsed columns, on ordinary memory for computed
 * ones. A batch's vectors are valid until the same kernel is asked for the next batch.
 * Validity bitmaps are Arrow's: bit `i & 7` of byte `i >> 3` is 1 if row i has a value.
 * `validity` is null if every row has one. A null row's value is unspecified but harmless (0).
 */

interface VectorBase {
  /** Rows in the vector; typed arrays may be longer, never shorter. */
  readonly length: number;
  readonly validity: Uint8Array | null;
  readonly nullCount: number;
}

/** smallint, integer: the number; date: days since 1970-01-01 (proleptic Gregorian). */
export interface Int32Vector extends VectorBase {
  readonly kind: 'int32';
  readonly values: Int32Array;
}

/** bigint: the number; numeric(p ≤ 18, s): the unscaled value, i.e. value × 10^s. */
export interface Int64Vector extends VectorBase {
  readonly kind: 'int64';
  readonly values: BigInt64Array;
}

/** numeric(p > 18, s): the unscaled value in 16 bytes a row, two's complement, big-endian. */
export interface Decimal128Vector extends VectorBase {
  readonly kind: 'decimal128';
  readonly values: Uint8Array;
}

/**
 * timestamp: microseconds since 1970-01-01T00:00:00Z, and the same instant on the wall clock of the
 * column's zone, split so that vectorised TypeScript never touches a BigInt.
 */
export interface TimestampVector extends VectorBase {
  readonly kind: 'timestamp';
  /** µs since the epoch, UTC. */
  readonly values: BigInt64Array;
  /** Local calendar day: days since 1970-01-01 in the column's zone. */
  readonly localDay: Int32Array;
  /** Local second of the day, 0…86399. */
  readonly localSecond: Int32Array;
}

export interface Float64Vector extends VectorBase {
  readonly kind: 'float64';
  readonly values: Float64Array;
}

/** boolean: one byte a row, 0 or 1. */
export interface BooleanVector extends VectorBase {
  readonly kind: 'boolean';
  readonly values: Uint8Array;
}

/** text as codes into a dictionary that only grows while a chunk is read. */
export interface DictionaryVector extends VectorBase {
  readonly kind: 'dictionary';
  /** Codes 0…dictionary.size-1. */
  readonly values: Int32Array;
  readonly dictionary: TextDictionary;
}

/** Distinct texts of one column in one chunk, in order of first appearance. */
export interface TextDictionary {
  readonly size: number;
  /** Decoded text of a code. Decodes each code once; later calls return the same string. */
  text(code: number): string;
  /** UTF-8 bytes of a code (a view, valid as long as the batch). */
  bytes(code: number): Uint8Array;
}

/** text or json as UTF-8: value i is `bytes[offsets[i] … offsets[i+1])`. */
export interface Utf8Vector extends VectorBase {
  readonly kind: 'utf8';
  /** length + 1 offsets into bytes. */
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

/** uuid: 16 bytes a row, network order. */
export interface UuidVector extends VectorBase {
  readonly kind: 'uuid';
  readonly values: Uint8Array;
}

/** point: two doubles a row, degrees. */
export interface PointVector extends VectorBase {
  readonly kind: 'point';
  readonly lon: Float64Array;
  readonly lat: Float64Array;
}

export type Vector =
  | Int32Vector
  | Int64Vector
  | Decimal128Vector
  | TimestampVector
  | Float64Vector
  | BooleanVector
  | DictionaryVector
  | Utf8Vector
  | UuidVector
  | PointVector;

export type VectorKind = Vector['kind'];

/** True if row i of the vector has a value. */
export function isValid(vector: Vector, i: number): boolean {
  return vector.validity === null || (vector.validity[i >> 3] & (1 << (i & 7))) !== 0;
}

/** The unscaled value of a row. */
export function decimal128At({ values }: Decimal128Vector, row: number): bigint {
  const view = new DataView(values.buffer, values.byteOffset + row * 16, 16);
  return (view.getBigInt64(0) << 64n) | view.getBigUint64(8);
}
