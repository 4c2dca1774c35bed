/**
 * Which windows of a source are due. Pure: the caller says what time it is. All instants in ms since the epoch.
 *
 *   tick      an instant of the schedule that was in force at that moment
 *   window    ends at its tick; begins at the tick before, or earlier where windows overlap
 *   planned   the end of the last window that was planned: what is due comes after it
 *
 * So windows follow from the history of the schedule alone. Between two ticks the schedule may change any number of
 * times: the window of the next tick begins at the last one before, whichever schedule it belonged to.
 */
import type { RunWindow } from '../../ledger/runs.ts';
import type { CompiledSchedule } from '../../model/compiled-schedule.ts';
import { tickAfter, tickBefore } from '../../model/schedules/next-tick.ts';

/** Half open: what happened at `from` belongs to it, what happened at `to` does not. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The span as the ledger has it. */
export function instantsOf({ from, to }: Span): RunWindow {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** What a schedule has been since an instant; null: there was none. */
export interface ScheduleEdit {
  readonly since: number;
  readonly schedule: CompiledSchedule | null;
}

/** The edits of a source's schedule, oldest first. The last one is in force. */
export type ScheduleHistory = readonly ScheduleEdit[];

export interface Due {
  /** Oldest first. */
  readonly windows: readonly Span[];
  /** The time before them that no window covers, because its windows are not caught up; null: there is none. */
  readonly skipped: Span | null;
}

const nothingDue: Due = { windows: [], skipped: null };

/** With `catchUp: 'none'`: a window that is planned later than this after its end was missed. */
export const onTimeMs = 60_000;

/** `planned`: null if no window was planned yet. `room`: how many windows may be planned now. */
export function dueWindows(history: ScheduleHistory, planned: number | null, now: number, room: number): Due {
  const schedule = history.at(-1)?.schedule ?? null;
  if (schedule === null || room <= 0) return nothingDue;
  // What was missed before a time without a schedule is not caught up after it.
  const after = Math.max(planned ?? -Infinity, history[begunAt(history)].since);
  const most = schedule.catchUp === 'all' ? schedule.most : 1;
  const ticks = most === null ? firstTicks(history, after, now, room) : lastTicks(history, after, now, most);
  const wanted = schedule.catchUp === 'none' ? ticks.filter((tick) => now - tick <= onTimeMs) : ticks;
  const windows = windowsOf(history, planned, wanted.slice(0, room));
  return { windows, skipped: skippedBefore(history, { planned, after }, windows, wanted[0]) };
}

/** The window that ends next; null if the source has no schedule. */
export function nextWindow(history: ScheduleHistory, planned: number | null, now: number): Span | null {
  const after = Math.max(planned ?? -Infinity, now);
  const [tick] = firstTicks(history, after, Infinity, 1);
  return tick === undefined ? null : windowsOf(history, planned, [tick])[0];
}

/** The window that would end now if there were a tick; null if the source has no schedule. */
export function windowUntil(history: ScheduleHistory, planned: number | null, now: number): Span | null {
  if ((history.at(-1)?.schedule ?? null) === null) return null;
  const [window] = windowsOf(history, planned, [now]);
  return window.from < window.to ? window : null;
}

/** Those of ticks that follow one another. The first does not begin before the end of what was planned. */
function windowsOf(history: ScheduleHistory, planned: number | null, ticks: readonly number[]): Span[] {
  return ticks.map((to, i) => {
    const previous = i > 0 ? ticks[i - 1] : Math.max(previousTick(history, to), planned ?? -Infinity);
    const windowMs = scheduleAt(history, to)?.windowMs ?? 0;
    return { from: Math.min(previous, to - windowMs), to };
  });
}

/** `after`: what is due comes after it. `tick`: that of the first of the windows. */
function skippedBefore(
  history: ScheduleHistory,
  { planned, after }: { readonly planned: number | null; readonly after: number },
  windows: readonly Span[],
  tick: number | undefined,
): Span | null {
  if (tick === undefined) return null;
  const [first] = firstTicks(history, after, tick, 1);
  const { from } = windowsOf(history, planned, [first])[0];
  const uncovered = Math.max(from, planned ?? from);
  return uncovered < windows[0].from ? { from: uncovered, to: windows[0].from } : null;
}

/** The first ticks in (after, until], at most `count`. */
function firstTicks(history: ScheduleHistory, after: number, until: number, count: number): number[] {
  const found: number[] = [];
  history.forEach(({ since, schedule }, i) => {
    if (schedule === null) return;
    const end = Math.min(until, history[i + 1]?.since ?? Infinity);
    if (end <= after || found.length === count) return;
    let tick = tickAfter(schedule.ticks, Math.max(after, since));
    while (tick !== null && tick <= end && found.length < count) {
      found.push(tick);
      tick = tickAfter(schedule.ticks, tick);
    }
  });
  return found;
}

/** The last ticks in (after, until], at most `count`, oldest first. */
function lastTicks(history: ScheduleHistory, after: number, until: number, count: number): number[] {
  const found: number[] = [];
  for (let i = history.length - 1; i >= 0 && found.length < count; i--) {
    const { since, schedule } = history[i];
    if (schedule === null) continue;
    const end = Math.min(until, history[i + 1]?.since ?? Infinity);
    let tick = tickBefore(schedule.ticks, end + 1);
    while (tick !== null && tick > Math.max(after, since) && found.length < count) {
      found.push(tick);
      tick = tickBefore(schedule.ticks, tick);
    }
  }
  return found.reverse();
}

/**
 * The tick before a tick. A schedule that follows none begins at the last tick that it would have had before: so the
 * first window is as long as the others. It does not reach into the windows of an earlier schedule.
 */
function previousTick(history: ScheduleHistory, tick: number): number {
  const first = begunAt(history);
  const [before] = lastTicks(history.slice(first), -Infinity, tick - 1, 1);
  if (before !== undefined) return before;
  const { since, schedule } = history[first];
  const begun = tickBefore(schedule!.ticks, since + 1) ?? since;
  const [earlier] = lastTicks(history.slice(0, first), -Infinity, since, 1);
  return Math.max(begun, earlier ?? begun);
}

/** The first of the edits since which there has been a schedule. */
function begunAt(history: ScheduleHistory): number {
  return history.findLastIndex(({ schedule }) => schedule === null) + 1;
}

/** The schedule that was in force at a tick. */
function scheduleAt(history: ScheduleHistory, tick: number): CompiledSchedule | null {
  return history.findLast(({ since }) => since < tick)?.schedule ?? null;
}
