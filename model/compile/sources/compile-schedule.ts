/** Compiles when a source runs. */
import type { CompiledSchedule } from '../../compiled-source.ts';
import type { Schedule } from '../../language/define-sources.ts';
import { isZone } from '../../types/temporal/zone-tables.ts';
import { didYouMean, shown } from '../../words.ts';
import { durationMs } from '../duration.ts';
import type { Mistakes } from '../mistakes.ts';

const catchUps = ['all', 'latest', 'none'] as const;
const options = ['cron', 'every', 'window', 'zone', 'catchUp', 'most'];

/** Missed runs that are made up for, where nobody says how many. */
const mostDefault = 31;

/** `place`: where the schedule is in the definition. */
export function compileSchedule(
  schedule: Schedule | undefined,
  place: string,
  mistakes: Mistakes,
): CompiledSchedule | null {
  if (schedule === undefined) return null;
  const written: Partial<Record<string, unknown>> = { ...schedule };
  for (const option of Object.keys(written)) {
    if (!options.includes(option))
      mistakes.add(`${place}.${option}`, 'there is no such option', didYouMean(option, options));
  }
  const { cron, every, window, zone = 'UTC', catchUp = 'all', most = mostDefault } = written;
  if ((cron === undefined) === (every === undefined)) {
    const fix = "Say cron: '0 6 * * *' or every: '1d'";
    mistakes.add(place, cron === undefined ? 'it does not say when' : 'it says when twice', fix);
  }
  if (cron !== undefined && (typeof cron !== 'string' || !/^\S+(?: \S+){4}$/.test(cron))) {
    const fix = "Say minute, hour, day, month and weekday: '0 6 * * *'";
    mistakes.add(`${place}.cron`, `${shown(cron)} is not a time of a clock`, fix);
  }
  if (cron !== undefined && window !== undefined)
    mistakes.add(
      `${place}.window`,
      'it is an option of every',
      'Leave it out: a window lasts from run to run',
    );
  const everyMs = every === undefined ? null : spanMs(every, `${place}.every`, mistakes);
  const windowMs = window === undefined ? null : spanMs(window, `${place}.window`, mistakes);
  if (everyMs !== null && windowMs !== null && windowMs < everyMs)
    mistakes.add(
      `${place}.window`,
      `it is shorter than every, which leaves gaps`,
      `Say ${shown(every)} or more`,
    );
  if (typeof zone !== 'string' || !isZone(zone))
    mistakes.add(`${place}.zone`, `there is no zone ${shown(zone)}`, "Say 'Europe/Berlin' or 'UTC'");
  const known = catchUps.find((word) => word === catchUp);
  if (known === undefined)
    mistakes.add(`${place}.catchUp`, `there is no ${shown(catchUp)}`, "Say 'all', 'latest' or 'none'");
  if (!(Number.isInteger(most) && (most as number) >= 1))
    mistakes.add(`${place}.most`, `${shown(most)} is not a number of runs`, 'Say 1 or more');
  return {
    cron: cron === undefined ? null : String(cron),
    ...{ everyMs, windowMs, zone: String(zone), catchUp: known ?? 'all', most: Number(most) },
  };
}

function spanMs(text: unknown, place: string, mistakes: Mistakes): number | null {
  const ms = typeof text === 'string' ? durationMs(text) : null;
  if (ms === null || ms === 0)
    mistakes.add(place, `${shown(text)} is not a duration`, "Say '2m', '1h' or '1d'");
  return ms;
}
