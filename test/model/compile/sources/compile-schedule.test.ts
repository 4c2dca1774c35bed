import { describe, expect, it } from 'vitest';
import { Mistakes } from '../../../../model/compile/mistakes.ts';
import { compileSchedule } from '../../../../model/compile/sources/compile-schedule.ts';
import type { Schedule } from '../../../../model/language/schedules.ts';
import type { LandfallError } from '../../../../platform/errors/errors.ts';

function compiled(schedule: Schedule | undefined) {
  const mistakes = new Mistakes();
  const result = compileSchedule(schedule, 'sources.api.schedule', mistakes);
  mistakes.refuse('orders');
  return result;
}

function message(schedule: Schedule): string {
  try {
    compiled(schedule);
  } catch (error) {
    return (error as LandfallError).message;
  }
  return '';
}

describe('a schedule', () => {
  it('is compiled to its ticks', () => {
    expect(compiled({ cron: '0 6 * * *', zone: 'Europe/Moscow' })).toEqual({
      ticks: { kind: 'cron', cron: '0 6 * * *', zone: 'Europe/Moscow' },
      ...{ windowMs: null, catchUp: 'all', most: null },
    });
    expect(compiled({ cron: '@daily' })?.ticks).toEqual({ kind: 'cron', cron: '@daily', zone: 'UTC' });
    expect(compiled({ every: '2m', window: '5m', catchUp: 'latest' })).toEqual({
      ticks: { kind: 'every', everyMs: 120_000 },
      ...{ windowMs: 300_000, catchUp: 'latest', most: null },
    });
    expect(compiled({ every: '1h', most: 24 })?.most).toBe(24);
    expect(compiled(undefined)).toBeNull();
  });

  it.each<[string, Schedule, string]>([
    ['', {} as Schedule, 'it does not say when. Say { cron:'],
    ['', null as never, 'it does not say when'],
    ['.widow', { every: '2m', widow: '5m' } as Schedule, 'there is no such option. Did you mean window?'],
    ['', { cron: '0 6 * * *', every: '1d' } as Schedule, 'it says both cron and every'],
    [
      '.cron',
      { cron: '61 * * * *' },
      '"61 * * * *" is not a cron expression: Invalid value for minute: 61. Say',
    ],
    ['.cron', { cron: '0 0 6 * * *' }, "mode '5-part' requires exactly 5 parts"],
    ['.cron', { cron: '' }, '"" is not a cron expression'],
    ['.cron', { cron: 6 as never }, 'is not a cron expression'],
    ['.cron', { cron: '0 0 31 2 *' }, 'there is never a time like "0 0 31 2 *"'],
    ['.zone', { cron: '0 6 * * *', zone: 'Europe/Bärlin' }, 'there is no zone "Europe/Bärlin"'],
    ['.zone', { every: '1d', zone: 'Europe/Berlin' } as Schedule, 'every is the same in all zones'],
    ['.every', { every: '1 day' }, '"1 day" is not a duration'],
    ['.every', { every: '0m' }, '"0m" is not a duration'],
    ['.window', { every: '5m', window: '2m' }, '"2m" is shorter than every'],
    ['.window', { every: '5m', window: 'x' }, '"x" is not a duration'],
    [
      '.catchUp',
      { every: '5m', catchUp: 'some' as 'all' },
      `there is no "some". Say 'all', 'latest' or 'none'`,
    ],
    ['.most', { every: '5m', most: 0 }, '0 is not a number of windows'],
    ['.most', { every: '5m', most: 3, catchUp: 'latest' }, 'catchUp is "latest"'],
  ])('names the mistake at sources.api.schedule%s of %j', (place, schedule, what) => {
    const text = message(schedule);
    expect(text).toContain(`sources.api.schedule${place}: `);
    expect(text).toContain(what);
  });
});
