/** Removes the faulty rows of a block from every column. */
import { Places } from './read/places';
import { BOOLEAN, Column, DATE, DICTIONARY, INT32, POINT_LATLON, POINT_WKT, TIMESTAMP, UTF8, UUID, Work, columnAt } from './column';

/** Moves the kept rows' values of `width` bytes together, in order. */
function closeUp(values: usize, width: usize, from: i32, to: i32): void {
  let out = values + <usize>from * width;
  let p = out;
  for (let r = from; r < to; r++, p += width) {
    if (load<u32>(Work.errors + (<usize>(r - from) << 2)) != 0) continue;
    if (width == 8) store<u64>(out, load<u64>(p));
    else if (width == 4) store<u32>(out, load<u32>(p));
    else if (width == 1) store<u8>(out, load<u8>(p));
    else v128.store(out, v128.load(p));
    out += width;
  }
}

function closeUpText(column: Column, from: i32, to: i32): void {
  let out = from;
  let used = load<u32>(column.values + (<usize>from << 2));
  let start = used;
  for (let r = from; r < to; r++) {
    const end = load<u32>(column.values + (<usize>r << 2), 4);
    if (load<u32>(Work.errors + (<usize>(r - from) << 2)) == 0) {
      memory.copy(column.second + <usize>used, column.second + <usize>start, <usize>(end - start));
      used += end - start;
      store<u32>(column.values + (<usize>out << 2), used, 4);
      out++;
    }
    start = end;
  }
  column.textUsed = used;
}

/** Does the same for the validity bitmap. Bits past the kept rows become 1 again, as later rows expect. */
function closeUpValidity(column: Column, from: i32, to: i32): void {
  if (column.nullCount == 0) return;
  let out = from;
  let nulls = 0;
  for (let r = from; r < to; r++) {
    if (!bit(column.validity, r)) nulls++;
    if (load<u32>(Work.errors + (<usize>(r - from) << 2)) != 0) continue;
    setBit(column.validity, out, bit(column.validity, r));
    if (!bit(column.validity, r)) nulls--;
    out++;
  }
  column.nullCount -= nulls;
  for (; out < to; out++) setBit(column.validity, out, true);
}

@inline
function bit(bitmap: usize, r: i32): bool {
  return ((load<u8>(bitmap + (<usize>r >> 3)) >> <u8>(r & 7)) & 1) != 0;
}

@inline
function setBit(bitmap: usize, r: i32, on: bool): void {
  const byte = bitmap + (<usize>r >> 3);
  const flag = <u8>1 << <u8>(r & 7);
  store<u8>(byte, on ? load<u8>(byte) | flag : load<u8>(byte) & ~flag);
}

/** Closes the gaps that the faulty rows of [from, to) leave. `offsets` are the rows' file offsets. */
export function compact(offsets: usize, from: i32, to: i32): void {
  closeUp(offsets, 8, from, to);
  if (Places.on) {
    closeUp(Places.rows, 16, from, to);
    closeUp(Places.bytes, 8, from, to);
  }
  for (let i = 0; i < Work.columnCount; i++) {
    const column = columnAt(i);
    closeUpValidity(column, from, to);
    switch (column.kind) {
      case UTF8:
        closeUpText(column, from, to);
        break;
      case DICTIONARY:
      case INT32:
      case DATE:
        closeUp(column.values, 4, from, to);
        break;
      case BOOLEAN:
        closeUp(column.values, 1, from, to);
        break;
      case UUID:
        closeUp(column.values, 16, from, to);
        break;
      case TIMESTAMP:
        closeUp(column.values, 8, from, to);
        closeUp(column.second, 4, from, to);
        closeUp(column.third, 4, from, to);
        break;
      case POINT_WKT:
      case POINT_LATLON:
        closeUp(column.values, 8, from, to);
        closeUp(column.second, 8, from, to);
        break;
      default:
        closeUp(column.values, 8, from, to);
    }
  }
}
