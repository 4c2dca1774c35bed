import { describe, expect, it } from 'vitest';
import type { Judged } from '../../../coordinator/judge/covering.ts';
import * as volume from '../../../coordinator/judge/volume.ts';
import type { CompiledExpect } from '../../../model/compiled.ts';

const judgeVolume = (expect: CompiledExpect, file: Judged, others: readonly Judged[]) =>
  volume.judgeVolume(expect, file, volume.sumWindows(expect, others));

const daily: CompiledExpect = {
  ...{ unit: 'day', byMinutes: 540, zone: 'Europe/Berlin', graceMs: 0 },
  ...{ named: null, lag: 0 },
};
/** Saturday, 28 November 2026, 10:00 in Berlin. */
const today = Date.parse('2026-11-28T09:00Z');
const day = 86_400_000;

const file = (rows: number, at: number, more: Partial<Judged> = {}): Judged => ({
  ...{ name: 'x.csv', state: 'done', link: null, landed_at: new Date(at), rows },
  ...more,
});
/** Saturdays before, the latest first; and Sundays with other numbers, which do not count. */
const saturdays = (...rows: number[]) =>
  rows.flatMap((one, week) => [
    file(one, today - (week + 1) * 7 * day),
    file(9, today - (week + 1) * 7 * day + day),
  ]);

/** Median 105, deviations 5 5 3 1 1 3 5 15, so MAD 4: usual is 105 ± 3.5 × 1.4826 × 4 = 105 ± 20.76. */
const usual = [100, 110, 102, 106, 104, 108, 100, 120];

describe('the volume of a file', () => {
  it.each([
    [84, false],
    [85, true],
    [105, true],
    [125, true],
    [126, false],
  ])('of %i rows is compared with the median by the median absolute deviation', (rows, ok) => {
    const volume = judgeVolume(daily, file(rows, today), saturdays(...usual));
    expect(volume).toMatchObject({ name: 'volume', ok, severity: 'warn' });
    expect(volume?.detail).toBe(`${rows} rows in the window; usual are 84 to 126, as in 8 windows like it`);
  });

  it('is not judged before there are eight windows like it', () => {
    expect(judgeVolume(daily, file(1, today), saturdays(...usual.slice(1)))).toBeNull();
    expect(judgeVolume(daily, file(1, today), saturdays(...usual))).not.toBeNull();
  });

  it('leaves out the window under test, failed and undone files, and windows without a file', () => {
    const failed = file(5, today - 7 * day, { state: 'failed' });
    expect(judgeVolume(daily, file(1, today), [...saturdays(...usual), failed])).toBeNull();
    const undone = file(1_000_000, today - 63 * day, { state: 'undone' });
    expect(judgeVolume(daily, file(105, today), [...saturdays(...usual), undone])?.detail).toContain(
      '8 windows',
    );
    const own = [...saturdays(...usual), file(5, today - 3_600_000)];
    expect(judgeVolume(daily, file(100, today), own)?.detail).toMatch(/^105 rows .* 8 windows/);
  });

  it('is too low only when as many files are there as usual, and may be too high before', () => {
    const twice = [...saturdays(...usual), ...saturdays(...usual)];
    expect(judgeVolume(daily, file(10, today), twice)?.ok).toBe(true);
    expect(judgeVolume(daily, file(10, today), [...twice, file(10, today - 1)])?.ok).toBe(false);
    expect(judgeVolume(daily, file(300, today), twice)?.ok).toBe(false);
  });

  it('may differ by a tenth where it never differs', () => {
    const same = saturdays(100, 100, 100, 100, 100, 100, 100, 100);
    const ok = (rows: number) => judgeVolume(daily, file(rows, today), same)?.ok;
    expect([ok(89), ok(90), ok(110), ok(111)]).toEqual([false, true, true, false]);
  });

  it('of corrected rows and replayed rejects is not judged', () => {
    expect(judgeVolume(daily, file(1, today, { link: 'corrects' }), saturdays(...usual))).toBeNull();
  });
});

it('the median is the middle one, or between the two in the middle', () => {
  expect([volume.median([3]), volume.median([3, 1]), volume.median([9, 1, 2])]).toEqual([3, 2, 2]);
});
