/**
 * Scans a range of bytes with the table of states of kernel/dialect/machine.ts, from each state that the range
 * may begin in.
 *
 * One track follows each start state. Tracks that reach the same state, and agree on whether they have had a
 * record end, are merged: after a few bytes two or three are left.
 */
import { measure } from '../read/measure';
import { RUNS_APPEND, RUNS_NOTHING, specialBits } from '../read/special';

// Flags and steps of kernel/dialect/machine.ts.
const RESTART: u32 = 6;
const LINE: u32 = 64;
const BEFORE: u32 = 128;

const STATES_MAX: i32 = 64;
/** Bytes between two attempts to merge tracks. */
const MERGE_BYTES: usize = 64;

class Scan {
  static words: usize = 0;
  static final: usize = 0;
  static special: usize = 0;
  static states: i32 = 0;
  static measure: i32 = 0;
  /** Bytes of the file before the current call. */
  static seen: f64 = 0;
  static tracks: i32 = 0;
}

// For each track: its state, whether it awaits its first record end, its line ends.
const trackState = memory.data(64 * 4, 16);
const trackOpen = memory.data(64 * 4, 16);
const trackLines = memory.data(64 * 8, 16);
// For each start state: its track, and how many more line ends it has than that track.
const trackOf = memory.data(64 * 4, 16);
const moreLines = memory.data(64 * 8, 16);
// The results, for each start state.
const endStates = memory.data(64 * 4, 16);
const firstEnds = memory.data(64 * 8, 16);
const firstLines = memory.data(64 * 8, 16);
const allLines = memory.data(64 * 8, 16);

@inline
function word32(array: usize, i: i32): usize {
  return array + (<usize>i << 2);
}

@inline
function word64(array: usize, i: i32): usize {
  return array + (<usize>i << 3);
}

/** `only`: the state that the range is known to begin in, or -1 to follow all of them. */
export function tableScanBegin(
  words: usize, final: usize, special: usize, states: i32, measureKind: i32, only: i32,
): void {
  Scan.words = words;
  Scan.final = final;
  Scan.special = special;
  Scan.states = min(states, STATES_MAX);
  Scan.measure = measureKind;
  Scan.seen = 0;
  Scan.tracks = only < 0 ? Scan.states : 1;
  for (let i = 0; i < Scan.states; i++) {
    store<i32>(word32(trackState, i), only < 0 ? i : only);
    store<i32>(word32(trackOpen, i), 1);
    store<f64>(word64(trackLines, i), 0);
    store<i32>(word32(trackOf, i), only < 0 ? i : 0);
    store<f64>(word64(moreLines, i), 0);
    store<f64>(word64(firstEnds, i), -1);
    store<f64>(word64(firstLines, i), 0);
  }
}

/** Advances the tracks through [start, end), which must hold whole characters. */
export function tableScanUpdate(start: usize, end: usize): void {
  let p = start;
  while (p < end) {
    const stop = min(end, p + (Scan.tracks > 2 ? MERGE_BYTES : <usize>16384));
    for (let i = 0; i < Scan.tracks; i++) follow(i, p, stop, start);
    p = stop;
    if (Scan.tracks > 1) merge();
  }
  Scan.seen += measure(Scan.measure, start, end);
}

/** Advances one track through [from, stop). */
function follow(track: i32, from: usize, stop: usize, start: usize): void {
  const words = Scan.words;
  const final = Scan.final;
  const special = Scan.special;
  let state = load<i32>(word32(trackState, track));
  let open = load<i32>(word32(trackOpen, track)) != 0;
  let lines: u32 = 0;
  for (let p = from; p < stop; p++) {
    const word = <u32>load<u16>(words + <usize>(((<u32>state) << 9) | ((<u32>load<u8>(p)) << 1)));
    state = <i32>(word & 0xff);
    const action = word >> 8;
    if (action < LINE && action != RESTART) {
      if (load<u8>(final + <usize>state) & (RUNS_APPEND | RUNS_NOTHING)) {
        while (p + 17 <= stop) {
          const bits = specialBits(v128.load(p, 1), special);
          p += bits == 0 ? 16 : <usize>ctz(bits);
          if (bits != 0) break;
        }
      }
      continue;
    }
    if (open && action & BEFORE) {
      open = false;
      noteEnd(track, start, p, lines);
    }
    if (action & LINE) lines++;
    if (open && state == 0) {
      open = false;
      noteEnd(track, start, p + 1, lines);
    }
  }
  store<i32>(word32(trackState, track), state);
  store<i32>(word32(trackOpen, track), open ? 1 : 0);
  store<f64>(word64(trackLines, track), load<f64>(word64(trackLines, track)) + <f64>lines);
}

/** Notes a track's first record end, at `p`. `lines`: line ends before it in the current stretch. */
function noteEnd(track: i32, start: usize, p: usize, lines: u32): void {
  const offset = Scan.seen + measure(Scan.measure, start, p);
  const before = load<f64>(word64(trackLines, track)) + <f64>lines;
  for (let i = 0; i < Scan.states; i++) {
    if (load<i32>(word32(trackOf, i)) != track) continue;
    store<f64>(word64(firstEnds, i), offset);
    store<f64>(word64(firstLines, i), before + load<f64>(word64(moreLines, i)));
  }
}

/** Merges tracks that have reached the same state. */
function merge(): void {
  for (let i = 0; i < Scan.tracks; i++) {
    for (let j = Scan.tracks - 1; j > i; j--) {
      const same =
        load<i32>(word32(trackState, i)) == load<i32>(word32(trackState, j)) &&
        load<i32>(word32(trackOpen, i)) == load<i32>(word32(trackOpen, j));
      if (same) join(i, j);
    }
  }
}

/** Moves the start states of track `j` to track `i`, and the last track to the place of `j`. */
function join(i: i32, j: i32): void {
  const last = Scan.tracks - 1;
  const more = load<f64>(word64(trackLines, j)) - load<f64>(word64(trackLines, i));
  for (let s = 0; s < Scan.states; s++) {
    const track = load<i32>(word32(trackOf, s));
    if (track == j) {
      store<i32>(word32(trackOf, s), i);
      store<f64>(word64(moreLines, s), load<f64>(word64(moreLines, s)) + more);
    } else if (track == last) store<i32>(word32(trackOf, s), j);
  }
  store<i32>(word32(trackState, j), load<i32>(word32(trackState, last)));
  store<i32>(word32(trackOpen, j), load<i32>(word32(trackOpen, last)));
  store<f64>(word64(trackLines, j), load<f64>(word64(trackLines, last)));
  Scan.tracks--;
}

/** Writes the results. Returns the address of the end states; the functions below return the others'. */
export function tableScanEnd(): usize {
  for (let s = 0; s < Scan.states; s++) {
    const track = load<i32>(word32(trackOf, s));
    store<i32>(word32(endStates, s), load<i32>(word32(trackState, track)));
    store<f64>(word64(allLines, s), load<f64>(word64(trackLines, track)) + load<f64>(word64(moreLines, s)));
  }
  return endStates;
}

export function tableScanFirstEnds(): usize {
  return firstEnds;
}

export function tableScanFirstLines(): usize {
  return firstLines;
}

export function tableScanLines(): usize {
  return allLines;
}

/** Bytes of the file seen so far. */
export function tableScanSeen(): f64 {
  return Scan.seen;
}
