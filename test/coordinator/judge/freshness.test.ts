import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Judged } from '../../../coordinator/judge/covering.ts';
import { judgeFreshness } from '../../../coordinator/judge/freshness.ts';
import { deadlineOf, windowOf } from '../../../coordinator/judge/windows.ts';
import type { CompiledExpect } from '../../../model/compiled.ts';

/** A file a day, by 09:00 in Berlin, or half an hour later. */
const daily: CompiledExpect = {
  ...{ unit: 'day', byMinutes: 540, zone: 'Europe/Berlin', graceMs: 1_800_000 },
  ...{ named: null, lag: 0 },
};
const named: CompiledExpect = { ...daily, named: 'trips_{date}.csv', lag: 1 };

const file = (landed: string, more: Partial<Judged> = {}): Judged => ({
  ...{ name: 'x.csv', state: 'done', link: null, rows: 1, landed_at: new Date(landed) },
  ...more,
});
const judged = (now: string, files: Judged[], expected = daily) => {
  const { state, since, missed } = judgeFreshness(expected, files, Date.parse(now));
  return [state, missed, since === null ? null : new Date(since).toISOString()];
};
const friday = file('2026-11-27T07:00Z');

describe('freshness', () => {
  it('is judged by the window of the present day', () => {
    expect(judged('2026-11-27T12:00Z', [friday])).toEqual(['fresh', 0, null]);
    expect(judged('2026-11-28T08:29Z', [friday])).toEqual(['waiting', 0, null]);
    expect(judged('2026-11-28T08:30Z', [friday])).toEqual(['late', 1, '2026-11-28T08:30:00.000Z']);
    expect(judged('2026-11-29T08:00Z', [friday])).toEqual(['missing', 1, '2026-11-28T08:30:00.000Z']);
    expect(judged('2026-11-29T08:30Z', [friday])).toEqual(['late', 2, '2026-11-28T08:30:00.000Z']);
    expect(judged('2026-11-29T08:30Z', [friday, file('2026-11-29T08:31Z')])).toEqual(['fresh', 0, null]);
  });

  it('is late at another hour of the UTC clock in summer', () => {
    const before = file('2026-07-01T07:00Z');
    expect(judged('2026-07-02T07:29Z', [before])[0]).toBe('waiting');
    expect(judged('2026-07-02T07:30Z', [before])[0]).toBe('late');
  });

  it('does not turn green by a file for an old window', () => {
    const old = file('2026-11-28T10:00Z', { name: 'trips_2026-11-20.csv' });
    const todays = file('2026-11-28T10:00Z', { name: 'trips_2026-11-27.csv' });
    const before = file('2026-11-27T07:00Z', { name: 'trips_2026-11-26.csv' });
    expect(judged('2026-11-28T11:00Z', [before, old], named)[0]).toBe('late');
    expect(judged('2026-11-28T11:00Z', [before, todays], named)[0]).toBe('fresh');
    expect(judged('2026-11-28T11:00Z', [before, { ...todays, name: 'trips.csv' }], named)[0]).toBe('late');
    const again = file('2026-11-28T10:00Z', { link: 'reloads', landed_at: friday.landed_at });
    expect(judged('2026-11-28T11:00Z', [again])[0]).toBe('late');
  });

  it.each([
    ['corrects', { link: 'corrects' }],
    ['replays', { link: 'replays' }],
    ['failed', { state: 'failed' }],
    ['undone', { state: 'undone' }],
  ] as const)('is not won by a file that %s', (_, more) => {
    expect(judged('2026-11-28T11:00Z', [friday, file('2026-11-28T07:00Z', more)])[0]).toBe('late');
  });

  it('waits for a file that is being loaded', () => {
    const loading = file('2026-11-28T08:00Z', { state: 'loading' });
    expect(judged('2026-11-28T11:00Z', [friday, loading])).toEqual(['waiting', 0, null]);
  });

  it('lacks nothing of the time before the first file', () => {
    expect(judged('2026-11-28T08:00Z', [])).toEqual(['waiting', 0, null]);
    expect(judged('2026-11-28T09:00Z', [])).toEqual(['late', 1, '2026-11-28T08:30:00.000Z']);
  });

  it('counts no window twice on days of 23 and 25 hours', () => {
    const before = file('2026-10-23T07:00Z');
    expect(judged('2026-10-27T12:00Z', [before])).toEqual(['late', 4, '2026-10-24T07:30:00.000Z']);
  });

  it('changes only at the moment that it names, while no file comes', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata');
    const unit = fc.constantFrom('hour', 'day', 'week');
    const start = Date.UTC(2026, 0, 1);
    const at = fc.integer({ min: start, max: start + 400 * 86_400_000 });
    const by = fc.option(fc.integer({ min: 0, max: 59 }));
    const grace = fc.integer({ min: 0, max: 3_000_000 });
    fc.assert(
      fc.property(zone, unit, at, by, grace, fc.array(at), (zone, unit, now, byMinutes, graceMs, landed) => {
        const expected: CompiledExpect = { ...daily, zone, unit, byMinutes, graceMs } as CompiledExpect;
        const files = landed.filter((one) => one < now).map((one) => file(new Date(one).toISOString()));
        const { changesAt, ...known } = judgeFreshness(expected, files, now);
        expect(changesAt).toBeGreaterThan(now);
        const { changesAt: _, ...last } = judgeFreshness(expected, files, changesAt - 1);
        expect(last).toEqual(known);
        const window = windowOf(expected, now);
        const covers = landed.some((one) => one < now && windowOf(expected, one).index === window.index);
        expect(known.state === 'fresh').toBe(covers);
        if (known.state === 'late') expect(deadlineOf(expected, window)).toBeLessThanOrEqual(now);
        if (known.state === 'missing') expect(known.window.end).toBeLessThanOrEqual(now);
        const covered = files.map((one) => windowOf(expected, one.landed_at.getTime()).index);
        if (known.since !== null) expect(covered).not.toContain(known.window.index);
      }),
    );
  });
});
