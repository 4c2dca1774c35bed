/** Number columns: int32, int64, decimal, float64, boolean. */
import { Column, Work, fail, setNull } from '../column';
import { Read, fewDigits, readDouble, tenPowers } from './read-double';
import { NOT_FINITE, RANGE, TYPE } from '../reasons';
import { Reader } from '../read/read';
import { Slice, fieldEnd, fieldStart, firstWord, isWrapped, unwrap } from '../read/slice';
import { meansNull, sliceMeansNull } from './field-text';

/** The last integer read, and the reason if the text was not one (0: it was). */
class Whole {
  static value: i64 = 0;
  static fault: i32 = 0;
}

/** Reads [+-] digits into Whole. A value beyond int64 is a range fault. */
function readWhole(p: usize, end: usize): void {
  const negative = p < end && load<u8>(p) == 45;
  if (p < end && (negative || load<u8>(p) == 43)) p++;
  Whole.fault = p < end ? 0 : TYPE;
  while (p < end && load<u8>(p) == 48) p++;
  const digits = end - p;
  let value: u64 = 0;
  for (; p < end; p++) {
    const digit = <u32>load<u8>(p) - 48;
    if (digit > 9) {
      Whole.fault = TYPE;
      return;
    }
    value = value * 10 + <u64>digit;
  }
  const limit: u64 = negative ? 0x8000000000000000 : 0x7fffffffffffffff;
  if (digits > 19 || value > limit) Whole.fault = RANGE;
  Whole.value = negative ? -<i64>value : <i64>value;
}

export function convertInt32(column: Column, from: i32, to: i32): void {
  const trim = Work.trim;
  const stride = Reader.stride;
  const nullLengths = column.nullLengths;
  const low = column.low;
  const high = column.high;
  for (let r = from, word = firstWord(column.field); r < to; r++, word += stride) {
    let start = fieldStart(word);
    let end = fieldEnd(word);
    if (isWrapped(end, trim)) { start = unwrap(start, end); end = Slice.end; }
    if (meansNull(column, nullLengths, start, end)) { setNull(column, r); continue; }
    let value: i64 = -1;
    if (end - start - 1 < 7) value = fewDigits(start, end - start);
    if (value < 0) {
      readWhole(start, end);
      if (Whole.fault) {
        fail(r, Whole.fault);
        continue;
      }
      value = Whole.value;
    }
    if (value < low || value > high) fail(r, RANGE);
    else store<i32>(column.values + (<usize>r << 2), <i32>value);
  }
}

export function convertInt64(column: Column, from: i32, to: i32): void {
  for (let r = from, word = firstWord(column.field); r < to; r++, word += Reader.stride) {
    if (sliceMeansNull(column, word)) { setNull(column, r); continue; }
    readWhole(Slice.start, Slice.end);
    if (Whole.fault) fail(r, Whole.fault);
    else store<i64>(column.values + (<usize>r << 3), Whole.value);
  }
}

export function convertDecimal(column: Column, from: i32, to: i32): void {
  const precision = <i32>column.low;
  const scale = <i32>column.high;
  for (let r = from, word = firstWord(column.field); r < to; r++, word += Reader.stride) {
    if (sliceMeansNull(column, word)) { setNull(column, r); continue; }
    readDecimal(Slice.start, Slice.end, precision, scale);
    if (Whole.fault) fail(r, Whole.fault);
    else store<i64>(column.values + (<usize>r << 3), Whole.value);
  }
}

/** Reads [+-] digits [. digits] as a whole number of 10^-scale; nothing is rounded. */
function readDecimal(p: usize, end: usize, precision: i32, scale: i32): void {
  const negative = p < end && load<u8>(p) == 45;
  if (p < end && (negative || load<u8>(p) == 43)) p++;
  let value: u64 = 0;
  let fraction = -1;
  let any = false;
  let fault = 0;
  for (; p < end; p++) {
    const byte = <u32>load<u8>(p);
    if (byte == 46 && fraction < 0) {
      fraction = 0;
      continue;
    }
    if (byte - 48 > 9) {
      Whole.fault = TYPE;
      return;
    }
    any = true;
    if (fraction == scale) {
      if (byte != 48) fault = RANGE;
      continue;
    }
    if (fraction >= 0) fraction++;
    // A value of more than 18 digits does not fit; it stops growing before a digit can overflow it.
    if (value < 1000000000000000000) value = value * 10 + <u64>(byte - 48);
    else fault = RANGE;
  }
  const missing = scale - max(fraction, 0);
  const limit = load<u64>(tenPowers + (<usize>(precision - missing) << 3));
  if (value != 0 && (precision < missing || value >= limit)) fault = RANGE;
  Whole.fault = any ? fault : TYPE;
  value *= load<u64>(tenPowers + (<usize>missing << 3));
  Whole.value = negative ? -<i64>value : <i64>value;
}

