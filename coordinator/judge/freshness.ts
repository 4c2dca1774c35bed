/**
 * Whether the files of a dataset are there that are expected by now. Pure: the caller says what time it is.
 *
 *   fresh    the present window has its file
 *   waiting  it has none yet and is not due, and the last window that was due had its file; or the file is being loaded
 *   late     the present window has none, and is due
 *   missing  the last window that was due has ended without one
 */
import type { CompiledExpect } from '../../model/compiled.ts';
import { type FreshnessState, isFinished } from '../../platform/progress/progress.ts';
import { type Judged, windowFor } from './covering.ts';
import { deadlineOf, type Window, windowBefore, windowOf } from './windows.ts';

export interface Freshness {
  readonly state: FreshnessState;
  /** The window that the state is about: the present one, or the last one that was due. */
  readonly window: Window;
  /** When that window is or was due, in ms. */
  readonly due: number;
  /** When the first of the windows was due that have no file until now; null if none lacks one. */
  readonly since: number | null;
  /** How many windows that were due lack a file, in a row until now. */
  readonly missed: number;
  /** When the state may change although no file comes, in ms. */
  readonly changesAt: number;
}

/** Windows that are looked back for missing files at most. */
const windowsMost = 60;

/** `files`: those of the windows that are looked at, in any order. `now` in ms. */
export function judgeFreshness(expect: CompiledExpect, files: readonly Judged[], now: number): Freshness {
  const indexes = (some: readonly Judged[]) =>
    some.map((file) => windowFor(expect, file)).filter((one) => one !== null);
  const covered = new Set(indexes(files.filter(({ state }) => state === 'done')));
  const coming = new Set(indexes(files.filter(({ state }) => !isFinished(state))));
  const present = windowOf(expect, now);
  const before = windowBefore(expect, present);
  const deadlines = [present, before].map((window) => deadlineOf(expect, window));
  const changesAt = Math.min(present.end, ...deadlines.filter((deadline) => deadline > now));
  const judged = (state: FreshnessState, window: Window, missed: readonly Window[] = []): Freshness => {
    const since = missed.length === 0 ? null : deadlineOf(expect, missed[missed.length - 1]);
    return { state, window, due: deadlineOf(expect, window), since, missed: missed.length, changesAt };
  };
  if (covered.has(present.index)) return judged('fresh', present);
  const last = lastDue(expect, present, now);
  // Before its first file, a dataset lacks none of an earlier window.
  const first = Math.min(present.index, ...covered, ...coming);
  if (last.index < first || covered.has(last.index)) return judged('waiting', present);
  const missed = missedUntil(expect, last, (index) => index >= first && !covered.has(index));
  if (coming.has(last.index)) return judged('waiting', last, missed.slice(1));
  return judged(last.index === present.index ? 'late' : 'missing', last, missed);
}

/** The last window whose deadline has passed. */
function lastDue(expect: CompiledExpect, present: Window, now: number): Window {
  let window = present;
  while (deadlineOf(expect, window) > now) window = windowBefore(expect, window);
  return window;
}

/** The window and those before it that lack a file, the latest first. */
function missedUntil(expect: CompiledExpect, last: Window, lacks: (index: number) => boolean): Window[] {
  const missed: Window[] = [];
  for (let window = last; lacks(window.index) && missed.length < windowsMost; ) {
    missed.push(window);
    window = windowBefore(expect, window);
  }
  return missed;
}

/** The time since which files have to be known, in ms. */
export function freshnessSince(expect: CompiledExpect, now: number): number {
  const lengthMs = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 }[expect.unit];
  return now - (windowsMost + expect.lag + 2) * lengthMs - expect.graceMs;
}
