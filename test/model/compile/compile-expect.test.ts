import { describe, expect, it } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import { defineDataset, type Expect, fromName, integer } from '../../../model/index.ts';
import type { LandfallError } from '../../../platform/errors/errors.ts';

const compiled = (expected?: Expect) =>
  compileDataset(
    defineDataset({ name: 'counted', columns: { id: integer() }, star: 'none', expect: expected }),
  );

function mistakes(expected: Expect): string {
  try {
    compiled(expected);
  } catch (error) {
    return (error as LandfallError).message;
  }
  return '';
}

describe('what is expected', () => {
  it('is compiled, and no part of the version', () => {
    expect(compiled().expect).toBeUndefined();
    const daily = compiled({ every: '1d', by: '09:30', zone: 'Europe/Berlin', grace: '30m' });
    expect(daily.expect).toEqual({
      ...{ unit: 'day', byMinutes: 570, zone: 'Europe/Berlin', graceMs: 1_800_000, named: null, lag: 0 },
    });
    expect(daily.version).toBe(compiled().version);
    expect(compiled({ every: '1w', by: 'Tue 01:05' }).expect?.byMinutes).toBe(1505);
    expect(compiled({ every: '1h', by: ':15' }).expect).toMatchObject({ byMinutes: 15, zone: 'UTC' });
    expect(compiled({ every: '1d', named: fromName('x_{date}.csv'), lag: 1 }).expect).toMatchObject({
      ...{ byMinutes: null, named: 'x_{date}.csv', lag: 1 },
    });
  });

  it.each<[Expect, string]>([
    [{ every: '2d' as '1d' }, 'there is no "2d"'],
    [{ every: '1d', by: '24:00' }, '"24:00" is no time of day'],
    [{ every: '1h', by: '09:00' }, '"09:00" is no time of hour'],
    [{ every: '1d', zone: 'Europe/Bärlin' }, 'there is no zone "Europe/Bärlin"'],
    [{ every: '1d', grace: '1 hour' }, '"1 hour" is not a duration'],
    [{ every: '1d', named: fromName('x.csv') }, 'has no {date}'],
    [{ every: '1d', named: fromName('x_{date}.csv'), lag: -1 }, '-1 is not a number of windows'],
    [{ every: '1d', lag: 1 }, 'the date that it counts from is not known'],
  ])('names what is wrong (%#)', (expected, message) => {
    expect(mistakes(expected)).toContain(message);
  });
});
