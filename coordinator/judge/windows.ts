/**
 * Windows of the local clock: hours, days and weeks of a zone, in which files are expected. A day has 23, 24 or 25
 * hours. Windows have no gaps: each begins where the one before it ends. Pure.
 */
import type { CompiledExpect } from '../../model/compiled.ts';
import { localToUtc, offsetAt, zoneTable } from '../../model/types/temporal/zone-tables.ts';

/** What of an expectation says where windows are. */
export type Windows = Pick<CompiledExpect, 'unit' | 'zone'>;

export interface Window {
  /** Windows since 1970-01-01 on the local clock; weeks are counted from the Monday before. */
  readonly index: number;
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** The start of the next one. */
  readonly end: number;
}

const secondsOf = { hour: 3_600, day: 86_400, week: 604_800 } as const;
/** 1970-01-01 was a Thursday. */
const weekOffset = -3 * 86_400;

function tableOf({ zone }: Windows) {
  return zoneTable(zone, { ambiguous: 'earlier', skipped: 'later' });
}

/** The local time (seconds) at which a window begins. */
function localStart({ unit }: Windows, index: number): number {
  return index * secondsOf[unit] + (unit === 'week' ? weekOffset : 0);
}

function instantOf(windows: Windows, local: number): number {
  return (localToUtc(tableOf(windows), local) as number) * 1000;
}

/** The window with this index. One that the clock skips is empty. */
export function windowAt(windows: Windows, index: number): Window {
  const [start, end] = [index, index + 1].map((one) => instantOf(windows, localStart(windows, one)));
  return { index, start, end };
}

/** The window that contains an instant (ms). It is not empty. */
export function windowOf(windows: Windows, at: number): Window {
  const local = at / 1000 + offsetAt(tableOf(windows), Math.floor(at / 1000));
  let window = windowAt(windows, windowOfLocal(windows, local));
  while (at >= window.end) window = windowAt(windows, window.index + 1);
  while (at < window.start) window = windowAt(windows, window.index - 1);
  return window;
}

/** The index of the window that contains a local time (seconds since 1970-01-01T00:00). */
export function windowOfLocal(windows: Windows, local: number): number {
  return Math.floor((local - localStart(windows, 0)) / secondsOf[windows.unit]);
}

/** The window before, without those that the clock skips. */
export function windowBefore(windows: Windows, { index }: Window): Window {
  const before = windowAt(windows, index - 1);
  return before.start < before.end ? before : windowBefore(windows, before);
}

/** When a file for the window is late, in ms since the epoch. */
export function deadlineOf(expect: CompiledExpect, { index, end }: Window): number {
  if (expect.byMinutes === null) return end + expect.graceMs;
  return instantOf(expect, localStart(expect, index) + expect.byMinutes * 60) + expect.graceMs;
}

/** Windows that are alike: the same hour of the same weekday, the same weekday, any week. */
export function slotOf({ unit }: Windows, index: number): number {
  const period = { hour: 168, day: 7, week: 1 }[unit];
  return ((index % period) + period) % period;
}
