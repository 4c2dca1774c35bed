/**
 * Puts the rows of a batch roughly in the order of one column: rows go into buckets of equal width, in one pass. The least
 * and the greatest value of a tuple then lie close to each other, which is all that a reader of a range needs.
 */
import { reserve } from '../arena';
import { BOOL, CODED_TEXT, DATE, Field, INT2, INT4, TEXT, UUID, isNull, orderedOf, validOf } from '../copy/field';
import { Range, isShort, rangeOf } from './range';

const BUCKETS: i32 = 2048;

const counts = memory.data(2048 * 4, 16);

let order: usize = 0;
const orderBlock = memory.data(8, 16);

/** Forgets the block, which each chunk allocates for itself. */
export function forgetOrder(): void {
  order = 0;
  store<u64>(orderBlock, 0);
}

/** Decides the order of `rows` rows by a column of whole numbers, dates or times. Rows without a value come first. */
export function orderBy(field: Field, rows: i32): void {
  order = reserve(orderBlock, <usize>rows << 2);
  rangeOf(field, 0, rows);
  const low = Range.low;
  const span = <u64>Range.high - <u64>low;
  const scale: f64 = span > 0 ? <f64>BUCKETS / (<f64>span * 1.0001) : 0;
  memory.fill(counts, 0, <usize>BUCKETS << 2);
  for (let r = 0; r < rows; r++) {
    const at = counts + (<usize>bucketOf(field, r, low, scale) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let begin: u32 = 0;
  for (let b = 0; b < BUCKETS; b++) {
    const at = counts + (<usize>b << 2);
    const count = load<u32>(at);
    store<u32>(at, begin);
    begin += count;
  }
  for (let r = 0; r < rows; r++) {
    const at = counts + (<usize>bucketOf(field, r, low, scale) << 2);
    const place = load<u32>(at);
    store<u32>(at, place + 1);
    store<u32>(order + (<usize>place << 2), <u32>r);
  }
}

/** The whole number, day or time of a row. */
@inline
function wholeAt(field: Field, r: i32): i64 {
  const values = field.values;
  return isShort(field) ? <i64>load<i32>(values + (<usize>r << 2)) : load<i64>(values + (<usize>r << 3));
}

@inline
function bucketOf(field: Field, r: i32, low: i64, scale: f64): i32 {
  if (isNull(field.validity, r)) return 0;
  return min(BUCKETS - 1, <i32>(<f64>(<u64>wholeAt(field, r) - <u64>low) * scale));
}

@inline
function rowAt(r: i32): usize {
  return <usize>load<u32>(order + (<usize>r << 2));
}

/** Copies the field's rows in the order. The field then describes the copies. */
export function reorder(field: Field, rows: i32): void {
  switch (field.kind) {
    case TEXT: {
      reorderTexts(field, rows);
      break;
    }
    case BOOL: {
      const copy = orderedOf(field, <usize>rows);
      for (let r = 0; r < rows; r++) store<u8>(copy + <usize>r, load<u8>(field.values + rowAt(r)));
      field.values = copy;
      break;
    }
    case UUID: {
      const copy = orderedOf(field, <usize>rows << 4);
      for (let r = 0; r < rows; r++) v128.store(copy + (<usize>r << 4), v128.load(field.values + (rowAt(r) << 4)));
      field.values = copy;
      break;
    }
    case INT2:
    case INT4:
    case DATE:
    case CODED_TEXT: {
      const copy = orderedOf(field, <usize>rows << 2);
      for (let r = 0; r < rows; r++) store<u32>(copy + (<usize>r << 2), load<u32>(field.values + (rowAt(r) << 2)));
      field.values = copy;
      break;
    }
    default: {
      const copy = orderedOf(field, <usize>rows << 3);
      for (let r = 0; r < rows; r++) store<u64>(copy + (<usize>r << 3), load<u64>(field.values + (rowAt(r) << 3)));
      field.values = copy;
    }
  }
  if (field.validity != 0) reorderValidity(field, rows);
}

function reorderTexts(field: Field, rows: i32): void {
  const all = <usize>load<u32>(field.values + (<usize>rows << 2)) - <usize>load<u32>(field.values);
  const offsets = (<usize>rows + 1) << 2;
  const copy = orderedOf(field, offsets + all);
  let end: usize = 0;
  for (let r = 0; r < rows; r++) {
    const entry = field.values + (rowAt(r) << 2);
    const start = load<u32>(entry);
    const size = <usize>(load<u32>(entry, 4) - start);
    store<u32>(copy + (<usize>r << 2), <u32>end);
    memory.copy(copy + offsets + end, field.bytes + <usize>start, size);
    end += size;
  }
  store<u32>(copy + (<usize>rows << 2), <u32>end);
  field.values = copy;
  field.bytes = copy + offsets;
}

function reorderValidity(field: Field, rows: i32): void {
  const bytes = <usize>((rows + 7) >> 3);
  const copy = validOf(field, bytes);
  memory.fill(copy, 0, bytes);
  for (let r = 0; r < rows; r++) {
    const from = rowAt(r);
    const bit = (load<u8>(field.validity + (from >> 3)) >> <u8>(from & 7)) & 1;
    const at = copy + (<usize>r >> 3);
    store<u8>(at, load<u8>(at) | (bit << <u8>(r & 7)));
  }
  field.validity = copy;
}
