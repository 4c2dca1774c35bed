/**
 * Pass 1: finds where fields and records end, 64 bytes at a time.
 *
 * SIMD comparisons give a bitmask of delimiters, quotes and newlines. Taken byte by byte, the machine is:
 *
 *   OUTSIDE ── quote as the field's first byte ──▶ QUOTED ── quote ──▶ CLOSING
 *   CLOSING ── quote directly after ──▶ QUOTED (a doubled quote)
 *   CLOSING ── delimiter, newline (or CR newline) directly after ──▶ OUTSIDE, field ended
 *   CLOSING ── anything else ──▶ OUTSIDE, the record is marked as badly quoted
 *   OUTSIDE ── delimiter ──▶ OUTSIDE, field ended; newline: record ended
 *
 * Blocks without quotes, and blocks whose quotes are all well placed, are read by arithmetic on the bitmasks,
 * with the same result. All other blocks go through the machine.
 *
 * The index holds one row of `fieldCount + 1` words for each accepted record: first the address before
 * the record, then the address at which each field ends, with QUOTED and ESCAPED flags in its top bits.
 */
import { bits64, parities } from './bits';
import { FIELD_COUNT, QUOTE, TOO_LONG } from '../reasons';
import { Rejects, addReject } from '../rejects';

const LF: u32 = 10;
const CR: u32 = 13;

const OUTSIDE: i32 = 0;
const QUOTED: i32 = 1;
const CLOSING: i32 = 2;

/** The field is quoted. */
export const QUOTED_FIELD: u32 = 0x80000000;
/** The quoted text contains doubled quotes. */
export const ESCAPED_FIELD: u32 = 0x40000000;
/** The address in a word of the index. */
export const ADDRESS: u32 = 0x3fffffff;

/** Bytes of a discarded record that are kept for display. */
export const HEAD_BYTES: u32 = 8192;

export class Reader {
  // The input window: [base, base + capacity), filled up to end, read up to pos.
  static base: usize = 0;
  static capacity: usize = 0;
  static pos: usize = 0;
  static end: usize = 0;
  /** Offset in the file of the byte at base. */
  static baseOffset: f64 = 0;

  // The dialect; quote is 256 if there is none.
  static delimiter: u32 = 44;
  static quote: u32 = 34;
  static fieldCount: i32 = 1;
  static recordBytesMax: u32 = 0;

  // The record being read.
  static mode: i32 = OUTSIDE;
  static recordStart: usize = 0;
  static recordLine: u32 = 0;
  static fieldStart: usize = 0;
  static fieldFlags: u32 = 0;
  static quoteAt: usize = 0;
  /** Fields ended so far in this record. */
  static fields: i32 = 0;
  static badQuote: bool = false;
  /** Set while a record longer than recordBytesMax is discarded. */
  static discarding: bool = false;
  static discardOffset: f64 = 0;
  static head: usize = 0;
  static headLength: u32 = 0;

  // The results.
  static lines: u32 = 0;
  static records: u32 = 0;
  static index: usize = 0;
  /** Bytes of an index row. */
  static stride: usize = 0;
  static rows: i32 = 0;
  static rowsMax: i32 = 0;
  /** Records (accepted or not) that the batch still has room for. */
  static room: i32 = 0;
  static rowRecord: usize = 0;
  static rowLine: usize = 0;
}

/** Offset in the file of an address in the window. */
@inline
export function fileOffset(address: usize): f64 {
  return Reader.baseOffset + <f64><isize>(address - Reader.base);
}

