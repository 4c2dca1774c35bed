/** Compiles when a source is fetched. */
import type { CompiledSchedule, Ticks } from '../../compiled-schedule.ts';
import type { CatchUp, CronSchedule, Schedule } from '../../language/schedules.ts';
import { parseCron } from '../../schedules/next-tick.ts';
import { isZone } from '../../types/temporal/zone-tables.ts';
import { didYouMean, shown } from '../../words.ts';
import { durationMs } from '../duration.ts';
import type { Mistakes } from '../mistakes.ts';

const catchUps: readonly CatchUp[] = ['all', 'latest', 'none'];

const cronFix =
  "Say '0 6 * * *' for 06:00 of each day: minute, hour, day of the month, month, day of the week";

const options = ['cron', 'zone', 'every', 'window', 'catchUp', 'most'];

/** `place`: where in the definition, as one would write it. Null: there is none, or it has mistakes. */
export function compileSchedule(
  schedule: Schedule | undefined,
  place: string,
  mistakes: Mistakes,
): CompiledSchedule | null {
  if (schedule === undefined) return null;
  const before = mistakes.count;
  for (const option of Object.keys(schedule ?? {})) {
    if (!options.includes(option))
      mistakes.add(`${place}.${option}`, 'there is no such option', didYouMean(option, options));
  }
  const ticks = compileTicks(schedule, place, mistakes);
  const windowMs = compileWindow(schedule?.window, ticks, `${place}.window`, mistakes);
  const { catchUp = 'all', most = null } = schedule ?? {};
  if (!catchUps.includes(catchUp))
    mistakes.add(`${place}.catchUp`, `there is no ${shown(catchUp)}`, "Say 'all', 'latest' or 'none'");
  if (most !== null && !(Number.isInteger(most) && most >= 1))
    mistakes.add(`${place}.most`, `${shown(most)} is not a number of windows`, 'Say 1 or more');
  if (most !== null && catchUp !== 'all')
    mistakes.add(
      `${place}.most`,
      `it says how many are caught up of all, but catchUp is ${shown(catchUp)}`,
      'Remove one of them',
    );
  if (ticks === null || mistakes.count > before) return null;
  return { ticks, windowMs, catchUp, most };
}

function compileTicks(schedule: Schedule, place: string, mistakes: Mistakes): Ticks | null {
  const { cron, every, zone } = (schedule ?? {}) as { cron?: unknown; every?: unknown; zone?: unknown };
  if ((cron === undefined) === (every === undefined)) {
    const what = cron === undefined ? 'it does not say when' : 'it says both cron and every';
    mistakes.add(place, what, "Say { cron: '0 6 * * *', zone: 'Europe/Berlin' } or { every: '2m' }");
    return null;
  }
  if (cron !== undefined) return compileCron(schedule as CronSchedule, place, mistakes);
  if (zone !== undefined) {
    const fix = "Remove it, or say the times of the zone's clock by cron: '0 6 * * *'";
    mistakes.add(`${place}.zone`, 'every is the same in all zones', fix);
  }
  const everyMs = durationMs(String(every));
  if (everyMs === null || everyMs === 0) {
    mistakes.add(`${place}.every`, `${shown(every)} is not a duration`, "Say '2m' or '1h'");
    return null;
  }
  return { kind: 'every', everyMs };
}

function compileCron({ cron, zone = 'UTC' }: CronSchedule, place: string, mistakes: Mistakes): Ticks | null {
  if (!isZone(zone)) {
    mistakes.add(`${place}.zone`, `there is no zone ${shown(zone)}`, "Say 'Europe/Berlin' or 'UTC'");
    return null;
  }
  try {
    const never = parseCron(String(cron), zone).nextRun(new Date(Date.UTC(2024, 0, 1))) === null;
    if (!never) return { kind: 'cron', cron, zone };
    mistakes.add(`${place}.cron`, `there is never a time like ${shown(cron)}`, cronFix);
  } catch (error) {
    const reason = (error as Error).message.replace(/^CronPattern: /, '').replace(/\.$/, '');
    mistakes.add(`${place}.cron`, `${shown(cron)} is not a cron expression: ${reason}`, cronFix);
  }
  return null;
}

function compileWindow(
  window: string | undefined,
  ticks: Ticks | null,
  place: string,
  mistakes: Mistakes,
): number | null {
  if (window === undefined) return null;
  const windowMs = durationMs(String(window));
  if (windowMs === null || windowMs === 0) {
    mistakes.add(place, `${shown(window)} is not a duration`, "Say '5m' or '2h'");
    return null;
  }
  if (ticks?.kind === 'every' && windowMs < ticks.everyMs) {
    mistakes.add(place, `${shown(window)} is shorter than every`, 'Say a longer one, or remove it');
  }
  return windowMs;
}
