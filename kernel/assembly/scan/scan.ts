/**
 * Scans a range of bytes with the machine of kernel/assembly/read/read.ts, from each of the four states that the
 * range may begin in.
 *
 * One track follows each start state. Only quotes are looked at one by one: outside quotes, a track is at the
 * start of a field exactly when the previous byte is a delimiter or a newline. So a stretch without quotes takes
 * one step, and only its newlines are counted. The tracks soon reach the same state; from then on a block whose
 * quotes are well placed takes one step too.
 */
import { bits64, parities } from '../read/bits';

const LF: u32 = 10;

const FIELD_START: i32 = 0;
const UNQUOTED: i32 = 1;
const QUOTED: i32 = 2;
const CLOSING: i32 = 3;

/** The state that a quote leads to from each state, two bits each, the first state lowest. */
const TURNS: i32 = QUOTED | (UNQUOTED << 2) | (CLOSING << 4) | (QUOTED << 6);

class Scan {
  static delimiter: u32 = 44;
  static quote: u32 = 34;
  /** Bytes scanned before the current call, and newlines in all bytes scanned. */
  static seen: f64 = 0;
  static lines: f64 = 0;
  /** Tracks that have not reached a record end yet, one bit each. */
  static open: i32 = 15;
}

/** State of the four tracks. */
const states = memory.data(16, 16);
/** For each track: bytes up to and including its first record end (-1: none), and newlines among them. */
const firstEnds = memory.data(32, 16);
const firstLines = memory.data(32, 16);

export function scanBegin(delimiter: u32, quote: u32): usize {
  Scan.delimiter = delimiter;
  Scan.quote = quote;
  Scan.seen = 0;
  Scan.lines = 0;
  Scan.open = 15;
  for (let i: usize = 0; i < 4; i++) {
    store<i32>(states + (i << 2), <i32>i);
    store<f64>(firstEnds + (i << 3), -1);
    store<f64>(firstLines + (i << 3), 0);
  }
  return states;
}

export function scanFirstEnds(): usize {
  return firstEnds;
}

export function scanFirstLines(): usize {
  return firstLines;
}

export function scanLines(): f64 {
  return Scan.lines;
}

/** Advances the tracks through [start, end). The 64 bytes after `end` must be readable. */
export function scanUpdate(start: usize, end: usize): void {
  let p = start;
  while (p < end) {
    if (awaiting()) p = stepTracks(p, end, start);
    else p = followTracks(p, end);
  }
  Scan.seen += <f64>(end - start);
}

/** True if the next newline is the first record end of some track. */
function awaiting(): bool {
  for (let i = 0; i < 4; i++) {
    if (Scan.open & (1 << i) && load<i32>(states + (<usize>i << 2)) != QUOTED) return true;
  }
  return false;
}

/** True if every track outside quotes has had its first record end, so that newlines need only be counted. */
@inline
function settled(a: i32, b: i32, c: i32, d: i32): bool {
  const open = Scan.open;
  return (
    open == 0 ||
    !((open & 1 && a != QUOTED) || (open & 2 && b != QUOTED) || (open & 4 && c != QUOTED) || (open & 8 && d != QUOTED))
  );
}

/** A track's state after a non-empty stretch without quotes. `outside`: the state of tracks outside quotes. */
@inline
function pass(state: i32, outside: i32): i32 {
  return state == QUOTED ? QUOTED : outside;
}

/** A track's state after a quote. */
@inline
function turn(state: i32): i32 {
  return (TURNS >> (state << 1)) & 3;
}

/** The state of a track outside quotes, after the byte at `p`. */
@inline
function outsideAfter(p: usize): i32 {
  const byte = <u32>load<u8>(p);
  return byte == Scan.delimiter || byte == LF ? FIELD_START : UNQUOTED;
}

/**
 * The state after a block of 64 bytes, given its quotes and its delimiters and newlines. Returns -1 unless each
 * opening quote is the first byte of a field; only then does the parity of the quotes tell which ones open.
 */
