/** Date and timestamp columns. */
import { Column, Work, fail, setNull } from '../column';
import { Reader } from '../read/read';
import { Slice, fieldEnd, fieldStart, firstWord, isWrapped, unwrap } from '../read/slice';
import { Time, readIso, readTime } from './read-time';
import { Zone, offsetAt, pieceAt } from './zone';
import { meansNull, sliceMeansNull } from './field-text';

export function convertDate(column: Column, from: i32, to: i32): void {
  for (let r = from, word = firstWord(column.field); r < to; r++, word += Reader.stride) {
    if (sliceMeansNull(column, word)) { setNull(column, r); continue; }
    const reason = readTime(column.formats, Slice.start, Slice.end);
    if (reason != 0) fail(r, reason);
    else store<i32>(column.values + (<usize>r << 2), Time.day);
  }
}

export function convertTimestamp(column: Column, from: i32, to: i32): void {
  const trim = Work.trim;
  const stride = Reader.stride;
  const nullLengths = column.nullLengths;
  const formats = column.formats;
  // If the first format is the usual one, it is tried here, without the interpreter.
  const iso = load<u8>(formats, 1) == 5;
  const separator = <u32>load<u8>(formats, 2);
  const zone = changetype<Zone>(column.zone);
  Time.clamp = (column.low & 1) != 0;
  Time.truncate = (column.low & 2) != 0;
  const utc = zone.pieceCount == 1 && load<i32>(zone.pieceOffset) == 0;
  for (let r = from, word = firstWord(column.field); r < to; r++, word += stride) {
    let start = fieldStart(word);
    let end = fieldEnd(word);
    if (isWrapped(end, trim)) { start = unwrap(start, end); end = Slice.end; }
    if (meansNull(column, nullLengths, start, end)) { setNull(column, r); continue; }
    if (iso && end - start == 19 && readIso(start, separator) == 0) {
      Time.micros = 0;
      Time.hasOffset = false;
    } else {
      const reason = readTime(formats, start, end);
      if (reason != 0) {
        fail(r, reason);
        continue;
      }
    }
    const local = <i64>Time.day * 86400 + <i64>Time.second;
    if (utc && !Time.hasOffset) writeTime(column, r, local, Time.day, Time.second);
    else place(column, zone, r, local);
  }
}

@inline
function writeTime(column: Column, r: i32, utc: i64, day: i32, second: i32): void {
  store<i64>(column.values + (<usize>r << 3), utc * 1000000 + <i64>Time.micros);
  store<i32>(column.second + (<usize>r << 2), day);
  store<i32>(column.third + (<usize>r << 2), second);
}

/** Converts the local time that was read to UTC, or rejects it as ambiguous or skipped. */
function place(column: Column, zone: Zone, r: i32, local: i64): void {
  let utc: i64;
  let shown: i64;
  if (Time.hasOffset) {
    utc = local - <i64>Time.offset;
    shown = utc + <i64>offsetAt(zone, utc);
  } else {
    const piece = pieceAt(zone, local);
    const reason = load<i32>(zone.pieceReject + piece);
    if (reason != 0) {
      fail(r, reason);
      return;
    }
    utc = local - <i64>load<i32>(zone.pieceOffset + piece);
    shown = local + <i64>load<i32>(zone.pieceShift + piece);
  }
  let day = shown / 86400;
  if (shown % 86400 < 0) day--;
  writeTime(column, r, utc, <i32>day, <i32>(shown - day * 86400));
}
