/** One column of the plan: where its field is, what its values are, and where they go. */
import { powerOfTwo, regrow } from './arena';
import { MISSING } from './reasons';
import { OTHERS_MAX } from './rejects';

export const DICTIONARY: i32 = 0;
export const UTF8: i32 = 1;
export const INT32: i32 = 2;
export const INT64: i32 = 3;
export const DECIMAL: i32 = 4;
export const FLOAT64: i32 = 5;
export const BOOLEAN: i32 = 6;
export const DATE: i32 = 7;
export const TIMESTAMP: i32 = 8;
export const UUID: i32 = 9;
export const POINT_WKT: i32 = 10;
export const POINT_LATLON: i32 = 11;

@unmanaged
export class Column {
  kind: i32;
  /** Number of its field in the record; -1: the file lacks it. */
  field: i32;
  required: i32;
  /** Bit n: a null token is n bytes long (bit 31: 31 or more). */
  nullLengths: u32;
  /** Null tokens: length word, bytes; ended by a length of 0xffffffff. */
  nulls: usize;
  /** int32, int64: bounds. decimal: precision and scale. float64: what to do with NaN and infinities.
   * timestamp: 1 where leap seconds are clamped. */
  low: i64;
  high: i64;
  /** Values of all kinds; offsets of utf8; lon of a point. */
  values: usize;
  /** timestamp: local day; point: lat; utf8: bytes. */
  second: usize;
  /** timestamp: local second of the day. */
  third: usize;
  validity: usize;
  nullCount: i32;
  /** utf8: bytes used in `second`, and its capacity. */
  textUsed: u32;
  textCapacity: u32;
  /** date, timestamp: compiled formats. */
  formats: usize;
  zone: usize;
  dictionary: usize;
}

/** What all columns share in a batch: its capacity and the errors of the current block. */
export class Work {
  static columns: usize = 0;
  static columnCount: i32 = 0;
  static batchRows: i32 = 0;
  /** First row of the block. */
  static from: i32 = 0;
  /** For each row of the block: 0, or (column + 1) << 8 | reason of its first faulty column. */
  static errors: usize = 0;
  static errorCount: i32 = 0;
  /** For each faulty row of the block: OTHERS_MAX words for the faults of its later columns, and how many there are. */
  static others: usize = 0;
  static otherCounts: usize = 0;
  /** Number of the current column. */
  static column: i32 = 0;
  static trim: bool = false;
}

@inline
export function columnAt(i: i32): Column {
  return changetype<Column>(Work.columns + <usize>i * offsetof<Column>());
}

/** Marks row `r` as faulty in the current column. The first column counts; a few later ones are named as well. */
export function fail(r: i32, reason: i32): void {
  const row = <usize>(r - Work.from);
  const slot = Work.errors + (row << 2);
  const known = load<u32>(slot);
  const fault = ((<u32>Work.column + 1) << 8) | <u32>reason;
  if (known == 0) {
    Work.errorCount++;
    store<u32>(slot, fault);
    store<u8>(Work.otherCounts + row, 0);
    return;
  }
  failAgain(row, known, fault);
}

/** Columns are converted in their order, and some twice: a fault that is known is not named again. */
function failAgain(row: usize, known: u32, fault: u32): void {
  if (known >> 8 >= fault >> 8) return;
  const words = Work.others + ((row * <usize>OTHERS_MAX) << 2);
  const count = <u32>load<u8>(Work.otherCounts + row);
  for (let i: u32 = 0; i < count; i++) if (load<u32>(words + (<usize>i << 2)) >> 8 == fault >> 8) return;
  if (count == <u32>OTHERS_MAX) return;
  store<u32>(words + (<usize>count << 2), fault);
  store<u8>(Work.otherCounts + row, <u8>(count + 1));
}

/** True if the row of the block is known to be faulty. */
@inline
export function failed(r: i32): bool {
  return load<u32>(Work.errors + (<usize>(r - Work.from) << 2)) != 0;
}

/** True if a text of this length could be a null token. */
@inline
export function maybeNull(lengths: u32, length: usize): bool {
  return ((lengths >> min<u32>(<u32>length, 31)) & 1) != 0;
}

export function isNullToken(column: Column, start: usize, end: usize): bool {
  const length = <u32>(end - start);
  let token = column.nulls;
  while (true) {
    const size = load<u32>(token);
    if (size == 0xffffffff) return false;
    if (size == length && memory.compare(token + 4, start, <usize>length) == 0) return true;
    token += 4 + <usize>size;
  }
}

/** Makes row `r` null, or faulty if the column is required. Its value becomes 0. */
export function setNull(column: Column, r: i32): void {
  clearValue(column, r);
  if (column.required) {
    fail(r, MISSING);
    return;
  }
  if (column.nullCount == 0) memory.fill(column.validity, 0xff, (<usize>Work.batchRows + 7) >> 3);
  column.nullCount++;
  const byte = column.validity + (<usize>r >> 3);
  store<u8>(byte, load<u8>(byte) & ~(<u8>1 << <u8>(r & 7)));
}

function clearValue(column: Column, r: i32): void {
  const row = <usize>r;
  switch (column.kind) {
    case UTF8:
      store<u32>(column.values + (row << 2), column.textUsed, 4);
      break;
    case BOOLEAN:
      store<u8>(column.values + row, 0);
      break;
    case DICTIONARY:
    case INT32:
    case DATE:
      store<u32>(column.values + (row << 2), 0);
      break;
    case UUID:
      v128.store(column.values + (row << 4), i64x2.splat(0));
      break;
    case TIMESTAMP:
      store<u32>(column.second + (row << 2), 0);
      store<u32>(column.third + (row << 2), 0);
      store<u64>(column.values + (row << 3), 0);
      break;
    case POINT_WKT:
    case POINT_LATLON:
      store<u64>(column.second + (row << 3), 0);
      store<u64>(column.values + (row << 3), 0);
      break;
    default:
      store<u64>(column.values + (row << 3), 0);
  }
}

/** Ensures that `more` further bytes of text fit. */
export function reserveText(column: Column, more: u32): void {
  const needed = column.textUsed + more;
  if (needed <= column.textCapacity) return;
  const capacity = powerOfTwo(<usize>needed);
  column.second = regrow(column.second, <usize>column.textCapacity, capacity, <usize>column.textUsed);
  column.textCapacity = <u32>capacity;
}
