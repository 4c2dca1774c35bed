/**
 * Pass 1 for every dialect but the plainest: each byte goes through the table of states of
 * kernel/dialect/machine.ts. Fields are written to an arena, unquoted, unescaped and trimmed, with a 0 between
 * them. The index of read.ts points into the arena, so the converters see no difference.
 */
import { PADDING, alloc, powerOfTwo, release } from '../arena';
import { measure } from './measure';
import { FIELD_COUNT, QUOTE, TOO_LONG } from '../reasons';
import { addReject } from '../rejects';
import { HEAD_BYTES, Reader, keepHead } from './read';
import { RUNS_APPEND, RUNS_NOTHING, specialBits } from './special';

const CR: u32 = 13;

// Steps and flags of kernel/dialect/machine.ts.
const FIELD: u32 = 1;
const CLOSED_FIELD: u32 = 2;
const RECORD: u32 = 3;
const OPEN: u32 = 4;
const COMMENT: u32 = 5;
const RESTART: u32 = 6;
const ENDED_RECORD: u32 = 7;
const APPEND: u32 = 8;
const ESCAPE: u32 = 16;
const BAD: u32 = 32;
const LINE: u32 = 64;

const FINAL_RECORD: u32 = 1;
const FINAL_BAD_QUOTE: u32 = 2;
const FINAL_ESCAPE: u32 = 3;
const FINAL_ENDED: u32 = 5;

/** Bytes before the arena that may be read. */
const LEAD: usize = 16;

export class Table {
  /** False for the plainest dialect, which uses nothing of this. */
  static on: bool = false;
  /** A word of 16 bits for each state and byte; a byte for each state. */
  static words: usize = 0;
  static final: usize = 0;
  static delimiterBytes: usize = 1;
  static escape: u32 = 0;
  /** Five bytes: see special.ts. */
  static special: usize = 0;
  static trim: bool = false;
  static stripCr: bool = false;
  static pad: bool = false;
  static truncate: bool = false;
  static skipBlank: bool = false;
  static measure: i32 = 0;

  // The record being read.
  static state: u32 = 0;
  static quoted: bool = false;
  /** A field beyond the last column has a text, which is not kept. */
  static surplus: bool = false;
  /** Offset in the file of the byte at Reader.recordStart. */
  static recordOffset: f64 = 0;
  /** Where in the arena its fields begin, where the current one begins, and where the next byte goes. */
  static recordOut: usize = 0;
  static fieldOut: usize = 0;
  static out: usize = 0;

  static block: usize = 0;
  static blockBytes: usize = 0;
  static arena: usize = 0;

  /** For each row of the block: address and length in the window, offset in the file. */
  static rowStart: usize = 0;
  static rowLength: usize = 0;
  static rowOffset: usize = 0;
}

/** Prepares for a chunk whose first byte is at `byteStart`. */
export function openTable(byteStart: f64): void {
  Table.state = 0;
  Table.block = 0;
  Table.blockBytes = 0;
  Table.rowStart = alloc(<usize>Reader.rowsMax << 2);
  Table.rowLength = alloc(<usize>Reader.rowsMax << 2);
  Table.rowOffset = alloc(<usize>Reader.rowsMax << 3);
  allocArena(65536);
  Table.recordOut = Table.fieldOut = Table.out = Table.arena;
  Table.recordOffset = byteStart;
  Reader.recordStart = Reader.base;
}

function allocArena(bytes: usize): void {
  Table.blockBytes = powerOfTwo(bytes + LEAD + PADDING);
  Table.block = alloc(Table.blockBytes);
  Table.arena = Table.block + LEAD;
}

/** Ensures that the arena has room for the output of the next `bytes` bytes. */
function reserve(bytes: usize): void {
  const used = Table.out - Table.arena;
  // Each byte yields at most one byte, each missing field of a short record one.
  const needed = used + bytes + (<usize>Reader.rowsMax + 1) * (<usize>Reader.fieldCount + 2) + 16;
  if (needed + LEAD + PADDING <= Table.blockBytes) return;
  const old = Table.block;
  const oldBytes = Table.blockBytes;
  const from = Table.arena;
  allocArena(needed);
  memory.copy(Table.arena, from, used);
  moveArena(from, Table.arena);
  release(old, oldBytes);
}

/** Moves every address of the unfinished record from the block at `from` to the block at `to`. */
function moveArena(from: usize, to: usize): void {
  Table.recordOut = Table.recordOut - from + to;
  Table.fieldOut = Table.fieldOut - from + to;
  Table.out = Table.out - from + to;
  const words = min(Reader.fields, Reader.fieldCount) + 1;
  for (let i = 0; i < words; i++) {
    const word = rowWord() + (<usize>i << 2);
    store<u32>(word, load<u32>(word) - <u32>from + <u32>to);
  }
}

@inline
function rowWord(): usize {
  return Reader.index + <usize>Reader.rows * Reader.stride;
}

