/**
 * Rows in PostgreSQL's binary COPY format: for each row the number of fields (int16), for each field its
 * length (int32, -1: null) and its value, all big-endian.
 * https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
 *
 * Columns are written one after the other into a block of rows that stays in the cache: with a fixed stride if
 * no value is null and all have the same size, otherwise with one cursor per row.
 */
import { reserve } from '../arena';
import {
  BOOL, CODED_TEXT, CONSTANT4, DATE, EPOCH_DAYS, EPOCH_MICROS, FLOAT8, Field, INT2, INT4, INT8, JSONB, NUMERIC, TEXT,
  TIMESTAMPTZ, UUID, fieldAt, forgetFields, isNull, swap32,
} from './field';
import { numericSize, writeNumeric } from './copy-numeric';

const BLOCK_ROWS: i32 = 256;

let output: usize = 0;
let cursors: usize = 0;
/** Of the output, then of the cursors. */
const blocks = memory.data(16, 16);

/** Forgets the blocks, which each chunk allocates for itself. */
export function forgetCopy(): void {
  forgetFields();
  output = cursors = 0;
  memory.fill(blocks, 0, 16);
}

export function copyOutput(): usize {
  return output;
}

/** Bytes of a value of the kind, or 0 if they differ from row to row. */
function sizeOf(kind: i32): u32 {
  if (kind == BOOL) return 1;
  if (kind == INT2) return 2;
  if (kind == INT4 || kind == CONSTANT4 || kind == DATE) return 4;
  if (kind == INT8 || kind == FLOAT8 || kind == TIMESTAMPTZ) return 8;
  return kind == UUID ? 16 : 0;
}

/** Writes `rows` rows of the `count` described fields. Returns their bytes; copyOutput says where. */
export function copyRows(count: i32, rows: i32): u32 {
  let rowBytes: u32 = 2;
  let fixed = true;
  for (let i = 0; i < count; i++) {
    const field = fieldAt(i);
    const size = sizeOf(field.kind);
    if (size == 0 || field.validity != 0) fixed = false;
    rowBytes += 4 + size;
  }
  if (!fixed) return copyVaried(count, rows, rowBytes);
  output = reserve(blocks, <usize>rows * <usize>rowBytes);
  const header = <u16>bswap<u16>(<u16>count);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const to = min(from + BLOCK_ROWS, rows);
    const block = output + <usize>from * <usize>rowBytes;
    let out = block;
    for (let r = from; r < to; r++, out += <usize>rowBytes) store<u16>(out, header);
    out = block + 2;
    for (let i = 0; i < count; i++) {
      const field = fieldAt(i);
      writeFixed(field, out, <usize>rowBytes, from, to);
      out += 4 + <usize>sizeOf(field.kind);
    }
  }
  return <u32>rows * rowBytes;
}

function writeFixed(field: Field, out: usize, stride: usize, from: i32, to: i32): void {
  const values = field.values;
  switch (field.kind) {
    case INT4: return fixed4(values, 0, out, stride, from, to);
    case DATE: return fixed4(values, EPOCH_DAYS, out, stride, from, to);
    case INT8:
    case FLOAT8: return fixed8(values, 0, out, stride, from, to);
    case TIMESTAMPTZ: return fixed8(values, EPOCH_MICROS, out, stride, from, to);
    case CONSTANT4: {
      const both = (<u64>swap32(<u32>field.parameter) << 32) | 0x04000000;
      for (let r = from; r < to; r++, out += stride) store<u64>(out, both);
      return;
    }
    case INT2: return fixedOther(2, values, out, stride, from, to);
    case BOOL: return fixedOther(1, values, out, stride, from, to);
    default: return fixedOther(16, values, out, stride, from, to);
  }
}

@inline
function fixedOther(width: i32, values: usize, out: usize, stride: usize, from: i32, to: i32): void {
  for (let r = from; r < to; r++, out += stride) put(width, values, r, 0, out);
}

function fixed4(values: usize, epoch: i32, out: usize, stride: usize, from: i32, to: i32): void {
  for (let r = from; r < to; r++, out += stride) {
    const value = load<i32>(values + (<usize>r << 2)) - epoch;
    store<u64>(out, (<u64>swap32(<u32>value) << 32) | 0x04000000);
  }
}

