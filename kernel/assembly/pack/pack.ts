/**
 * Packed rows in PostgreSQL's binary COPY format: a tuple for as many rows as fit into a page, with one bytea for each
 * column. A tuple has the chunk, the number of rows, and for each field:
 *
 *   numbers, dates  base, width (int4), values
 *   times           base, unit (interval), width (int4), values, microseconds apart (or null)
 *   doubles         base (int8), power of ten (float8), width (int4), values; or null, and then float8[]
 *   booleans        a bit each, as in validity
 *   uuids           16 bytes each
 *   texts           where each begins and the last ends (uint16), bytes
 *
 * then, for a field that may be null, the validity of its rows, or null if all have a value; at the end, if rows are
 * sorted, the least and the greatest value of that field (null if there is none). Values are big-endian and
 * unsigned, and are added to `base`; those that take as many bytes as their type are signed, and `base` is 0.
 * https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
 */
import { alloc, powerOfTwo, regrow } from '../arena';
import {
  BOOL, CODED_TEXT, DATE, EPOCH_DAYS, EPOCH_MICROS, FLOAT8, Field, INT2, INT4, INT8, NUMERIC, TEXT, TIMESTAMPTZ, UUID,
  fieldAt, isNull, swap32,
} from '../copy/field';
import { bitsOf, measure } from './measure';
import { Range, rangeOf } from './range';
import { forgetOrder, orderBy, reorder } from './sort';

/** Bytes of the largest tuple: a page of 8 KiB without its header and a line pointer (MaxHeapTupleSize). */
const TUPLE_MOST: i32 = 8160;
/** Most rows of a tuple, however few bytes they take. */
const ROWS_MOST: i32 = 4096;
/** The most bytes of a tuple in COPY, without the lengths of its fields: an array takes 12 bytes for 8. */
const WIRE_MOST: usize = 16384;
/** PostgreSQL's number of the type float8. */
const FLOAT8_OID: u32 = 701;

let output: usize = 0;
let outputBytes: usize = 0;
let cursor: usize = 0;
let tuples: i32 = 0;

/** Forgets the block, which each chunk allocates for itself. */
export function forgetPack(): void {
  forgetOrder();
  output = outputBytes = 0;
}

export function packOutput(): usize {
  return output;
}

/** Tuples that packRows has written. */
export function packTuples(): i32 {
  return tuples;
}

/**
 * Writes `rows` rows of the `count` described fields. `sortBy`: a field, or -1. Returns their bytes, or 0 if a row does not
 * fit into a page.
 */
export function packRows(count: i32, rows: i32, chunkId: i32, sortBy: i32): u32 {
  tuples = 0;
  if (sortBy >= 0) {
    orderBy(fieldAt(sortBy), rows);
    for (let i = 0; i < count; i++) reorder(fieldAt(i), rows);
  }
  let parts = sortBy < 0 ? 2 : 4;
  let overhead = sortBy < 0 ? 8 : 8 + 30;
  let bits = 0;
  let hasTexts = false;
  for (let i = 0; i < count; i++) {
    const field = fieldAt(i);
    measure(field, rows);
    parts += partsOf(field);
    overhead += overheadOf(field);
    bits += bitsOf(field);
    if (isText(field)) hasTexts = true;
  }
  // The header of the tuple, its bits for nulls, and what rounds it up.
  const room = (TUPLE_MOST - 23 - ((parts + 7) >> 3) - 16 - overhead) << 3;
  if (rows == 0 || room < bits) return 0;
  const most = bits == 0 ? ROWS_MOST : min(ROWS_MOST, room / bits);
  let used: usize = 0;
  const lengths = <usize>parts << 2;
  for (let from = 0; from < rows; tuples++) {
    const to = hasTexts ? fitting(count, from, rows, bits, room) : min(from + most, rows);
    if (to == from) return 0;
    extend(used, WIRE_MOST + lengths);
    cursor = output + used;
    writeTuple(count, parts, chunkId, from, to);
    if (sortBy >= 0) writeExtremes(fieldAt(sortBy), from, to);
    used = cursor - output;
    from = to;
  }
  return <u32>used;
}

@inline
function isText(field: Field): bool {
  return field.kind == TEXT || field.kind == CODED_TEXT;
}

function partsOf(field: Field): i32 {
  switch (field.kind) {
    case BOOL:
    case UUID: return 1 + field.nullable;
    case TIMESTAMPTZ:
    case FLOAT8: return 5 + field.nullable;
    case TEXT:
    case CODED_TEXT: return 2 + field.nullable;
    default: return 3 + field.nullable;
  }
}