/** Reads records until the block or the batch is full, or the input is used up. */
export function readTableRecords(): void {
  const end = Reader.end;
  let p = Reader.pos;
  reserve(end - p);
  const words = Table.words;
  const final = Table.final;
  const special = Table.special;
  let state = Table.state;
  let out = Table.out;
  while (p < end) {
    const byte = <u32>load<u8>(p);
    const word = <u32>load<u16>(words + <usize>((state << 9) | (byte << 1)));
    state = word & 0xff;
    const action = word >> 8;
    p++;
    if (action == APPEND) {
      store<u8>(out++, <u8>byte);
      if (!(load<u8>(final + <usize>state) & RUNS_APPEND)) continue;
      const from = p;
      p = copyRun(p, end, out, special);
      out += p - from;
      continue;
    }
    if (action == 0) {
      if (load<u8>(final + <usize>state) & RUNS_NOTHING) p = passRun(p, end, special);
      continue;
    }
    Table.out = out;
    act(action, byte, p - 1);
    out = Table.out;
    if (Reader.rows == Reader.rowsMax || Reader.room == 0) break;
  }
  Table.state = state;
  Table.out = out;
  Reader.pos = p;
}

/** Copies bytes up to a special one, or until fewer than 16 are left. Returns where it stopped. */
@inline
function copyRun(start: usize, end: usize, out: usize, special: usize): usize {
  let p = start;
  while (p + 16 <= end) {
    const bytes = v128.load(p);
    v128.store(out + (p - start), bytes);
    const bits = specialBits(bytes, special);
    if (bits != 0) return p + <usize>ctz(bits);
    p += 16;
  }
  return p;
}

@inline
function passRun(start: usize, end: usize, special: usize): usize {
  let p = start;
  while (p + 16 <= end) {
    const bits = specialBits(v128.load(p), special);
    if (bits != 0) return p + <usize>ctz(bits);
    p += 16;
  }
  return p;
}

/** Performs the table's action for the byte at `p`. */
function act(action: u32, byte: u32, p: usize): void {
  if (action & ESCAPE) store<u8>(Table.out++, <u8>Table.escape);
  if (action & APPEND) store<u8>(Table.out++, <u8>byte);
  if (action & BAD) Reader.badQuote = true;
  const step = action & 7;
  if (step == FIELD) {
    Table.out = max(Table.fieldOut, Table.out - (Table.delimiterBytes - 1));
    endField();
  } else if (step == CLOSED_FIELD) endField();
  else if (step == RECORD || step == ENDED_RECORD) endRecord(p, true, step == ENDED_RECORD);
  else if (step == OPEN) Table.quoted = true;
  else if (step == COMMENT) clearRecord();
  if (action & LINE) Reader.lines++;
  if (step == RECORD || step == RESTART || step == ENDED_RECORD) beginTableRecord(p + 1);
}

function endField(): void {
  if (Table.trim && !Table.quoted) trimField();
  if (Reader.fields < Reader.fieldCount) {
    const out = Table.out;
    store<u32>(rowWord() + 4 + (<usize>Reader.fields << 2), <u32>out);
    store<u8>(out, 0);
    Table.out = out + 1;
  } else {
    if (!areBlank(Table.fieldOut, Table.out)) Table.surplus = true;
    Table.out = Table.fieldOut;
  }
  Table.fieldOut = Table.out;
  Reader.fields++;
  Table.quoted = false;
}

/** Trims blanks at both ends. Blanks before a field were skipped already, unless they were escaped. */
function trimField(): void {
  let start = Table.fieldOut;
  let end = Table.out;
  while (start < end && isBlank(load<u8>(start))) start++;
  while (end > start && isBlank(load<u8>(end - 1))) end--;
  if (start > Table.fieldOut) memory.copy(Table.fieldOut, start, end - start);
  Table.out = Table.fieldOut + (end - start);
}

@inline
function isBlank(byte: u8): bool {
  return byte == 32 || byte == 9;
}

/**
 * Ends the record at its line end (or the end of the chunk) at `p`. `strip`: a CR before it may be stripped. `ended`:
 * its last field has ended.
 */
function endRecord(p: usize, strip: bool, ended: bool): void {
  const carriage = strip && Table.stripCr && (p > Reader.recordStart || Reader.discarding) && load<u8>(p - 1) == CR;
  const stop = carriage ? p - 1 : p;
  if (Reader.fields == 0 && stop <= Reader.recordStart && !Reader.discarding) return;
  if (carriage && !Table.quoted && Table.out > Table.fieldOut && load<u8>(Table.out - 1) == CR) Table.out--;
  if (!ended) endField();
  const isLong = Reader.discarding || <u32>(stop - Reader.recordStart) > Reader.recordBytesMax;
  if (Table.skipBlank && !isLong && isBlankRecord()) return;
  if (Table.pad) while (Reader.fields < Reader.fieldCount) endField();
  if (Table.truncate && Reader.fields > Reader.fieldCount) Reader.fields = Reader.fieldCount;
  let reason = 0;
  if (isLong) reason = TOO_LONG;
  else if (Reader.badQuote) reason = QUOTE;
  else if (Reader.fields != Reader.fieldCount) reason = FIELD_COUNT;
  if (reason != 0) reject(stop, reason);
  else accept(stop);
  Reader.records++;
  Reader.room--;
}

