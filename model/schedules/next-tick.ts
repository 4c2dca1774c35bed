/**
 * The ticks of a schedule: the instants at which a window ends and a run begins. All instants in ms since the epoch.
 *
 * What a cron expression means where clocks are changed is croner's rule, which is Vixie cron's. One minute and one
 * hour: the time that the clock shows twice ticks the first time, and for one that it skips, the end of the gap does.
 * Several: each time that it shows ticks, as often as it is shown.
 */
import { Cron } from 'croner';
import type { Ticks } from '../compiled-schedule.ts';

/** `every` is counted from here: a Monday, so that weeks begin as people expect. */
const origin = Date.UTC(1970, 0, 5);

/** Expressions that were parsed. Definitions have few. */
const parsed = new Map<string, Cron>();

/** @throws TypeError or RangeError of croner: what is wrong with the expression */
export function parseCron(cron: string, zone: string): Cron {
  const key = `${zone} ${cron}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const fresh = new Cron(cron, { timezone: zone, mode: '5-part', paused: true });
  parsed.set(key, fresh);
  return fresh;
}

/** The first tick after an instant; null if there is none any more. */
export function tickAfter(ticks: Ticks, at: number): number | null {
  if (ticks.kind === 'every') {
    return origin + (Math.floor((at - origin) / ticks.everyMs) + 1) * ticks.everyMs;
  }
  return parseCron(ticks.cron, ticks.zone).nextRun(new Date(at))?.getTime() ?? null;
}

/** The last tick before an instant; null if there is none. */
export function tickBefore(ticks: Ticks, at: number): number | null {
  if (ticks.kind === 'every') {
    return origin + (Math.ceil((at - origin) / ticks.everyMs) - 1) * ticks.everyMs;
  }
  return parseCron(ticks.cron, ticks.zone).previousRuns(1, new Date(at))[0]?.getTime() ?? null;
}