/** Reads records until the block or the batch is full, or the input is used up. */
export function readRecords(): void {
  const delimiter = i8x16.splat(<i8>Reader.delimiter);
  const newline = i8x16.splat(<i8>LF);
  const quote = i8x16.splat(<i8>Reader.quote);
  const quoting = i8x16.splat(Reader.quote < 256 ? -1 : 0);
  const end = Reader.end;
  let pos = Reader.pos;
  while (pos < end) {
    const a = v128.load(pos);
    const b = v128.load(pos, 16);
    const c = v128.load(pos, 32);
    const d = v128.load(pos, 48);
    const qa = v128.and(i8x16.eq(a, quote), quoting);
    const qb = v128.and(i8x16.eq(b, quote), quoting);
    const qc = v128.and(i8x16.eq(c, quote), quoting);
    const qd = v128.and(i8x16.eq(d, quote), quoting);
    let bits = bits64(
      v128.or(v128.or(i8x16.eq(a, delimiter), i8x16.eq(a, newline)), qa),
      v128.or(v128.or(i8x16.eq(b, delimiter), i8x16.eq(b, newline)), qb),
      v128.or(v128.or(i8x16.eq(c, delimiter), i8x16.eq(c, newline)), qc),
      v128.or(v128.or(i8x16.eq(d, delimiter), i8x16.eq(d, newline)), qd),
    );
    const inside: u64 = end - pos < 64 ? ((<u64>1) << (end - pos)) - 1 : -1;
    bits &= inside;
    let full = false;
    if (Reader.mode == OUTSIDE && !v128.any_true(v128.or(v128.or(qa, qb), v128.or(qc, qd)))) full = takePlain(pos, bits);
    else if (readQuotes(pos, bits, bits64(qa, qb, qc, qd) & inside)) full = takeTidy(pos);
    else full = takeQuoted(pos, bits);
    if (full) return;
    pos += 64;
  }
  Reader.pos = end;
}

/** Processes the delimiters and newlines of a block that begins outside quotes and contains none. */
function takePlain(block: usize, bits: u64): bool {
  const last = Reader.fieldCount - 1;
  let fields = Reader.fields;
  let row = Reader.index + <usize>Reader.rows * Reader.stride + 4;
  while (bits != 0) {
    const p = block + <usize>ctz(bits);
    bits &= bits - 1;
    if (load<u8>(p) != LF) {
      store<u32>(row + (<usize>min(fields, last) << 2), <u32>p | Reader.fieldFlags);
      Reader.fieldFlags = 0;
      fields++;
      Reader.fieldStart = p + 1;
      continue;
    }
    Reader.fields = fields;
    endRecord(p);
    Reader.lines++;
    beginRecord(p + 1);
    if (Reader.rows == Reader.rowsMax || Reader.room == 0) {
      Reader.pos = p + 1;
      return true;
    }
    fields = 0;
    row = Reader.index + <usize>Reader.rows * Reader.stride + 4;
  }
  Reader.fields = fields;
  return false;
}

/** A block whose quotes are all well placed, as bitmasks of its bytes. */
class Tidy {
  /** Delimiters and newlines outside quotes. */
  static ends: u64 = 0;
  /** The ones that end a quoted field. */
  static quotedEnds: u64 = 0;
  static opening: u64 = 0;
  static closing: u64 = 0;
  /** Bytes from an opening quote up to its closing one. */
  static quoted: u64 = 0;
}

/**
 * Separates quoted bytes from others for a whole block if its quotes are well placed: each opening quote is the
 * first byte of its field, each closing quote the last, and no newline lies between them. Returns false if they
 * are not, or if one is doubled; Tidy is then undefined. `bits`: delimiters, newlines and quotes.
 */
@inline
function readQuotes(block: usize, bits: u64, quotes: u64): bool {
  const structure = bits & ~quotes;
  let mode = Reader.mode;
  // The last byte of the previous block closed a field, which ends here.
  if (mode == CLOSING && Reader.quoteAt == block - 1 && (structure & 1) != 0) mode = OUTSIDE;
  if (mode == CLOSING) return false;
  let quoted = parities(quotes);
  if (mode == QUOTED) quoted = ~quoted;
  const ends = structure & ~quoted;
  const opening = quotes & quoted;
  const closing = quotes & ~quoted;
  const starts = (ends << 1) | <u64>(mode == OUTSIDE && Reader.fieldStart == block);
  let after = closing << 1;
  // A CR may stand between the last field's quote and the newline.
  const returns = after & ~ends;
  if ((opening & ~starts) != 0 || (returns != 0 && !areReturns(block, returns, ends))) return false;
  after = (after & ends) | (returns << 1);
  if (hasNewline(block, structure & quoted)) return false;
  Tidy.ends = ends;
  Tidy.quotedEnds = after;
  Tidy.opening = opening;
  Tidy.closing = closing;
  Tidy.quoted = quoted;
  return true;
}

