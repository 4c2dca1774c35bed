/** The least and the greatest value of some rows of a column. */
import { DATE, Field, INT2, INT4, isNull } from '../copy/field';

/** Of the rows last looked at; 0 if none has a value. */
export class Range {
  static low: i64 = 0;
  static high: i64 = 0;
  static any: bool = false;
}

/** Of whole numbers, days or times. */
export function rangeOf(field: Field, from: i32, to: i32): void {
  if (isShort(field)) range4(field.values, field.validity, from, to);
  else range8(field.values, field.validity, from, to);
}

/** Whether the column has 32-bit numbers. */
@inline
export function isShort(field: Field): bool {
  return field.kind == INT2 || field.kind == INT4 || field.kind == DATE;
}

function note(low: i64, high: i64): void {
  Range.any = low <= high;
  Range.low = Range.any ? low : 0;
  Range.high = Range.any ? high : 0;
}

function range4(values: usize, validity: usize, from: i32, to: i32): void {
  let low = i32.MAX_VALUE;
  let high = i32.MIN_VALUE;
  let r = from;
  if (validity == 0) {
    let lows = i32x4.splat(low);
    let highs = i32x4.splat(high);
    for (; r + 4 <= to; r += 4) {
      const four = v128.load(values + (<usize>r << 2));
      lows = i32x4.min_s(lows, four);
      highs = i32x4.max_s(highs, four);
    }
    low = min(min(i32x4.extract_lane(lows, 0), i32x4.extract_lane(lows, 1)), min(i32x4.extract_lane(lows, 2), i32x4.extract_lane(lows, 3)));
    high = max(max(i32x4.extract_lane(highs, 0), i32x4.extract_lane(highs, 1)), max(i32x4.extract_lane(highs, 2), i32x4.extract_lane(highs, 3)));
  }
  for (; r < to; r++) {
    if (isNull(validity, r)) continue;
    const value = load<i32>(values + (<usize>r << 2));
    low = min(low, value);
    high = max(high, value);
  }
  note(low, high);
}

/** Of 64-bit numbers. */
export function range8(values: usize, validity: usize, from: i32, to: i32): void {
  let low = i64.MAX_VALUE;
  let high = i64.MIN_VALUE;
  let r = from;
  if (validity == 0) {
    let lows = i64x2.splat(low);
    let highs = i64x2.splat(high);
    for (; r + 2 <= to; r += 2) {
      const two = v128.load(values + (<usize>r << 3));
      lows = v128.bitselect(two, lows, i64x2.gt_s(lows, two));
      highs = v128.bitselect(two, highs, i64x2.gt_s(two, highs));
    }
    low = min(i64x2.extract_lane(lows, 0), i64x2.extract_lane(lows, 1));
    high = max(i64x2.extract_lane(highs, 0), i64x2.extract_lane(highs, 1));
  }
  for (; r < to; r++) {
    if (isNull(validity, r)) continue;
    const value = load<i64>(values + (<usize>r << 3));
    low = min(low, value);
    high = max(high, value);
  }
  note(low, high);
}
