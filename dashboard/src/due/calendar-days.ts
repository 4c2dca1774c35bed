/** Runs by the day in UTC on which their window begins. */
import type { SourceRun } from '../../../platform/progress/progress.ts';

/** A run, as `/api/sources/DATASET/SOURCE/runs` lists it. */
export interface ListedRun extends SourceRun {
  readonly runId: number;
  readonly plannedAt: string;
  readonly files: readonly { readonly fileId: number; readonly name: string }[];
}

export interface CalendarDay {
  /** 2018-05-01 */
  readonly day: string;
  /** The earliest first. */
  readonly runs: readonly ListedRun[];
}

/** The days on which there are runs, the latest first. A run without a window is of the day on which it was planned. */
export function calendarDays(runs: readonly ListedRun[]): CalendarDay[] {
  const at = (run: ListedRun) => run.window?.from ?? run.plannedAt;
  const days = new Map<string, ListedRun[]>();
  for (const run of [...runs].sort((a, b) => at(a).localeCompare(at(b)) || a.runId - b.runId)) {
    const day = at(run).slice(0, 10);
    const others = days.get(day);
    if (others) others.push(run);
    else days.set(day, [run]);
  }
  return [...days].map(([day, ofDay]) => ({ day, runs: ofDay })).reverse();
}