/** One shuffle reverses the bytes of two values. */
function fixed8(values: usize, epoch: i64, out: usize, stride: usize, from: i32, to: i32): void {
  const epochs = i64x2.splat(epoch);
  let r = from;
  for (; r < to; r += 2, out += stride << 1) {
    const pair = i64x2.sub(v128.load(values + (<usize>r << 3)), epochs);
    const turned = i8x16.shuffle(pair, pair, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
    store<u32>(out, 0x08000000);
    v128.store_lane<u64>(out + 4, turned, 0);
    if (r + 1 == to) return;
    store<u32>(out + stride, 0x08000000);
    v128.store_lane<u64>(out + stride + 4, turned, 1);
  }
}

/** Bytes of row r's value, without its length word. */
function valueSize(field: Field, r: i32): u32 {
  const row = field.values + (<usize>r << 2);
  switch (field.kind) {
    case TEXT: return load<u32>(row, 4) - load<u32>(row);
    case JSONB: return load<u32>(row, 4) - load<u32>(row) + 1;
    case CODED_TEXT: {
      const entry = field.offsets + (<usize>load<u32>(row) << 2);
      return load<u32>(entry, 4) - load<u32>(entry);
    }
    default: return numericSize(load<i64>(field.values + (<usize>r << 3)), field.parameter);
  }
}

/** Rows with nulls or values of different sizes: sizes first, then values at one cursor a row. */
function copyVaried(count: i32, rows: i32, rowBytes: u32): u32 {
  cursors = reserve(blocks + 8, <usize>rows << 2);
  for (let r = 0; r < rows; r++) store<u32>(cursors + (<usize>r << 2), rowBytes);
  for (let i = 0; i < count; i++) addSizes(fieldAt(i), rows);
  let total: u32 = 0;
  for (let r = 0; r < rows; r++) {
    const cursor = cursors + (<usize>r << 2);
    const size = load<u32>(cursor);
    store<u32>(cursor, total);
    total += size;
  }
  output = reserve(blocks, <usize>total);
  const header = <u16>bswap<u16>(<u16>count);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const to = min(from + BLOCK_ROWS, rows);
    for (let r = from; r < to; r++) {
      const cursor = cursors + (<usize>r << 2);
      store<u16>(output + <usize>load<u32>(cursor), header);
    }
    let ahead: u32 = 2;
    for (let i = 0; i < count; i++) ahead = writeVaried(fieldAt(i), ahead, from, to);
  }
  return total;
}

function addSizes(field: Field, rows: i32): void {
  const size = sizeOf(field.kind);
  if (size == 0) return addOwnSizes(field, rows);
  if (field.validity == 0) return;
  for (let r = 0; r < rows; r += 8) {
    // Most groups of eight rows have no null, and are skipped at once.
    if (load<u8>(field.validity + (<usize>r >> 3)) == 0xff) continue;
    const to = min(r + 8, rows);
    for (let one = r; one < to; one++) {
      const cursor = cursors + (<usize>one << 2);
      if (isNull(field.validity, one)) store<u32>(cursor, load<u32>(cursor) - size);
    }
  }
}

function addOwnSizes(field: Field, rows: i32): void {
  for (let r = 0; r < rows; r++) {
    const cursor = cursors + (<usize>r << 2);
    if (!isNull(field.validity, r)) store<u32>(cursor, load<u32>(cursor) + valueSize(field, r));
  }
}

/**
 * Writes the field's values of a block of rows, each `ahead` bytes after its row's cursor. If every row has a
 * value and all have the same size, the cursors do not move. Returns how far ahead of them the next field begins.
 */
function writeVaried(field: Field, ahead: u32, from: i32, to: i32): u32 {
  switch (field.kind) {
    case INT2: return writeWidth(2, field, 0, ahead, from, to);
    case INT4: return writeWidth(4, field, 0, ahead, from, to);
    case DATE: return writeWidth(4, field, EPOCH_DAYS, ahead, from, to);
    case INT8:
    case FLOAT8: return writeWidth(8, field, 0, ahead, from, to);
    case TIMESTAMPTZ: return writeWidth(8, field, EPOCH_MICROS, ahead, from, to);
    case BOOL: return writeWidth(1, field, 0, ahead, from, to);
    case UUID: return writeWidth(16, field, 0, ahead, from, to);
    case CONSTANT4: return writeConstant(field, ahead, from, to);
    default: return writeSized(field, ahead, from, to);
  }
}

