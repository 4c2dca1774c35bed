/** Reads decimal text as the nearest double, bit for bit as IEEE 754 and Number() define it. */

/** Number() of the text, for the few numbers that the algorithms here cannot decide. */
@external("env", "exactDouble")
declare function exactDouble(p: usize, length: i32): f64;

/** Where the last number read ends; 0 if there was none. */
export class Read {
  static end: usize = 0;
}

const POWER_MIN: i32 = -342;
const POWER_MAX: i32 = 308;

/** 128-bit powers of five from 5^-342 to 5^308, high word first; filled in by TypeScript. */
export const powers = memory.data(651 * 16, 16);

/** 10^0 … 10^19. */
export const tenPowers = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
  1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
  1000000000000000000, 10000000000000000000,
]);

/** The same as doubles, which represent them exactly. */
const tenDoubles = memory.data<f64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
  1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000,
]);

/** Swizzles that move the first n of 16 bytes to the right end, after zeros. That for n is at shifts + n. */
const shifts = memory.data<u8>([
  128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]);

/** Value of 16 digits (0…9 each, first one in lane 0). */
@inline
function sixteenDigits(digits: v128): u64 {
  const even = v128.and(digits, i16x8.splat(0xff));
  const pairs = i16x8.add(i16x8.mul(even, i16x8.splat(10)), i16x8.shr_u(digits, 8));
  const fours = i32x4.dot_i16x8_s(pairs, i32x4.splat(0x00010064));
  const packed = i16x8.narrow_i32x4_u(fours, fours);
  const eights = <u64>i64x2.extract_lane(i32x4.dot_i16x8_s(packed, i32x4.splat(0x00012710)), 0);
  return (eights & 0xffffffff) * 100000000 + (eights >> 32);
}

/** Value of up to seven digits at p; -1 if there is another byte among them. */
@inline
export function fewDigits(p: usize, count: usize): i32 {
  const zeros: u64 = 0x3030303030303030;
  const fill = <u64>count << 3;
  const text = (load<u64>(p) << (64 - fill)) | (zeros >> fill);
  const bad = ((text & 0xf0f0f0f0f0f0f0f0) ^ zeros) | (((text + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) ^ zeros);
  if (bad != 0) return -1;
  let v = text & 0x0f0f0f0f0f0f0f0f;
  v = (v * 10 + (v >> 8)) & 0x00ff00ff00ff00ff;
  v = (v * 100 + (v >> 16)) & 0x0000ffff0000ffff;
  return <i32>((v * 10000 + (v >> 32)) & 0xffffffff);
}

/**
 * Reads the number at p, and sets Read.end to where it ends. The fast path takes what most files contain: up
 * to three digits, a point and up to sixteen digits. Everything else goes to readSlow. `end` is where the
 * field ends; the caller compares Read.end with it.
 */
@inline
export function readDouble(p: usize, end: usize): f64 {
  const negative = load<u8>(p) == 45;
  const first = negative ? p + 1 : p;
  const text = load<u32>(first);
  const points = text ^ 0x2e2e2e2e;
  const found = (points - 0x01010101) & ~points & 0x80808080;
  const whole = <usize>ctz(found) >> 3;
  if (found == 0 || whole == 0) return readSlow(p, end);
  // Pads the one to three digits before the point with zeros on the left.
  const three = <u32>(((<u64>text << 32) | 0x30303030) >> (<u64>whole << 3));
  const bad = ((three & 0xf0f0f0f0) ^ 0x30303030) | (((three + 0x06060606) & 0xf0f0f0f0) ^ 0x30303030);
  let value = three & 0x0f0f0f0f;
  value = value * 10 + (value >> 8);
  value = ((value & 0x00ff00ff) * 100 + ((value & 0x00ff00ff) >> 16)) & 0xffff;
  const fraction = i8x16.sub(v128.load(first + whole + 1), i8x16.splat(48));
  const count = <usize>ctz(i8x16.bitmask(i8x16.gt_u(fraction, i8x16.splat(9))) | 0x10000);
  const after = first + whole + 1 + count;
  const next = <u32>load<u8>(after);
  if (bad != 0 || count == 0 || (next | 0x20) == 101) return readSlow(p, end);
  const digits = sixteenDigits(i8x16.swizzle(fraction, v128.load(shifts + count)));
  const mantissa = <u64>value * load<u64>(tenPowers + (count << 3)) + digits;
  if (next - 48 <= 9) return readLong(p, end, mantissa, after);
  Read.end = after;
  const result = quotient(mantissa, count);
  return negative ? -result : result;
}

/**
 * w / 10^count, count up to 16. If both are exact as doubles, the division rounds once and gives the nearest
 * double (Clinger, "How to read floating point numbers accurately", 1990).
 */
@inline
function quotient(w: u64, count: usize): f64 {
  if (w >> 53 == 0) return <f64><i64>w / load<f64>(tenDoubles + (count << 3));
  return scale(w, -<i32>count);
}

/** Continues past the sixteenth digit after the point, as long as no digit can overflow. */
function readLong(start: usize, end: usize, mantissa: u64, p: usize): f64 {
  let exponent = -16;
  while (isDigit(p) && mantissa < 1000000000000000000) {
    mantissa = mantissa * 10 + <u64>(load<u8>(p++) - 48);
    exponent--;
  }
  if (isDigit(p) || (load<u8>(p) | 0x20) == 101) return readSlow(start, end);
  Read.end = p;
  const result = scale(mantissa, exponent);
  return load<u8>(start) == 45 ? -result : result;
}

@inline
function highProduct(a: u64, b: u64): u64 {
  const al = a & 0xffffffff;
  const ah = a >> 32;
  const bl = b & 0xffffffff;
  const bh = b >> 32;
  const low = al * bl;
  const middle = ah * bl + (low >> 32);
  const other = al * bh + (middle & 0xffffffff);
  return ah * bh + (middle >> 32) + (other >> 32);
}

/**
 * The double nearest to w × 10^q. Eisel and Lemire: one 64 × 128-bit product with a truncated power of
 * five decides (Lemire, "Number parsing at a gigabyte per second", 2021; Mushtak and Lemire, "Fast
 * number parsing without fallback", 2022).
 */
export function scale(w: u64, q: i32): f64 {
  if (w == 0 || q < POWER_MIN) return 0;
  if (q > POWER_MAX) return Infinity;
  const zeros = <i32>clz(w);
  const shifted = w << <u64>zeros;
  const power = powers + (<usize>(q - POWER_MIN) << 4);
  const factor = load<u64>(power);
  let low = shifted * factor;
  let high = highProduct(shifted, factor);
  if ((high & 0x1ff) == 0x1ff) {
    const more = highProduct(shifted, load<u64>(power, 8));
    low += more;
    if (more > low) high++;
  }
  const upper = <i32>(high >> 63);
  let mantissa = high >> <u64>(upper + 9);
  let exponent = ((217706 * q) >> 16) + 63 + upper - zeros + 1023;
  if (exponent <= 0) {
    if (exponent < -62) return 0;
    mantissa >>= <u64>(1 - exponent);
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    return reinterpret<f64>(mantissa);
  }
  // Exactly between two doubles: round to even.
  if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1) {
    if (mantissa << <u64>(upper + 9) == high) mantissa &= ~1;
  }
  mantissa = (mantissa + (mantissa & 1)) >> 1;
  if (mantissa >= 0x20000000000000) {
    mantissa = 0x10000000000000;
    exponent++;
  }
  if (exponent >= 2047) return Infinity;
  return reinterpret<f64>((mantissa & 0xfffffffffffff) | (<u64>exponent << 52));
}