/** Bytes of a field in a tuple, without its rows: lengths, what aligns its parts, and the last bits of a bitmap. */
function overheadOf(field: Field): i32 {
  const bitmap = 8;
  const valid = field.nullable ? bitmap : 0;
  switch (field.kind) {
    case BOOL: return bitmap + valid;
    case UUID: return 7 + valid;
    case TIMESTAMPTZ: return 15 + 23 + 4 + 7 + 7 + valid;
    case FLOAT8: return 15 + 15 + 4 + 7 + 31 + valid;
    case TEXT:
    case CODED_TEXT: return 7 + 2 + 7 + valid;
    case INT8:
    case NUMERIC: return 15 + 4 + 7 + valid;
    default: return 4 + 4 + 7 + valid;
  }
}

/** How far rows with texts fit into one tuple. */
function fitting(count: i32, from: i32, rows: i32, bits: i32, room: i32): i32 {
  let used = 0;
  const end = min(rows, from + ROWS_MOST);
  for (let r = from; r < end; r++) {
    used += bits;
    for (let i = 0; i < count; i++) {
      const field = fieldAt(i);
      if (isText(field)) used += <i32>min<u32>(textSize(field, r), TUPLE_MOST) << 3;
    }
    if (used > room) return r;
  }
  return end;
}

@inline
function textAt(field: Field, r: i32): usize {
  const row = field.values + (<usize>r << 2);
  return field.kind == CODED_TEXT ? field.offsets + (<usize>load<u32>(row) << 2) : row;
}

@inline
function textSize(field: Field, r: i32): u32 {
  if (isNull(field.validity, r)) return 0;
  const entry = textAt(field, r);
  return load<u32>(entry, 4) - load<u32>(entry);
}

/** Makes room for so many bytes after those that are used. */
function extend(used: usize, bytes: usize): void {
  if (used + bytes <= outputBytes) return;
  const larger = powerOfTwo(used + bytes);
  output = output == 0 ? alloc(larger) : regrow(output, outputBytes, larger, used);
  outputBytes = larger;
}

function writeTuple(count: i32, parts: i32, chunkId: i32, from: i32, to: i32): void {
  store<u16>(cursor, bswap<u16>(<u16>parts));
  cursor += 2;
  put4(chunkId);
  put4(to - from);
  for (let i = 0; i < count; i++) {
    const field = fieldAt(i);
    writeField(field, from, to);
    if (!field.nullable) continue;
    if (field.validity == 0) putNull();
    else putBits(field.validity, from, to);
  }
}

function writeExtremes(field: Field, from: i32, to: i32): void {
  rangeOf(field, from, to);
  putExtreme(field.kind, Range.low);
  putExtreme(field.kind, Range.high);
}

/** Of the range last looked at. */
function putExtreme(kind: i32, value: i64): void {
  if (!Range.any) return putNull();
  if (kind == INT2 || kind == INT4) return put4(<i32>value);
  if (kind == DATE) return put4(<i32>value - EPOCH_DAYS);
  put8(kind == TIMESTAMPTZ ? value - EPOCH_MICROS : value);
}

function writeField(field: Field, from: i32, to: i32): void {
  const values = field.values;
  switch (field.kind) {
    case INT2:
    case INT4:
    case DATE: {
      put4(<i32>field.base - (field.kind == DATE ? EPOCH_DAYS : 0));
      put4(field.width);
      return putValues4(values, from, to, <i32>field.base, field.width);
    }
    case INT8:
    case NUMERIC: {
      put8(field.base);
      put4(field.width);
      return putValues8(values, from, to, field.base, field.width);
    }
    case TIMESTAMPTZ: return writeTimes(field, from, to);
    case FLOAT8: return writeDoubles(field, from, to);
    case BOOL: return putBooleans(values, from, to);
    case UUID: {
      putLength((to - from) << 4);
      memory.copy(cursor, values + (<usize>from << 4), <usize>(to - from) << 4);
      cursor += <usize>(to - from) << 4;
      return;
    }
    default: return writeTexts(field, from, to);
  }
}

function writeTimes(field: Field, from: i32, to: i32): void {
  put8(field.base - EPOCH_MICROS);
  // An interval: microseconds, days, months.
  putLength(16);
  store<u64>(cursor, bswap<u64>(field.unit == 1 ? 1000000 : 1));
  store<u64>(cursor, 0, 8);
  cursor += 16;
  put4(field.width);
  if (field.unit == 1) putValues8(field.scratch, from, to, 0, field.width);
  else putValues8(field.values, from, to, field.base, field.width);
  if (!field.rest) return putNull();
  putLength((to - from) * 3);
  for (let r = from; r < to; r++, cursor += 3) {
    const at = <usize>r << 3;
    const micros = isNull(field.validity, r)
      ? 0
      : load<i64>(field.values + at) - field.base - load<i64>(field.scratch + at) * 1000000;
    store<u32>(cursor, swap32(<u32>micros << 8));
  }
}

