/** Points: `POINT (lon lat)` in any case, or `lat,lon`; extra spaces are allowed. */
import { Column, POINT_WKT, Work, fail, setNull } from '../column';
import { Read, readDouble } from './read-double';
import { RANGE, TYPE } from '../reasons';
import { Reader } from '../read/read';
import { Slice, fieldEnd, fieldStart, firstWord, isWrapped, unwrap } from '../read/slice';
import { meansNull } from './field-text';

class Pair {
  static first: f64 = 0;
  static second: f64 = 0;
}

@inline
function skipSpaces(p: usize, end: usize): usize {
  while (p < end && load<u8>(p) == 32) p++;
  return p;
}

/** 'POINT (' as a little-endian integer, and the bits that hold the case of its letters. */
const POINT_SPACE: u64 = 0x0028_20_544e494f50;
const POINT_CASE: u64 = 0x0000_00_2020202020;
const SEVEN_BYTES: u64 = 0x00ffffffffffffff;

/** Reads `POINT (a b)` into Pair. Returns false if the text has another form. */
@inline
function readWkt(start: usize, end: usize): bool {
  let p = start + 7;
  if ((load<u64>(start) & SEVEN_BYTES & ~POINT_CASE) != POINT_SPACE || load<u8>(p) == 32) {
    p = skipSpaces(start, end);
    if ((load<u64>(p) & 0xdfdfdfdfdf) != (POINT_SPACE & 0xffffffffff)) return false;
    p = skipSpaces(p + 5, end);
    if (load<u8>(p) != 40) return false;
    p = skipSpaces(p + 1, end);
  }
  Pair.first = readDouble(p, end);
  p = Read.end;
  if (p == 0 || load<u8>(p) != 32) return false;
  p++;
  if (load<u8>(p) == 32) p = skipSpaces(p, end);
  Pair.second = readDouble(p, end);
  p = Read.end;
  if (p == 0) return false;
  if (load<u8>(p) != 41) {
    p = skipSpaces(p, end);
    if (p >= end || load<u8>(p) != 41) return false;
  }
  p++;
  return p == end || (p < end && skipSpaces(p, end) == end);
}

/** Reads `a,b` into Pair. */
function readPair(start: usize, end: usize): bool {
  let p = skipSpaces(start, end);
  Pair.first = readDouble(p, end);
  p = Read.end;
  if (p == 0 || p >= end) return false;
  p = skipSpaces(p, end);
  if (p >= end || load<u8>(p) != 44) return false;
  p = skipSpaces(p + 1, end);
  Pair.second = readDouble(p, end);
  p = Read.end;
  return p != 0 && p <= end && skipSpaces(p, end) == end;
}

export function convertPoint(column: Column, from: i32, to: i32): void {
  const trim = Work.trim;
  const stride = Reader.stride;
  const nullLengths = column.nullLengths;
  const wkt = column.kind == POINT_WKT;
  const first = wkt ? column.values : column.second;
  const second = wkt ? column.second : column.values;
  const firstLimit: f64 = wkt ? 180 : 90;
  const secondLimit: f64 = wkt ? 90 : 180;
  for (let r = from, word = firstWord(column.field); r < to; r++, word += stride) {
    let start = fieldStart(word);
    let end = fieldEnd(word);
    if (isWrapped(end, trim)) { start = unwrap(start, end); end = Slice.end; }
    if (meansNull(column, nullLengths, start, end)) { setNull(column, r); continue; }
    if (!(wkt ? readWkt(start, end) : readPair(start, end))) {
      fail(r, TYPE);
      continue;
    }
    const a = Pair.first;
    const b = Pair.second;
    if (abs(a) > firstLimit || abs(b) > secondLimit) {
      fail(r, RANGE);
      continue;
    }
    store<f64>(first + (<usize>r << 3), a);
    store<f64>(second + (<usize>r << 3), b);
  }
}