export function convertFloat64(column: Column, from: i32, to: i32): void {
  const trim = Work.trim;
  const stride = Reader.stride;
  const nullLengths = column.nullLengths;
  const values = column.values;
  for (let r = from, word = firstWord(column.field); r < to; r++, word += stride) {
    let start = fieldStart(word);
    let end = fieldEnd(word);
    if (isWrapped(end, trim)) { start = unwrap(start, end); end = Slice.end; }
    if (meansNull(column, nullLengths, start, end)) { setNull(column, r); continue; }
    const value = readDouble(start, end);
    if (Read.end != end) convertWord(column, r, start, end);
    else if (abs(value) == Infinity) fail(r, RANGE);
    else store<f64>(values + (<usize>r << 3), value);
  }
}

/** Values of column.low: what to do with NaN and infinities. */
const NOT_FINITE_NULL: i64 = 1;
const NOT_FINITE_KEEP: i64 = 2;

/** Converts a text that is not a number, but may be one of the words for NaN and infinities. */
function convertWord(column: Column, r: i32, start: usize, end: usize): void {
  const value = readWord(start, end);
  if (value == 0) fail(r, TYPE);
  else if (column.low == NOT_FINITE_KEEP) store<f64>(column.values + (<usize>r << 3), value);
  else if (column.low == NOT_FINITE_NULL) setNull(column, r);
  else fail(r, NOT_FINITE);
}

/** Reads [+-] and nan, inf or infinity, in any case. Returns 0 for any other text. */
function readWord(start: usize, end: usize): f64 {
  let p = start;
  const negative = p < end && load<u8>(p) == 45;
  if (p < end && (negative || load<u8>(p) == 43)) p++;
  const length = end - p;
  if (length != 3 && length != 8) return 0;
  const word = load<u64>(p) | 0x2020202020202020;
  // The words as little-endian integers.
  if (length == 8) return word != 0x7974696e69666e69 ? 0 : negative ? -Infinity : Infinity;
  if ((word & 0xffffff) == 0x6e616e) return NaN;
  return (word & 0xffffff) != 0x666e69 ? 0 : negative ? -Infinity : Infinity;
}

export function convertBoolean(column: Column, from: i32, to: i32): void {
  for (let r = from, word = firstWord(column.field); r < to; r++, word += Reader.stride) {
    if (sliceMeansNull(column, word)) { setNull(column, r); continue; }
    const value = readBoolean(Slice.start, Slice.end - Slice.start);
    if (value < 0) fail(r, TYPE);
    else store<u8>(column.values + <usize>r, <u8>value);
  }
}

/** 1: true t yes y on 1 да; 0: false f no n off 0 нет; in any case. Returns -1 for any other text. */
function readBoolean(p: usize, length: usize): i32 {
  if (length == 0 || length > 6) return -1;
  const text = (load<u64>(p) & (<u64>-1 >> (64 - (<u64>length << 3)))) | (0x2020202020202020 >> (64 - (<u64>length << 3)));
  // The words as little-endian integers: "t", "y", "1", "on", "yes", "true" and their opposites.
  if (length == 1) {
    const byte = <u32>load<u8>(p);
    if (text == 0x74 || text == 0x79 || byte == 0x31) return 1;
    return text == 0x66 || text == 0x6e || byte == 0x30 ? 0 : -1;
  }
  if (text == 0x6e6f || text == 0x736579 || text == 0x65757274) return 1;
  if (text == 0x6f6e || text == 0x66666f || text == 0x65736c6166) return 0;
  return length == 4 || length == 6 ? readRussian(p, length) : -1;
}

/** да and нет: two bytes a letter. */
function readRussian(p: usize, length: usize): i32 {
  if (length == 4) return lowerRussian(p) == 0x0434 && lowerRussian(p + 2) == 0x0430 ? 1 : -1;
  const no = lowerRussian(p) == 0x043d && lowerRussian(p + 2) == 0x0435 && lowerRussian(p + 4) == 0x0442;
  return no ? 0 : -1;
}

/** The character of two bytes at `p`, А to Я as а to я. */
function lowerRussian(p: usize): u32 {
  const first = <u32>load<u8>(p);
  const second = <u32>load<u8>(p, 1);
  if ((first & 0xe0) != 0xc0 || (second & 0xc0) != 0x80) return 0;
  const character = ((first & 0x1f) << 6) | (second & 0x3f);
  return character - 0x410 < 32 ? character + 32 : character;
}
