/**
 * Dates and times by format. A format is a small program that kernel/formats.ts compiles:
 *
 *   list    := (size byte, program of that size)… 0xff
 *   program := op…
 *   op      := 0 byte             this byte
 *            | 1 slot low high    low to high digits into a slot
 *            | 2                  AM or PM
 *            | 3                  an offset: Z, ±HH, ±HHmm or ±HH:mm
 *            | 4 low high         low to high digits of a fraction of a second, at most 9
 *            | 5 byte             yyyy-MM-dd, that byte, HH:mm:ss, all at once
 */
import { FRACTION, RANGE, TYPE } from '../reasons';

const YEAR: usize = 0;
const YEAR_OF_CENTURY: usize = 1;
const MONTH: usize = 2;
const DAY: usize = 3;
const HOUR: usize = 4;
const HOUR_12: usize = 5;
const MINUTE: usize = 6;
const SECOND: usize = 7;
const SLOTS: usize = 8;

const slots = memory.data(32, 16);

/** The last time read: the local time, and its offset from UTC if the text has one. */
export class Time {
  /** Days since 1970-01-01. */
  static day: i32 = 0;
  /** Second of the day. */
  static second: i32 = 0;
  static micros: i32 = 0;
  static hasOffset: bool = false;
  /** Seconds east of UTC. */
  static offset: i32 = 0;
  /** 0: none was read; 1: AM; 2: PM. */
  static half: i32 = 0;
  /** Second 60 is read as 59. */
  static clamp: bool = false;
  /** Digits of a fraction beyond the sixth are cut. */
  static truncate: bool = false;
}

/** Days before each month, in a common year and in a leap year, months from 1. */
const monthStarts = memory.data<i32>([
  0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365, 0, 0,
  0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366, 0, 0,
], 16);

/** Sets Time.day and Time.second. Returns false if there is no such day or second. Year is 0 to 9999. */
@inline
function setCivil(century: i32, yearOfCentury: i32, month: i32, day: i32, hour: i32, minute: i32, second: i32): bool {
  const year = century * 100 + yearOfCentury;
  const leap = (yearOfCentury == 0 ? century & 3 : yearOfCentury & 3) == 0;
  if (<u32>(month - 1) > 11) return false;
  const starts = monthStarts + (<usize>month << 2) + (leap ? 64 : 0);
  const monthStart = load<i32>(starts);
  const valid =
    <u32>(day - 1) < <u32>(load<i32>(starts, 4) - monthStart) &&
    <u32>hour < 24 && <u32>minute < 60 && <u32>second < 60 && year > 0;
  // Leap days before the year: every 4th, not every 100th, but every 400th, counted up.
  const centuries = century + (yearOfCentury > 0 ? 1 : 0);
  const leaps = ((year + 3) >> 2) - centuries + ((centuries + 3) >> 2);
  Time.day = year * 365 + leaps - 719528 + monthStart + day - 1;
  Time.second = hour * 3600 + minute * 60 + second;
  return valid;
}

/** Reads 19 bytes yyyy-MM-dd?HH:mm:ss. Returns 0, or the reason if they have another form. */
@inline
export function readIso(p: usize, separator: u32): i32 {
  const text = v128.load(p);
  const digits = i8x16.sub(
    v128.load_lane<u16>(
      p + 17,
      i8x16.swizzle(text, i8x16(0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, -1, -1, -1, -1)),
      6,
    ),
    i8x16(48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 0, 0),
  );
  const marks = <u32>i32x4.extract_lane(i8x16.swizzle(text, i8x16(4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)), 0);
  const bad = v128.any_true(i8x16.gt_u(digits, i8x16.splat(9)));
  if (bad || marks != (0x3a002d2d | (separator << 16)) || load<u8>(p, 16) != 58) return TYPE;
  const even = v128.and(digits, i16x8.splat(0xff));
  const pairs = i16x8.add(i16x8.mul(even, i16x8.splat(10)), i16x8.shr_u(digits, 8));
  const valid = setCivil(
    i16x8.extract_lane_u(pairs, 0),
    i16x8.extract_lane_u(pairs, 1),
    i16x8.extract_lane_u(pairs, 2),
    i16x8.extract_lane_u(pairs, 3),
    i16x8.extract_lane_u(pairs, 4),
    i16x8.extract_lane_u(pairs, 5),
    i16x8.extract_lane_u(pairs, 6),
  );
  return valid ? 0 : RANGE;
}

/**
 * Tries the formats in order. Returns 0, TYPE, or the reason if one matches but its value does not fit: RANGE, or
 * FRACTION if it is finer than a microsecond.
 */
export function readTime(list: usize, start: usize, end: usize): i32 {
  let reason = TYPE;
  while (true) {
    const size = <usize>load<u8>(list);
    if (size == 0xff) return reason;
    const answer = runFormat(list + 1, list + 1 + size, start, end);
    if (answer == 0) return 0;
    if (answer != TYPE) reason = answer;
    list += 1 + size;
  }
}