function writeDoubles(field: Field, from: i32, to: i32): void {
  const asTheyAre = field.unit < 0;
  put8(field.base);
  let power: f64 = 1;
  for (let i = 0; i < field.unit; i++) power *= 10;
  put8(reinterpret<i64>(power));
  put4(field.width);
  if (!asTheyAre) {
    putValues8(field.scratch, from, to, field.base, field.width);
    return putNull();
  }
  putNull();
  // One dimension without nulls, from element 1.
  putLength(20 + (to - from) * 12);
  store<u32>(cursor, swap32(1));
  store<u32>(cursor, 0, 4);
  store<u32>(cursor, swap32(FLOAT8_OID), 8);
  store<u32>(cursor, swap32(to - from), 12);
  store<u32>(cursor, swap32(1), 16);
  cursor += 20;
  for (let r = from; r < to; r++, cursor += 12) {
    store<u32>(cursor, swap32(8));
    store<u64>(cursor, bswap<u64>(load<u64>(field.values + (<usize>r << 3))), 4);
  }
}

function writeTexts(field: Field, from: i32, to: i32): void {
  putLength((to - from + 1) << 1);
  let end: u32 = 0;
  for (let r = from; r < to; r++, cursor += 2) {
    store<u16>(cursor, bswap<u16>(<u16>end));
    end += textSize(field, r);
  }
  store<u16>(cursor, bswap<u16>(<u16>end));
  cursor += 2;
  putLength(<i32>end);
  for (let r = from; r < to; r++) {
    const size = <usize>textSize(field, r);
    if (size == 0) continue;
    memory.copy(cursor, field.bytes + <usize>load<u32>(textAt(field, r)), size);
    cursor += size;
  }
}

@inline
function putLength(bytes: i32): void {
  store<u32>(cursor, swap32(bytes));
  cursor += 4;
}

function putNull(): void {
  putLength(-1);
}

function put4(value: i32): void {
  putLength(4);
  store<u32>(cursor, swap32(value));
  cursor += 4;
}

function put8(value: i64): void {
  putLength(8);
  store<u64>(cursor, bswap<u64>(value));
  cursor += 8;
}

const mask = memory.data(16, 16);

/** The order in which a shuffle takes the last `width` bytes of each number of `size` bytes, the first one first. */
function orderOf(size: i32, width: i32): v128 {
  for (let at = 0; at < 16; at++) {
    const number = at / width;
    const isThere = number * size < 16;
    store<u8>(mask + <usize>at, isThere ? <u8>(number * size + width - 1 - at % width) : 0x80);
  }
  return v128.load(mask);
}

/** Writes whole vectors. What is too much is overwritten by what follows. */
function putValues4(values: usize, from: i32, to: i32, base: i32, width: i32): void {
  putLength((to - from) * width);
  if (width == 0) return;
  const order = orderOf(4, width);
  const bases = i32x4.splat(base);
  const step = <usize>width << 2;
  let out = cursor;
  for (let r = from; r < to; r += 4, out += step) {
    const four = i32x4.sub(v128.load(values + (<usize>r << 2)), bases);
    v128.store(out, i8x16.swizzle(four, order));
  }
  cursor += <usize>((to - from) * width);
}

function putValues8(values: usize, from: i32, to: i32, base: i64, width: i32): void {
  putLength((to - from) * width);
  if (width == 0) return;
  const order = orderOf(8, width);
  const bases = i64x2.splat(base);
  const step = <usize>width << 1;
  let out = cursor;
  for (let r = from; r < to; r += 2, out += step) {
    const two = i64x2.sub(v128.load(values + (<usize>r << 3)), bases);
    v128.store(out, i8x16.swizzle(two, order));
  }
  cursor += <usize>((to - from) * width);
}

/** A bit for each byte, the first one lowest. */
function putBooleans(values: usize, from: i32, to: i32): void {
  const bytes = (to - from + 7) >> 3;
  putLength(bytes);
  for (let r = from; r < to; r += 8, cursor++) {
    let bits: u32 = 0;
    const end = min(r + 8, to);
    for (let one = r; one < end; one++) bits |= <u32>(load<u8>(values + <usize>one) & 1) << (one - r);
    store<u8>(cursor, <u8>bits);
  }
}

/** A part of a bitmap, from any bit. */
function putBits(bitmap: usize, from: i32, to: i32): void {
  const bytes = (to - from + 7) >> 3;
  putLength(bytes);
  const shift = <u32>from & 7;
  let at = bitmap + (<usize>from >> 3);
  for (let i = 0; i < bytes; i++, at++, cursor++) {
    const both = <u32>load<u8>(at) | (<u32>load<u8>(at, 1) << 8);
    store<u8>(cursor, <u8>(both >> shift));
  }
  const last = (to - from) & 7;
  if (last != 0) store<u8>(cursor - 1, load<u8>(cursor - 1) & <u8>((<u32>1 << <u32>last) - 1));
}