/** True if each of these bytes is a CR with a newline after it. */
function areReturns(block: usize, returns: u64, ends: u64): bool {
  if ((returns & ~(ends >> 1)) != 0) return false;
  while (returns != 0) {
    const p = block + <usize>ctz(returns);
    returns &= returns - 1;
    if (load<u8>(p) != CR || load<u8>(p, 1) != LF) return false;
  }
  return true;
}

function hasNewline(block: usize, bits: u64): bool {
  while (bits != 0) {
    if (load<u8>(block + <usize>ctz(bits)) == LF) return true;
    bits &= bits - 1;
  }
  return false;
}

/** Processes the delimiters and newlines of the block that readQuotes has read. */
function takeTidy(block: usize): bool {
  const last = Reader.fieldCount - 1;
  const quotedEnds = Tidy.quotedEnds;
  let bits = Tidy.ends;
  let flags = Reader.fieldFlags;
  let fields = Reader.fields;
  let row = Reader.index + <usize>Reader.rows * Reader.stride + 4;
  while (bits != 0) {
    const bit = ctz(bits);
    const p = block + <usize>bit;
    bits &= bits - 1;
    flags |= <u32>((quotedEnds >> bit) & 1) << 31;
    if (load<u8>(p) != LF) {
      store<u32>(row + (<usize>min(fields, last) << 2), <u32>p | flags);
      flags = 0;
      fields++;
      continue;
    }
    Reader.fields = fields;
    Reader.fieldFlags = flags;
    endRecord(p);
    Reader.lines++;
    beginRecord(p + 1);
    if (Reader.rows == Reader.rowsMax || Reader.room == 0) {
      Reader.pos = p + 1;
      return true;
    }
    flags = 0;
    fields = 0;
    row = Reader.index + <usize>Reader.rows * Reader.stride + 4;
  }
  Reader.fields = fields;
  if (Tidy.ends != 0) Reader.fieldStart = block + 64 - <usize>clz(Tidy.ends);
  leaveTidy(block, flags);
  return false;
}

/** Sets the state at the end of a tidy block. `flags`: those of its last field so far. */
function leaveTidy(block: usize, flags: u32): void {
  const open = Tidy.quoted >> 63 != 0;
  const closed = Tidy.closing >> 63 != 0;
  Reader.mode = open ? QUOTED : closed ? CLOSING : OUTSIDE;
  if (closed) Reader.quoteAt = block + 63;
  // If no field was opened here, it was opened in an earlier block, which has set its flags.
  Reader.fieldFlags = (open || closed) && Tidy.opening != 0 ? QUOTED_FIELD : flags;
}

/** Processes the structural bytes of a block that begins in quotes or contains quotes. */
function takeQuoted(block: usize, bits: u64): bool {
  while (bits != 0) {
    const p = block + <usize>ctz(bits);
    bits &= bits - 1;
    const byte = <u32>load<u8>(p);
    if (Reader.mode == QUOTED) {
      if (byte == Reader.quote) {
        Reader.mode = CLOSING;
        Reader.quoteAt = p;
      } else if (byte == LF) Reader.lines++;
      continue;
    }
    if (Reader.mode == CLOSING) {
      if (byte == Reader.quote && p == Reader.quoteAt + 1) {
        Reader.mode = QUOTED;
        Reader.fieldFlags |= ESCAPED_FIELD;
        continue;
      }
      leaveQuotes(p, byte == LF);
    }
    if (byte == Reader.delimiter) endField(p);
    else if (byte == LF) {
      endRecord(p);
      Reader.lines++;
      beginRecord(p + 1);
      if (Reader.rows == Reader.rowsMax || Reader.room == 0) {
        Reader.pos = p + 1;
        return true;
      }
    } else if (p == Reader.fieldStart) {
      Reader.mode = QUOTED;
      Reader.fieldFlags = QUOTED_FIELD;
    }
  }
  return false;
}

/** Checks that nothing but a line end's CR lies between a closing quote and the structural byte (or end) at `p`. */
function leaveQuotes(p: usize, lineEnd: bool): void {
  const after = Reader.quoteAt + 1;
  const clean = p == after || (lineEnd && p == after + 1 && load<u8>(after) == CR);
  if (!clean) Reader.badQuote = true;
  Reader.mode = OUTSIDE;
}