/** Writes values of `width` bytes. Inlined, so that each width has a loop of its own without branches on it. */
@inline
function writeWidth(width: i32, field: Field, epoch: i64, ahead: u32, from: i32, to: i32): u32 {
  const values = field.values;
  const validity = field.validity;
  const base = output + <usize>ahead;
  let cursor = cursors + (<usize>from << 2);
  if (validity == 0) {
    for (let r = from; r < to; r++, cursor += 4) put(width, values, r, epoch, base + <usize>load<u32>(cursor));
    return ahead + 4 + <u32>width;
  }
  for (let r = from; r < to; r++, cursor += 4) {
    const at = load<u32>(cursor);
    const out = base + <usize>at;
    if (isNull(validity, r)) {
      store<u32>(out, 0xffffffff);
      store<u32>(cursor, at + ahead + 4);
    } else {
      put(width, values, r, epoch, out);
      store<u32>(cursor, at + ahead + 4 + <u32>width);
    }
  }
  return 0;
}

/** Writes length and value of row r, which has `width` bytes. */
@inline
function put(width: i32, values: usize, r: i32, epoch: i64, out: usize): void {
  const row = <usize>r;
  if (width == 1) {
    store<u32>(out, 0x01000000);
    store<u8>(out, load<u8>(values + row), 4);
  } else if (width == 2) {
    store<u32>(out, 0x02000000);
    store<u16>(out, bswap<u16>(<u16>load<i32>(values + (row << 2))), 4);
  } else if (width == 4) {
    const value = load<i32>(values + (row << 2)) - <i32>epoch;
    store<u64>(out, (<u64>swap32(<u32>value) << 32) | 0x04000000);
  } else if (width == 8) {
    const value = i64x2.sub(v128.load64_zero(values + (row << 3)), i64x2.splat(epoch));
    const turned = i8x16.shuffle(value, value, 7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0);
    store<u32>(out, 0x08000000);
    v128.store_lane<u64>(out + 4, turned, 0);
  } else {
    store<u32>(out, 0x10000000);
    v128.store(out, v128.load(values + (row << 4)), 4);
  }
}

function writeConstant(field: Field, ahead: u32, from: i32, to: i32): u32 {
  const both = (<u64>swap32(<u32>field.parameter) << 32) | 0x04000000;
  const base = output + <usize>ahead;
  for (let r = from; r < to; r++) store<u64>(base + <usize>load<u32>(cursors + (<usize>r << 2)), both);
  return ahead + 8;
}

/** Writes values whose sizes differ from row to row. */
function writeSized(field: Field, ahead: u32, from: i32, to: i32): u32 {
  for (let r = from; r < to; r++) {
    const cursor = cursors + (<usize>r << 2);
    const at = load<u32>(cursor) + ahead;
    const out = output + <usize>at;
    if (isNull(field.validity, r)) {
      store<u32>(out, 0xffffffff);
      store<u32>(cursor, at + 4);
    } else if (field.kind == NUMERIC) {
      const value = load<i64>(field.values + (<usize>r << 3));
      store<u32>(cursor, at + writeNumeric(value, field.parameter, out));
    } else store<u32>(cursor, at + writeText(field, r, out));
  }
  return 0;
}

function writeText(field: Field, r: i32, out: usize): u32 {
  const row = field.values + (<usize>r << 2);
  const entry = field.kind == CODED_TEXT ? field.offsets + (<usize>load<u32>(row) << 2) : row;
  const start = load<u32>(entry);
  const size = load<u32>(entry, 4) - start;
  let extra: u32 = 0;
  if (field.kind == JSONB) {
    store<u8>(out, 1, 4);
    extra = 1;
  }
  store<u32>(out, swap32(size + extra));
  memory.copy(out + 4 + <usize>extra, field.bytes + <usize>start, <usize>size);
  return 4 + extra + size;
}