@inline
function passBlock(state: i32, quotes: u64, structure: u64): i32 {
  let quoted = parities(quotes);
  if (state == QUOTED) quoted = ~quoted;
  const ends = structure & ~quoted;
  const starts = (ends << 1) | <u64>(state == FIELD_START);
  if ((quotes & quoted & ~starts) != 0) return -1;
  if (quoted >> 63 != 0) return QUOTED;
  if (quotes >> 63 != 0) return CLOSING;
  return ends >> 63 != 0 ? FIELD_START : UNQUOTED;
}

/** Advances the tracks from quote to quote, until a newline could be a first record end. */
function followTracks(start: usize, end: usize): usize {
  const newline = i8x16.splat(<i8>LF);
  const quote = i8x16.splat(<i8>Scan.quote);
  const quoting: u64 = Scan.quote < 256 ? -1 : 0;
  const comma = i8x16.splat(<i8>Scan.delimiter);
  let a = load<i32>(states);
  let b = load<i32>(states, 4);
  let c = load<i32>(states, 8);
  let d = load<i32>(states, 12);
  /** The first byte that the tracks have not seen. */
  let at = start;
  let p = start;
  let lines: u64 = 0;
  while (p < end) {
    const v0 = v128.load(p);
    const v1 = v128.load(p, 16);
    const v2 = v128.load(p, 32);
    const v3 = v128.load(p, 48);
    const inside: u64 = end - p < 64 ? (<u64>1 << (end - p)) - 1 : -1;
    let quotes = bits64(i8x16.eq(v0, quote), i8x16.eq(v1, quote), i8x16.eq(v2, quote), i8x16.eq(v3, quote)) & quoting & inside;
    const newlines = bits64(i8x16.eq(v0, newline), i8x16.eq(v1, newline), i8x16.eq(v2, newline), i8x16.eq(v3, newline)) & inside;
    lines += popcnt(newlines);
    if (quotes != 0 && inside == -1 && a == b && b == c && c == d && Scan.open == 0) {
      const delimiters = bits64(i8x16.eq(v0, comma), i8x16.eq(v1, comma), i8x16.eq(v2, comma), i8x16.eq(v3, comma));
      const next = passBlock(p > at ? pass(a, outsideAfter(p - 1)) : a, quotes, newlines | delimiters);
      if (next >= 0) {
        a = b = c = d = next;
        p += 64;
        at = p;
        continue;
      }
    }
    while (quotes != 0) {
      const q = p + <usize>ctz(quotes);
      quotes &= quotes - 1;
      if (q > at) {
        const outside = outsideAfter(q - 1);
        a = pass(a, outside);
        b = pass(b, outside);
        c = pass(c, outside);
        d = pass(d, outside);
      }
      a = turn(a);
      b = turn(b);
      c = turn(c);
      d = turn(d);
      at = q + 1;
      if (!settled(a, b, c, d)) {
        // The newlines after this quote have been counted in advance.
        lines -= popcnt(newlines & (<u64>-2 << <u64>(q - p)));
        end = at;
        break;
      }
    }
    p += 64;
  }
  if (end > at) {
    const outside = outsideAfter(end - 1);
    a = pass(a, outside);
    b = pass(b, outside);
    c = pass(c, outside);
    d = pass(d, outside);
  }
  store<i32>(states, a);
  store<i32>(states, b, 4);
  store<i32>(states, c, 8);
  store<i32>(states, d, 12);
  Scan.lines += <f64>lines;
  return end;
}

/** Advances every track byte by byte, up to and including the next newline. */
function stepTracks(p: usize, end: usize, start: usize): usize {
  while (p < end) {
    const byte = <u32>load<u8>(p++);
    if (byte == LF) Scan.lines += 1;
    const outside = outsideAfter(p - 1);
    for (let i = 0; i < 4; i++) {
      const track = states + (<usize>i << 2);
      const state = load<i32>(track);
      if (byte == LF && state != QUOTED && Scan.open & (1 << i)) noteEnd(i, Scan.seen + <f64>(p - start));
      store<i32>(track, byte == Scan.quote ? turn(state) : pass(state, outside));
    }
    if (byte == LF) break;
  }
  return p;
}

function noteEnd(track: i32, bytes: f64): void {
  Scan.open &= ~(1 << track);
  store<f64>(firstEnds + (<usize>track << 3), bytes);
  store<f64>(firstLines + (<usize>track << 3), Scan.lines);
}
