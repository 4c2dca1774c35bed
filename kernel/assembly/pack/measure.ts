/**
 * How the values of a batch are written in packed rows: each as what it is above the least of them, in as few whole
 * bytes as the greatest difference takes (frame of reference).
 */
import {
  BOOL, DATE, FLOAT8, Field, INT2, INT4, INT8, NUMERIC, TIMESTAMPTZ, UUID, isNull, scratchOf,
} from '../copy/field';
import { Range, range8, rangeOf } from './range';

const SECOND: i64 = 1000000;
/** Doubles are exact for whole numbers below it. */
const EXACT: i64 = 1 << 53;
/** Most digits after the point that are tried before doubles are kept as they are. */
const DIGITS_MOST: i32 = 9;

/** Settles width, unit and base of the field for `rows` rows. */
export function measure(field: Field, rows: i32): void {
  field.width = field.unit = field.rest = 0;
  field.base = 0;
  switch (field.kind) {
    case INT2:
    case INT4:
    case DATE: {
      rangeOf(field, 0, rows);
      return settle(field, 4);
    }
    case INT8:
    case NUMERIC: {
      rangeOf(field, 0, rows);
      return settle(field, 8);
    }
    case TIMESTAMPTZ: return measureTimes(field, rows);
    case FLOAT8: return measureDoubles(field, rows);
    default: return;
  }
}

/** Bits that a row takes in the packed columns, texts excluded. */
export function bitsOf(field: Field): i32 {
  const valid = field.validity == 0 ? 0 : 1;
  switch (field.kind) {
    case BOOL: return valid + 1;
    case UUID: return valid + 128;
    case TIMESTAMPTZ: return valid + (field.width << 3) + (field.rest ? 24 : 0);
    case FLOAT8: return valid + (field.unit < 0 ? 64 : field.width << 3);
    case INT2:
    case INT4:
    case DATE:
    case INT8:
    case NUMERIC: return valid + (field.width << 3);
    // Where each text begins.
    default: return valid + 16;
  }
}

/** Numbers that need all `most` bytes are written as they are, so that nothing has to be added beyond their type. */
function settle(field: Field, most: i32): void {
  const width = bytesOf(<u64>Range.high - <u64>Range.low);
  field.width = min(width, most);
  field.base = width >= most ? 0 : Range.low;
}

@inline
function bytesOf(span: u64): i32 {
  return (71 - <i32>clz<u64>(span)) >> 3;
}

/**
 * Whole seconds if there is nothing finer; else microseconds; else, as PostgreSQL multiplies intervals by a double, seconds
 * with the microseconds apart.
 */
function measureTimes(field: Field, rows: i32): void {
  rangeOf(field, 0, rows);
  const base = Range.low;
  const span = Range.high - base;
  field.base = base;
  if (inSeconds(field, rows)) {
    field.unit = 1;
    field.width = bytesOf(<u64>(span / SECOND));
  } else if (span < EXACT) {
    field.width = bytesOf(<u64>span);
  } else {
    field.unit = field.rest = 1;
    field.width = bytesOf(<u64>(span / SECOND));
    for (let r = 0; r < rows; r++) {
      const apart = isNull(field.validity, r) ? 0 : (load<i64>(field.values + (<usize>r << 3)) - base) / SECOND;
      store<i64>(field.scratch + (<usize>r << 3), apart);
    }
  }
}

/** Writes the seconds above the base to the scratch. False if a value is finer. */
function inSeconds(field: Field, rows: i32): bool {
  const scratch = scratchOf(field, rows);
  const validity = field.validity;
  for (let r = 0; r < rows; r++) {
    if (isNull(validity, r)) {
      store<i64>(scratch + (<usize>r << 3), 0);
      continue;
    }
    const apart = load<i64>(field.values + (<usize>r << 3)) - field.base;
    const seconds = <i64>(<f64>apart / 1000000.0);
    if (seconds * SECOND != apart) return false;
    store<i64>(scratch + (<usize>r << 3), seconds);
  }
  return true;
}

/** Doubles that are decimals of few digits are written as whole numbers, each checked to give the same bits again. */
function measureDoubles(field: Field, rows: i32): void {
  let power: f64 = 1;
  for (let digits = 0; digits <= DIGITS_MOST; digits++, power *= 10) {
    if (!scale(field, rows, power)) continue;
    range8(field.scratch, field.validity, 0, rows);
    field.unit = digits;
    return settle(field, 8);
  }
  field.unit = -1;
}

function scale(field: Field, rows: i32, power: f64): bool {
  const scratch = scratchOf(field, rows);
  const validity = field.validity;
  for (let r = 0; r < rows; r++) {
    const value = load<f64>(field.values + (<usize>r << 3));
    const scaled = nearest(value * power);
    let whole: i64 = 0;
    if (!isNull(validity, r)) {
      if (!(abs(scaled) < <f64>EXACT)) return false;
      whole = <i64>scaled;
      if (reinterpret<i64>(<f64>whole / power) != reinterpret<i64>(value)) return false;
    }
    store<i64>(scratch + (<usize>r << 3), whole);
  }
  return true;
}
