/** Schedules as coordinator and ledger read them. They are JSON as they stand. */
import type { CatchUp } from './language/schedules.ts';

/** The instants at which windows end and runs begin. */
export type Ticks =
  | { readonly kind: 'cron'; readonly cron: string; readonly zone: string }
  | { readonly kind: 'every'; readonly everyMs: number };

export interface CompiledSchedule {
  readonly ticks: Ticks;
  /** How far back a window reaches at least; null: to the tick before. */
  readonly windowMs: number | null;
  readonly catchUp: CatchUp;
  /** Of the windows that wait, only the latest so many run; null: all. */
  readonly most: number | null;
}

/** The zone whose dates the windows of a schedule are about. */
export function zoneOf(schedule: CompiledSchedule | null): string {
  return schedule?.ticks.kind === 'cron' ? schedule.ticks.zone : 'UTC';
}
