/** The window of input: bytes come in at its end, the unfinished record is carried to its front. */
import { PADDING, alloc, powerOfTwo, release } from '../arena';
import { HEAD_BYTES, Scan, beginRecord } from './read';
import { Table, beginTableRecord, openTable } from './table-read';

/** Bytes before the window that are carried too: what stood before an address may be asked for. */
const LEAD: usize = 16;

let block: usize = 0;
let blockBytes: usize = 0;
let skip: u32 = 0;

function allocWindow(capacity: usize): void {
  blockBytes = powerOfTwo(capacity + LEAD + PADDING);
  block = alloc(blockBytes);
  Scan.base = block + LEAD;
  Scan.capacity = blockBytes - LEAD - PADDING;
}

/** Begins a chunk: an empty window of at least `capacity` bytes whose first byte is at `byteStart`. */
export function openWindow(capacity: usize, byteStart: f64, skipBytes: u32): void {
  allocWindow(capacity);
  Scan.pos = Scan.end = Scan.base;
  Scan.baseOffset = byteStart;
  Scan.head = alloc(<usize>HEAD_BYTES);
  Scan.lines = 0;
  Scan.records = 0;
  Scan.rows = 0;
  Scan.discarding = false;
  skip = skipBytes;
  if (Table.on) openTable(byteStart);
  begin(Scan.base);
}

function begin(start: usize): void {
  if (Table.on) beginTableRecord(start);
  else beginRecord(start);
}

/** Free bytes at the end of the window. */
export function freeBytes(): usize {
  return Scan.base + Scan.capacity - Scan.end;
}

/** Sees to it that at least `bytes` bytes are free, by moving or growing. Returns their address. */
export function makeRoom(bytes: usize): usize {
  if (freeBytes() >= bytes) return Scan.end;
  const from = Scan.recordStart;
  const used = Scan.end - from;
  const old = block;
  const oldBytes = blockBytes;
  const grows = Scan.capacity - used < bytes;
  Scan.baseOffset += <f64>(from - Scan.base);
  if (grows) allocWindow(max(Scan.capacity << 1, used + bytes));
  memory.copy(Scan.base - LEAD, from - LEAD, used + LEAD);
  shift(from - Scan.base);
  if (grows) release(old, oldBytes);
  return Scan.end;
}

/** Takes `delta` off every address of the unfinished record. */
function shift(delta: usize): void {
  Scan.pos -= delta;
  Scan.end -= delta;
  Scan.recordStart -= delta;
  Scan.fieldStart -= delta;
  Scan.quoteAt -= delta;
  // With a table of states the index points into the arena, which stays where it is.
  if (Table.on) return;
  const words = min(Scan.fields, Scan.fieldCount) + 1;
  for (let i = 0; i < words; i++) {
    const word = Scan.index + (<usize>i << 2);
    store<u32>(word, load<u32>(word) - <u32>delta);
  }
}

/** Says that `bytes` bytes were written at the window's end. */
export function filled(bytes: usize): void {
  Scan.end += bytes;
  if (skip == 0) return;
  const skipped = min(skip, <u32>(Scan.end - Scan.pos));
  for (let p = Scan.pos; p < Scan.pos + skipped; p++) if (load<u8>(p) == 10) Scan.lines++;
  skip -= skipped;
  Scan.pos += skipped;
  begin(Scan.pos);
}
