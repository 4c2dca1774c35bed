/**
 * What a range of bytes does to the machine of scan.ts, for each of the four states it may begin in.
 *
 * Four tracks are followed, one for each state at the range's start. Only quotes need to be looked at one
 * by one: a track outside quotes is at a field's start exactly where the byte before is a delimiter or a
 * newline. Tracks that meet stay together, so in practice two are left after the first field.
 */
const LF: u32 = 10;

const FIELD_START: i32 = 0;
const UNQUOTED: i32 = 1;
const QUOTED: i32 = 2;
const CLOSING: i32 = 3;

class Survey {
  static delimiter: u32 = 44;
  static quote: u32 = 34;
  /** Bytes seen before the present call, and newlines among all bytes seen. */
  static seen: f64 = 0;
  static lines: f64 = 0;
  /** Tracks that have had no record end yet, as bits. */
  static open: i32 = 15;
}

/** State of the four tracks. */
const states = memory.data(16, 16);
/** For each track: bytes up to and with its first record end (-1: none), and newlines among them. */
const firstEnds = memory.data(32, 16);
const firstLines = memory.data(32, 16);

export function surveyBegin(delimiter: u32, quote: u32): usize {
  Survey.delimiter = delimiter;
  Survey.quote = quote;
  Survey.seen = 0;
  Survey.lines = 0;
  Survey.open = 15;
  for (let i: usize = 0; i < 4; i++) {
    store<i32>(states + (i << 2), <i32>i);
    store<f64>(firstEnds + (i << 3), -1);
    store<f64>(firstLines + (i << 3), 0);
  }
  return states;
}

export function surveyFirstEnds(): usize {
  return firstEnds;
}

export function surveyFirstLines(): usize {
  return firstLines;
}

export function surveyLines(): f64 {
  return Survey.lines;
}

/** Follows the tracks through [start, end). */
export function surveyUpdate(start: usize, end: usize): void {
  let p = start;
  while (p < end) {
    // Byte by byte while a newline would be some track's first record end.
    if (awaiting()) {
      p = stepAll(p, p + 1, start);
      continue;
    }
    const plain = skipPlain(p, end);
    if (plain > p) {
      passPlain(<u32>load<u8>(plain - 1));
      p = plain;
    }
    if (p < end) p = stepAll(p, min(p + 64, end), start);
  }
  Survey.seen += <f64>(end - start);
}

/** True where the next newline is the first record end of a track. */
function awaiting(): bool {
  for (let i = 0; i < 4; i++) {
    if (Survey.open & (1 << i) && load<i32>(states + (<usize>i << 2)) != QUOTED) return true;
  }
  return false;
}

/** The end of the blocks from p on that hold no quote, their newlines counted. */
function skipPlain(p: usize, end: usize): usize {
  const newline = i8x16.splat(<i8>LF);
  const quote = i8x16.splat(<i8>Survey.quote);
  const quoting = Survey.quote < 256;
  let lines: u64 = 0;
  while (p + 64 <= end) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    if (quoting) {
      const found = v128.or(
        v128.or(i8x16.eq(a, quote), i8x16.eq(b, quote)),
        v128.or(i8x16.eq(c, quote), i8x16.eq(d, quote)),
      );
      if (v128.any_true(found)) break;
    }
    lines +=
      <u64>popcnt(i8x16.bitmask(i8x16.eq(a, newline)) | (i8x16.bitmask(i8x16.eq(b, newline)) << 16)) +
      <u64>popcnt(i8x16.bitmask(i8x16.eq(c, newline)) | (i8x16.bitmask(i8x16.eq(d, newline)) << 16));
    p += 64;
  }
  Survey.lines += <f64>lines;
  return p;
}

/** Every track past bytes without a quote, of which only the last can matter. */
function passPlain(last: u32): void {
  const outside = last == Survey.delimiter || last == LF ? FIELD_START : UNQUOTED;
  for (let i: usize = 0; i < 4; i++) {
    const state = load<i32>(states + (i << 2));
    if (state != QUOTED) store<i32>(states + (i << 2), outside);
  }
}

@inline
function next(state: i32, byte: u32): i32 {
  if (byte == Survey.quote) {
    if (state == FIELD_START || state == CLOSING) return QUOTED;
    return state == QUOTED ? CLOSING : UNQUOTED;
  }
  if (state == QUOTED) return QUOTED;
  return byte == Survey.delimiter || byte == LF ? FIELD_START : UNQUOTED;
}

/** Every track byte by byte through [p, end). */
function stepAll(p: usize, end: usize, start: usize): usize {
  let a = load<i32>(states);
  let b = load<i32>(states, 4);
  let c = load<i32>(states, 8);
  let d = load<i32>(states, 12);
  for (; p < end; p++) {
    const byte = <u32>load<u8>(p);
    if (byte == LF) {
      Survey.lines += 1;
      if (Survey.open != 0) noteEnds(a, b, c, d, Survey.seen + <f64>(p + 1 - start));
    }
    a = next(a, byte);
    b = next(b, byte);
    c = next(c, byte);
    d = next(d, byte);
  }
  store<i32>(states, a);
  store<i32>(states, b, 4);
  store<i32>(states, c, 8);
  store<i32>(states, d, 12);
  return p;
}

function noteEnds(a: i32, b: i32, c: i32, d: i32, bytes: f64): void {
  noteEnd(0, a, bytes);
  noteEnd(1, b, bytes);
  noteEnd(2, c, bytes);
  noteEnd(3, d, bytes);
}

function noteEnd(track: i32, state: i32, bytes: f64): void {
  if (state == QUOTED || !(Survey.open & (1 << track))) return;
  Survey.open &= ~(1 << track);
  store<f64>(firstEnds + (<usize>track << 3), bytes);
  store<f64>(firstLines + (<usize>track << 3), Survey.lines);
}
