/**
 * The fields of rows for PostgreSQL, as TypeScript describes them: what copy.ts writes row by row and ../pack/pack.ts
 * many rows at once.
 */
import { alloc, reserve } from '../arena';

export const INT2: i32 = 0;
export const INT4: i32 = 1;
export const INT8: i32 = 2;
export const CONSTANT4: i32 = 3;
export const FLOAT8: i32 = 4;
export const BOOL: i32 = 5;
export const DATE: i32 = 6;
export const TIMESTAMPTZ: i32 = 7;
export const NUMERIC: i32 = 8;
export const UUID: i32 = 9;
export const CODED_TEXT: i32 = 10;
export const TEXT: i32 = 11;
export const JSONB: i32 = 12;

/** 2000-01-01, PostgreSQL's epoch, in days and µs since 1970-01-01. */
export const EPOCH_DAYS: i32 = 10957;
export const EPOCH_MICROS: i64 = 946684800000000;

@unmanaged
export class Field {
  kind: i32;
  /** Values; codes of CODED_TEXT; offsets of TEXT and JSONB. */
  values: usize;
  /** 0 if every row has a value. */
  validity: usize;
  /** Bytes of texts. */
  bytes: usize;
  /** CODED_TEXT: offsets of the dictionary's texts in `bytes`. */
  offsets: usize;
  /** CONSTANT4: the value; NUMERIC: the scale. */
  parameter: i32;
  /** Packed rows: whether the table has a column for nulls. */
  nullable: i32;
  /** From here on pack.ts writes: bytes of a value; 0: all are `base`. */
  width: i32;
  /** TIMESTAMPTZ: 1 if values count seconds; FLOAT8: digits after the point, -1 for doubles as they are. */
  unit: i32;
  /** TIMESTAMPTZ in seconds: whether microseconds are apart. */
  rest: i32;
  /** What is added to every value. */
  base: i64;
  /** Values as 64-bit numbers, where they are not those of the column. This and what follows: a block and its size. */
  scratch: usize;
  scratchBytes: usize;
  /** The rows and their validity in another order. */
  ordered: usize;
  orderedBytes: usize;
  valid: usize;
  validBytes: usize;
}

/** Room for a number of 64 bits in each row. */
export function scratchOf(field: Field, rows: i32): usize {
  return reserve(changetype<usize>(field) + offsetof<Field>('scratch'), <usize>rows << 3);
}

/** Room for the rows in another order. */
export function orderedOf(field: Field, bytes: usize): usize {
  return reserve(changetype<usize>(field) + offsetof<Field>('ordered'), bytes);
}

/** Room for their validity. */
export function validOf(field: Field, bytes: usize): usize {
  return reserve(changetype<usize>(field) + offsetof<Field>('valid'), bytes);
}

const fieldsMost: i32 = 2048;

let fields: usize = 0;
/** Fields that have been described in this chunk. Those after them are not cleared. */
let known: i32 = 0;

/** Forgets the block, which each chunk allocates for itself. */
export function forgetFields(): void {
  fields = known = 0;
}

/** Space for the descriptions of `count` fields, which the caller fills in; 0 for too many. */
export function copyFields(count: i32): usize {
  if (count > fieldsMost) return 0;
  if (fields == 0) fields = alloc(fieldsMost * offsetof<Field>());
  if (count > known) {
    memory.fill(fields + <usize>known * offsetof<Field>(), 0, <usize>(count - known) * offsetof<Field>());
    known = count;
  }
  return fields;
}

@inline
export function fieldAt(i: i32): Field {
  return changetype<Field>(fields + <usize>i * offsetof<Field>());
}

@inline
export function isNull(validity: usize, r: i32): bool {
  return validity != 0 && ((load<u8>(validity + (<usize>r >> 3)) >> <u8>(r & 7)) & 1) == 0;
}

@inline
export function swap32(value: u32): u32 {
  return bswap<u32>(value);
}
