/**
 * numeric in PostgreSQL's binary form: number of digits, weight of the first, sign, display scale (four int16),
 * then digits in base 10000, without zeros at either end.
 */
import { tenPowers } from '../types/read-double';

/** Digits of the last number split, most significant first, at most five before and five after the point. */
const digits = memory.data(40, 16);

class Split {
  static first: i32 = 0;
  static last: i32 = 0;
  static whole: i32 = 0;
}

/** Splits |value| × 10^-scale into base-10000 digits. Split tells them from the zeros at either end. */
function split(value: u64, scale: i32): void {
  const groups = (scale + 3) >> 2;
  const power = load<u64>(tenPowers + (<usize>scale << 3));
  let whole = value / power;
  // At most 18 digits after the point, so the last group may have to be padded with zeros.
  let fraction = value % power;
  const fill = <u64>load<u64>(tenPowers + (<usize>((groups << 2) - scale) << 3));
  for (let i = groups - 1; i >= 0; i--) {
    if (i == groups - 1) {
      const inLast = scale - (i << 2);
      const lastPower = load<u64>(tenPowers + (<usize>inLast << 3));
      store<u32>(digits + (<usize>(5 + i) << 2), <u32>((fraction % lastPower) * fill));
      fraction /= lastPower;
    } else {
      store<u32>(digits + (<usize>(5 + i) << 2), <u32>(fraction % 10000));
      fraction /= 10000;
    }
  }
  for (let i = 4; i >= 0; i--) {
    store<u32>(digits + (<usize>i << 2), <u32>(whole % 10000));
    whole /= 10000;
  }
  Split.first = 0;
  Split.last = 5 + groups;
  while (Split.first < Split.last && load<u32>(digits + (<usize>Split.first << 2)) == 0) Split.first++;
  while (Split.last > Split.first && load<u32>(digits + (<usize>(Split.last - 1) << 2)) == 0) Split.last--;
}

@inline
function magnitude(value: i64): u64 {
  return value < 0 ? <u64>-value : <u64>value;
}

export function numericSize(value: i64, scale: i32): u32 {
  split(magnitude(value), scale);
  return 8 + (<u32>(Split.last - Split.first) << 1);
}

/** Writes length and value. Returns the bytes of both. */
export function writeNumeric(value: i64, scale: i32, out: usize): u32 {
  split(magnitude(value), scale);
  const count = Split.last - Split.first;
  const size = 8 + (<u32>count << 1);
  store<u32>(out, bswap<u32>(size));
  store<u16>(out, bswap<u16>(<u16>count), 4);
  store<u16>(out, bswap<u16>(<u16>(count == 0 ? 0 : 4 - Split.first)), 6);
  store<u16>(out, value < 0 ? 0x0040 : 0, 8);
  store<u16>(out, bswap<u16>(<u16>scale), 10);
  for (let i = 0; i < count; i++) {
    const digit = <u16>load<u32>(digits + (<usize>(Split.first + i) << 2));
    store<u16>(out + 12 + (<usize>i << 1), bswap<u16>(digit));
  }
  return 4 + size;
}