@inline
function isDigit(p: usize): bool {
  return <u32>load<u8>(p) - 48 <= 9;
}

/**
 * Any decimal number: [+-] digits [. digits] [e [+-] digits], digits before or after the point. At most
 * 19 significant digits are read; if that leaves two doubles to choose from, Number() decides.
 */
export function readSlow(start: usize, end: usize): f64 {
  if (end - start - 1 < 7) {
    const whole = fewDigits(start, end - start);
    if (whole >= 0) {
      Read.end = end;
      return <f64>whole;
    }
  }
  let p = start;
  const negative = p < end && load<u8>(p) == 45;
  if (p < end && (negative || load<u8>(p) == 43)) p++;
  let w: u64 = 0;
  let digits = 0;
  let dropped = 0;
  let exponent = 0;
  let lossy = false;
  let point = false;
  let any = false;
  for (; p < end; p++) {
    const byte = <u32>load<u8>(p);
    if (byte == 46 && !point) {
      point = true;
      continue;
    }
    if (byte - 48 > 9) break;
    any = true;
    if (digits < 19) {
      w = w * 10 + <u64>(byte - 48);
      if (w != 0) digits++;
      if (point) exponent--;
    } else {
      lossy = lossy || byte != 48;
      if (!point) dropped++;
    }
  }
  Read.end = 0;
  if (!any) return 0;
  if (p < end && (load<u8>(p) | 0x20) == 101) {
    p = readExponent(p + 1, end);
    if (p == 0) return 0;
    exponent += Exponent.value;
  }
  Read.end = p;
  exponent += dropped;
  let result = scale(w, exponent);
  if (lossy && result != scale(w + 1, exponent)) return exactDouble(start, <i32>(p - start));
  return negative ? -result : result;
}

class Exponent {
  static value: i32 = 0;
}

/** Reads [+-] digits; huge exponents stop at a million. Returns where they end, or 0 if there are none. */
function readExponent(p: usize, end: usize): usize {
  const negative = p < end && load<u8>(p) == 45;
  if (p < end && (negative || load<u8>(p) == 43)) p++;
  if (p >= end || !isDigit(p)) return 0;
  let value = 0;
  for (; p < end && isDigit(p); p++) value = min(value * 10 + <i32>load<u8>(p) - 48, 1000000);
  Exponent.value = negative ? -value : value;
  return p;
}