@inline
function endField(p: usize): void {
  const slot = <usize>min(Reader.fields, Reader.fieldCount - 1);
  store<u32>(Reader.index + <usize>Reader.rows * Reader.stride + 4 + (slot << 2), <u32>p | Reader.fieldFlags);
  Reader.fields++;
  Reader.fieldStart = p + 1;
  Reader.fieldFlags = 0;
}

/** Ends the record at the newline (or end of the chunk) at `p`: accepted, rejected or a blank line. */
function endRecord(p: usize): void {
  const carriageReturn = (p > Reader.recordStart || Reader.discarding) && load<u8>(p - 1) == CR;
  const stop = carriageReturn ? p - 1 : p;
  const blank = Reader.fields == 0 && stop <= Reader.recordStart && !Reader.discarding;
  if (blank) return;
  endField(stop);
  let reason = 0;
  if (Reader.discarding || <u32>(stop - Reader.recordStart) > Reader.recordBytesMax) reason = TOO_LONG;
  else if (Reader.badQuote) reason = QUOTE;
  else if (Reader.fields != Reader.fieldCount) reason = FIELD_COUNT;
  if (reason != 0) rejectRecord(stop, reason);
  else {
    store<u32>(Reader.rowRecord + (<usize>Reader.rows << 2), Reader.records);
    store<u32>(Reader.rowLine + (<usize>Reader.rows << 2), Reader.recordLine);
    Reader.rows++;
  }
  Reader.records++;
  Reader.room--;
}

function rejectRecord(stop: usize, reason: i32): void {
  if (Reader.discarding) {
    const length = fileOffset(stop) - Reader.discardOffset;
    if (stop > Reader.recordStart) keepHead(stop);
    const shown = <u32>min(length, <f64>Reader.headLength);
    addReject(Reader.discardOffset, length, Reader.head, shown, Reader.records, Reader.recordLine, -1, reason);
    Reader.discarding = false;
    // Only one discarded record's head is kept at a time, so the batch ends with it.
    Reader.room = 1;
    return;
  }
  const length = <u32>(stop - Reader.recordStart);
  const offset = fileOffset(Reader.recordStart);
  addReject(offset, <f64>length, Reader.recordStart, length, Reader.records, Reader.recordLine, -1, reason);
}

/** Prepares for a record that starts at `start`. */
export function beginRecord(start: usize): void {
  Reader.mode = OUTSIDE;
  Reader.recordStart = start;
  Reader.recordLine = Reader.lines;
  Reader.fieldStart = start;
  Reader.fieldFlags = 0;
  Reader.fields = 0;
  Reader.badQuote = false;
  store<u32>(Reader.index + <usize>Reader.rows * Reader.stride, <u32>start - 1);
}

/** Ends the chunk's last record if it has no line end. */
export function endInput(): void {
  const end = Reader.end;
  if (Reader.recordStart == end && !Reader.discarding) return;
  // Wide reads of the last field stop here, whatever earlier input left behind it.
  store<u8>(end, <u8>LF);
  if (Reader.mode == QUOTED) Reader.badQuote = true;
  else if (Reader.mode == CLOSING) leaveQuotes(end, true);
  endRecord(end);
  beginRecord(end);
}

/** Moves the index row of an unfinished record to the front, for the next block. */
export function carryRecord(rows: i32): void {
  const bytes = (<usize>min(Reader.fields, Reader.fieldCount) + 1) << 2;
  if (rows > 0) memory.copy(Reader.index, Reader.index + <usize>rows * Reader.stride, bytes);
  Reader.rows = 0;
}

/** Keeps the bytes of a discarded record up to `stop`, at most HEAD_BYTES of them, for display. */
export function keepHead(stop: usize): void {
  const size = min(HEAD_BYTES - Reader.headLength, <u32>(stop - Reader.recordStart));
  memory.copy(Reader.head + <usize>Reader.headLength, Reader.recordStart, <usize>size);
  Reader.headLength += size;
}

/** Discards the bytes of a record that is longer than allowed, keeping its head for display. */
export function discard(): void {
  if (!Reader.discarding) {
    Reader.discarding = true;
    Reader.discardOffset = fileOffset(Reader.recordStart);
    Reader.headLength = 0;
  }
  keepHead(Reader.end);
  Reader.recordStart = Reader.end;
}
