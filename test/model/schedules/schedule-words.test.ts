import { expect, it } from 'vitest';
import { Mistakes } from '../../../model/compile/mistakes.ts';
import { compileSchedule } from '../../../model/compile/sources/compile-schedule.ts';
import type { Schedule } from '../../../model/language/schedules.ts';
import { scheduleWords } from '../../../model/schedules/schedule-words.ts';

it.each<[Schedule, string]>([
  [{ every: '2m' }, 'every 2 minutes'],
  [{ every: '1h' }, 'every hour'],
  [{ every: '90s' }, 'every 90 seconds'],
  [{ every: '14d' }, 'every 2 weeks'],
  [{ cron: '5 6 * * *', zone: 'Europe/Moscow' }, 'every day at 06:05, Europe/Moscow'],
  [{ cron: '@daily' }, 'every day at 00:00, UTC'],
  [{ cron: '*/30 2 * * 1' }, '*/30 2 * * 1, UTC'],
])('%j: %s', (schedule, words) => {
  expect(scheduleWords(compileSchedule(schedule, 'schedule', new Mistakes()))).toBe(words);
});
