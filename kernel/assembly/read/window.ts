/** The input window: new bytes are added at its end, and the unfinished record is moved to its front. */
import { PADDING, alloc, powerOfTwo, release } from '../arena';
import { HEAD_BYTES, Reader, beginRecord } from './read';
import { Table, beginTableRecord, openTable } from './table-read';

/** Bytes before the unfinished record that move with it: readers may look at the bytes before an address. */
const LEAD: usize = 16;

let block: usize = 0;
let blockBytes: usize = 0;
let skip: u32 = 0;

function allocWindow(capacity: usize): void {
  blockBytes = powerOfTwo(capacity + LEAD + PADDING);
  block = alloc(blockBytes);
  Reader.base = block + LEAD;
  Reader.capacity = blockBytes - LEAD - PADDING;
}

/** Begins a chunk: an empty window of at least `capacity` bytes whose first byte is at `byteStart`. */
export function openWindow(capacity: usize, byteStart: f64, skipBytes: u32): void {
  allocWindow(capacity);
  Reader.pos = Reader.end = Reader.base;
  Reader.baseOffset = byteStart;
  Reader.head = alloc(<usize>HEAD_BYTES);
  Reader.lines = 0;
  Reader.records = 0;
  Reader.rows = 0;
  Reader.discarding = false;
  skip = skipBytes;
  if (Table.on) openTable(byteStart);
  begin(Reader.base);
}

function begin(start: usize): void {
  if (Table.on) beginTableRecord(start);
  else beginRecord(start);
}

/** Free bytes at the end of the window. */
export function freeBytes(): usize {
  return Reader.base + Reader.capacity - Reader.end;
}

/** Ensures that at least `bytes` bytes are free, by moving or growing the window. Returns their address. */
export function makeRoom(bytes: usize): usize {
  if (freeBytes() >= bytes) return Reader.end;
  const from = Reader.recordStart;
  const used = Reader.end - from;
  const old = block;
  const oldBytes = blockBytes;
  const grows = Reader.capacity - used < bytes;
  Reader.baseOffset += <f64>(from - Reader.base);
  if (grows) allocWindow(max(Reader.capacity << 1, used + bytes));
  memory.copy(Reader.base - LEAD, from - LEAD, used + LEAD);
  shift(from - Reader.base);
  if (grows) release(old, oldBytes);
  return Reader.end;
}

/** Subtracts `delta` from every address of the unfinished record. */
function shift(delta: usize): void {
  Reader.pos -= delta;
  Reader.end -= delta;
  Reader.recordStart -= delta;
  Reader.fieldStart -= delta;
  Reader.quoteAt -= delta;
  // With a table of states the index points into the arena, which stays where it is.
  if (Table.on) return;
  const words = min(Reader.fields, Reader.fieldCount) + 1;
  for (let i = 0; i < words; i++) {
    const word = Reader.index + (<usize>i << 2);
    store<u32>(word, load<u32>(word) - <u32>delta);
  }
}

/** Accounts for `bytes` bytes that were written at the window's end. */
export function filled(bytes: usize): void {
  Reader.end += bytes;
  if (skip == 0) return;
  const skipped = min(skip, <u32>(Reader.end - Reader.pos));
  for (let p = Reader.pos; p < Reader.pos + skipped; p++) if (load<u8>(p) == 10) Reader.lines++;
  skip -= skipped;
  Reader.pos += skipped;
  begin(Reader.pos);
}