function areBlank(start: usize, end: usize): bool {
  for (let p = start; p < end; p++) if (!isBlank(load<u8>(p))) return false;
  return true;
}

/** True if no field has more than blanks. A 0 ends each of them; another one is text. */
function isBlankRecord(): bool {
  if (Table.surplus || Reader.badQuote) return false;
  let ends = 0;
  for (let p = Table.recordOut; p < Table.out; p++) {
    const byte = load<u8>(p);
    if (byte == 0) ends++;
    else if (!isBlank(byte)) return false;
  }
  return ends == min(Reader.fields, Reader.fieldCount);
}

function accept(stop: usize): void {
  const row = <usize>Reader.rows;
  store<u32>(Reader.rowRecord + (row << 2), Reader.records);
  store<u32>(Reader.rowLine + (row << 2), Reader.recordLine);
  store<u32>(Table.rowStart + (row << 2), <u32>Reader.recordStart);
  store<u32>(Table.rowLength + (row << 2), <u32>(stop - Reader.recordStart));
  store<f64>(Table.rowOffset + (row << 3), Table.recordOffset);
  Reader.rows++;
  Table.recordOut = Table.out;
}

function reject(stop: usize, reason: i32): void {
  const start = Reader.recordStart;
  if (Reader.discarding) {
    let length = Table.recordOffset - Reader.discardOffset;
    if (stop >= start) {
      length += measure(Table.measure, start, stop);
      keepHead(stop);
    } else {
      // The CR of this line end was discarded with the bytes before it.
      length -= measure(Table.measure, stop, start);
      if (Reader.headLength < HEAD_BYTES) Reader.headLength--;
    }
    addReject(Reader.discardOffset, length, Reader.head, Reader.headLength, Reader.records, Reader.recordLine, -1, reason);
    // Only one discarded record's head is kept at a time, so the batch ends with it.
    Reader.room = 1;
    return;
  }
  const length = measure(Table.measure, start, stop);
  addReject(Table.recordOffset, length, start, <u32>(stop - start), Reader.records, Reader.recordLine, -1, reason);
}

/** Prepares for a record that starts at `start`, leaving the machine's state unchanged. */
export function beginTableRecord(start: usize): void {
  Table.recordOffset += measure(Table.measure, Reader.recordStart, start);
  Reader.recordStart = start;
  Reader.recordLine = Reader.lines;
  Reader.discarding = false;
  clearRecord();
}

/** Forgets the fields of the record so far. */
function clearRecord(): void {
  Reader.fields = 0;
  Reader.badQuote = false;
  Table.quoted = false;
  Table.surplus = false;
  Table.fieldOut = Table.out = Table.recordOut;
  store<u32>(rowWord(), <u32>Table.recordOut - 1);
}

/** Ends the chunk's last record if it has no line end. readTableRecords has reserved the space. */
export function endTableInput(): void {
  const final = <u32>load<u8>(Table.final + <usize>Table.state) & 7;
  Table.state = 0;
  if (final == 0) return;
  if (final == FINAL_BAD_QUOTE) Reader.badQuote = true;
  if (final == FINAL_ESCAPE) store<u8>(Table.out++, <u8>Table.escape);
  endRecord(Reader.end, final <= FINAL_BAD_QUOTE || final == FINAL_ENDED, final == FINAL_ENDED);
  beginTableRecord(Reader.end);
}

/** Moves the unfinished record to the front of index and arena, for the next block. */
export function carryTableRecord(rows: i32): void {
  const bytes = (<usize>min(Reader.fields, Reader.fieldCount) + 1) << 2;
  if (rows > 0) memory.copy(Reader.index, Reader.index + <usize>rows * Reader.stride, bytes);
  Reader.rows = 0;
  const from = Table.recordOut;
  if (from == Table.arena) return;
  memory.copy(Table.arena, from, Table.out - from);
  moveArena(from, Table.arena);
}

/** Discards the bytes of a record that is longer than allowed, keeping its head for display. */
export function discardTable(): void {
  if (!Reader.discarding) {
    Reader.discarding = true;
    Reader.discardOffset = Table.recordOffset;
    Reader.headLength = 0;
  }
  keepHead(Reader.end);
  Table.recordOffset += measure(Table.measure, Reader.recordStart, Reader.end);
  Reader.recordStart = Reader.end;
  Table.out = Table.fieldOut;
}

/** Bytes in the file of row `i` of the block, without its line end. */
export function rowBytes(i: i32): f64 {
  const start = <usize>load<u32>(Table.rowStart + (<usize>i << 2));
  return measure(Table.measure, start, start + <usize>load<u32>(Table.rowLength + (<usize>i << 2)));
}
