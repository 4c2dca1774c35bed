/** When a source runs, in words. */
import type { CompiledSchedule } from '../compiled-schedule.ts';

const units = [
  ['week', 7 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

const names: Readonly<Record<string, string>> = {
  '@hourly': 'every hour',
  '@daily': 'every day at 00:00',
  '@weekly': 'every Sunday at 00:00',
  '@monthly': 'on the first day of the month at 00:00',
};

/** `every 2 minutes`, `every day at 06:00, Europe/Moscow`, or the expression of cron. Null: a person starts it. */
export function scheduleWords(schedule: CompiledSchedule | null): string | null {
  if (schedule === null) return null;
  const { ticks } = schedule;
  if (ticks.kind === 'every') return everyWords(ticks.everyMs);
  return `${cronWords(ticks.cron)}, ${ticks.zone}`;
}

function everyWords(ms: number): string {
  const [unit, unitMs] = units.find(([, size]) => ms % size === 0) ?? ['ms', 1];
  const count = ms / unitMs;
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}${unit === 'ms' ? '' : 's'}`;
}

function cronWords(cron: string): string {
  const daily = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(cron.trim());
  if (daily !== null) return `every day at ${daily[2].padStart(2, '0')}:${daily[1].padStart(2, '0')}`;
  return names[cron] ?? cron;
}
