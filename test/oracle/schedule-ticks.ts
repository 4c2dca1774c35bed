/**
 * The ticks of schedules, slowly: each minute is asked whether it is one. The clock is Temporal's, the fields of a cron
 * expression are given as sets of numbers, and the rule for changed clocks is written out. Nothing of it is shared with
 * model/schedules/.
 */
import { Temporal } from 'temporal-polyfill';

const minuteMs = 60_000;
const dayMinutes = 1_440;

/** A cron expression, and what its fields mean. */
export interface Fields {
  readonly cron: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 0 is Sunday; null: all days. */
  readonly weekdays: readonly number[] | null;
}

export type OracleTicks =
  | { readonly kind: 'cron'; readonly fields: Fields; readonly zone: string }
  | { readonly kind: 'every'; readonly everyMs: number };

const quarterMs = 15 * minuteMs;

/** A zone's clock. It is changed at full quarters of an hour only, and at most once a day. */
class Clock {
  /** Minutes east of UTC, by quarter since the epoch. */
  private readonly offsets = new Map<number, number>();
  readonly zone: string;

  constructor(zone: string) {
    this.zone = zone;
  }

  /** Minutes since 1970-01-01T00:00 on the zone's clock. */
  local(at: number): number {
    const day = Math.floor(at / 86_400_000) * 96;
    const [first, last] = [this.offset(day), this.offset(day + 96)];
    return at / minuteMs + (first === last ? first : this.offset(Math.floor(at / quarterMs)));
  }

  private offset(quarter: number): number {
    const known = this.offsets.get(quarter);
    if (known !== undefined) return known;
    const instant = Temporal.Instant.fromEpochMilliseconds(quarter * quarterMs);
    const offset = instant.toZonedDateTimeISO(this.zone).offsetNanoseconds / 60e9;
    this.offsets.set(quarter, offset);
    return offset;
  }
}

const clocks = new Map<string, Clock>();

function clockOf(zone: string): Clock {
  const clock = clocks.get(zone) ?? new Clock(zone);
  clocks.set(zone, clock);
  return clock;
}

/** Whether the clock may show this (minutes since 1970 began on it) when the fields say so. */
function matches({ minutes, hours, weekdays }: Fields, local: number): boolean {
  const day = Math.floor(local / dayMinutes);
  const inDay = local - day * dayMinutes;
  if (!minutes.includes(inDay % 60) || !hours.includes(Math.floor(inDay / 60))) return false;
  // 1970-01-01 was a Thursday.
  return weekdays === null || weekdays.includes((((day + 4) % 7) + 7) % 7);
}

/** True if the minute that begins at `at` (ms, a full minute) is a tick. */
export function isTick(ticks: OracleTicks, at: number): boolean {
  if (ticks.kind === 'every') return (at - Date.parse('1970-01-05T00:00Z')) % ticks.everyMs === 0;
  const { fields } = ticks;
  const clock = clockOf(ticks.zone);
  const shown = clock.local(at);
  const fixed = fields.minutes.length === 1 && fields.hours.length === 1;
  if (!fixed) return matches(fields, shown);
  // What the clock would show had it not been changed at this minute.
  const expected = clock.local(at - minuteMs) + 1;
  for (let skipped = expected; skipped < shown; skipped++) {
    const sameDay = Math.floor(skipped / dayMinutes) === Math.floor(shown / dayMinutes);
    if (sameDay && matches(fields, skipped)) return true;
  }
  return matches(fields, shown) && !shownBefore(clock, at, shown);
}

/** Whether the clock has shown this time in the three hours before. */
function shownBefore(clock: Clock, at: number, shown: number): boolean {
  for (let back = 1; back <= 180; back++) if (clock.local(at - back * minuteMs) === shown) return true;
  return false;
}