function runFormat(op: usize, opEnd: usize, p: usize, end: usize): i32 {
  Time.micros = 0;
  Time.hasOffset = false;
  Time.half = 0;
  let tooFine = false;
  if (load<u8>(op) == 5) return end - p == 19 ? readIso(clamped(p), <u32>load<u8>(op, 1)) : TYPE;
  for (let slot: usize = 0; slot < SLOTS; slot++) store<i32>(slots + (slot << 2), -1);
  while (op < opEnd) {
    const code = load<u8>(op);
    if (code == 0) {
      if (p >= end || load<u8>(p) != load<u8>(op, 1)) return TYPE;
      p++;
      op += 2;
    } else if (code == 1) {
      p = readDigits(p, end, load<u8>(op, 2), load<u8>(op, 3));
      if (p == 0) return TYPE;
      store<i32>(slots + (<usize>load<u8>(op, 1) << 2), Digits.value);
      op += 4;
    } else if (code == 2) {
      p = readHalf(p, end);
      op += 1;
    } else if (code == 3) {
      p = readOffset(p, end);
      op += 1;
    } else {
      p = readDigits(p, end, load<u8>(op, 1), load<u8>(op, 2));
      if (p == 0) return TYPE;
      tooFine = setMicros(Digits.value, Digits.count);
      op += 3;
    }
    if (p == 0) return TYPE;
  }
  if (p != end) return TYPE;
  const reason = assemble();
  return reason == 0 && tooFine ? FRACTION : reason;
}

/** Sets Time.micros from a fraction of 1 to 9 digits. Returns true if it is finer than that and may not be cut. */
function setMicros(value: i32, count: i32): bool {
  let unit = 1;
  for (; count < 6; count++) value *= 10;
  for (; count > 6; count--) unit *= 10;
  Time.micros = value / unit;
  return value % unit != 0 && !Time.truncate;
}

const clampedText = memory.data(32, 16);

/** The 19 bytes at `p`, or a copy that ends in second 59 if they end in 60 and leap seconds are clamped. */
function clamped(p: usize): usize {
  if (!Time.clamp || load<u16>(p, 17) != 0x3036) return p;
  memory.copy(clampedText, p, 17);
  store<u16>(clampedText, 0x3935, 17);
  return clampedText;
}

class Digits {
  static value: i32 = 0;
  static count: i32 = 0;
}

/** Reads at least `low` and at most `high` digits. Returns where they end, or 0 if there are too few. */
function readDigits(p: usize, end: usize, low: u8, high: u8): usize {
  let value = 0;
  let count = 0;
  while (p < end && count < <i32>high) {
    const digit = <u32>load<u8>(p) - 48;
    if (digit > 9) break;
    value = value * 10 + <i32>digit;
    count++;
    p++;
  }
  Digits.value = value;
  Digits.count = count;
  return count < <i32>low ? 0 : p;
}

function readHalf(p: usize, end: usize): usize {
  if (p + 2 > end || (load<u8>(p, 1) | 0x20) != 109) return 0;
  const letter = load<u8>(p) | 0x20;
  Time.half = letter == 97 ? 1 : letter == 112 ? 2 : 0;
  return Time.half == 0 ? 0 : p + 2;
}

function readOffset(p: usize, end: usize): usize {
  if (p >= end) return 0;
  Time.hasOffset = true;
  const sign = load<u8>(p);
  if ((sign | 0x20) == 122) {
    Time.offset = 0;
    return p + 1;
  }
  if (sign != 43 && sign != 45) return 0;
  p = readDigits(p + 1, end, 2, 2);
  if (p == 0) return 0;
  const hours = Digits.value;
  let minutes = 0;
  if (p < end && (load<u8>(p) == 58 || <u32>load<u8>(p) - 48 <= 9)) {
    p = readDigits(load<u8>(p) == 58 ? p + 1 : p, end, 2, 2);
    if (p == 0) return 0;
    minutes = Digits.value;
  }
  if (hours > 23 || minutes > 59) return 0;
  Time.offset = hours * 3600 + minutes * 60;
  if (sign == 45) Time.offset = -Time.offset;
  return p;
}

@inline
function slot(i: usize, otherwise: i32): i32 {
  const value = load<i32>(slots + (i << 2));
  return value < 0 ? otherwise : value;
}

/** Computes Time from the slots. Two-digit years are 1970 to 2069. */
function assemble(): i32 {
  let year = slot(YEAR, -1);
  if (year < 0) {
    year = slot(YEAR_OF_CENTURY, 0);
    year += year < 70 ? 2000 : 1900;
  }
  let hour = slot(HOUR, 0);
  if (Time.half != 0) {
    const hour12 = slot(HOUR_12, 0);
    if (hour12 < 1 || hour12 > 12) return RANGE;
    hour = (hour12 % 12) + (Time.half == 2 ? 12 : 0);
  }
  let second = slot(SECOND, 0);
  if (second == 60 && Time.clamp) second = 59;
  const valid = setCivil(year / 100, year % 100, slot(MONTH, 1), slot(DAY, 1), hour, slot(MINUTE, 0), second);
  return valid ? 0 : RANGE;
}
