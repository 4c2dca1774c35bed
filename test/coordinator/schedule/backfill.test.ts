import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backfillWindows, planBackfill } from '../../../coordinator/schedule/backfill.ts';
import { standingsOf } from '../../../ledger/schedule-history.ts';
import type { CompiledSchedule } from '../../../model/compiled-schedule.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const cron = (text: string, zone: string): CompiledSchedule => ({
  ticks: { kind: 'cron', cron: text, zone },
  ...{ windowMs: null, catchUp: 'all', most: null },
});
const newYork = cron('0 0 * * *', 'America/New_York');
const windows = (schedule: CompiledSchedule | null, from: string, to: string, step?: string) =>
  backfillWindows('sales.api', schedule, { from, to, step });
const hours = (spans: ReturnType<typeof windows>) => spans.map(({ from, to }) => (to - from) / 3_600_000);
const iso = (at: number) => new Date(at).toISOString();

describe('windows of a backfill', () => {
  it('are those of the schedule: days of 23, 24 and 25 hours', () => {
    const march = windows(newYork, '2026-03-07', '2026-03-10');
    expect(hours(march)).toEqual([24, 23, 24]);
    expect(iso(march[0].from)).toBe('2026-03-07T05:00:00.000Z');
    expect(hours(windows(newYork, '2026-10-31', '2026-11-03'))).toEqual([24, 25, 24]);
  });

  it('are as long as the step, by the clock of the zone where it is days', () => {
    expect(hours(windows(newYork, '2026-03-06', '2026-03-11', '2d'))).toEqual([48, 47, 24]);
    expect(hours(windows(newYork, '2026-03-08', '2026-03-09', '8h'))).toEqual([8, 8, 7]);
    expect(hours(windows(null, '2026-03-01', '2026-03-15', '1w'))).toEqual([168, 168]);
    // Samoa had no 30 December 2011.
    const samoa = windows(cron('0 6 * * *', 'Pacific/Apia'), '2011-12-28', '2012-01-02', '1d');
    expect(hours(samoa)).toEqual([24, 24, 24, 24]);
  });

  it('touch, and cover exactly what was asked for', () => {
    const spans = windows(cron('0 6 * * *', 'UTC'), '2026-01-01T12:00Z', '2027-01-01T09:30:00+03:00');
    expect(spans).toHaveLength(366);
    expect(iso(spans[0].from)).toBe('2026-01-01T12:00:00.000Z');
    expect(iso(spans[365].to)).toBe('2027-01-01T06:30:00.000Z');
    for (let i = 1; i < spans.length; i++) expect(spans[i].from).toBe(spans[i - 1].to);
  });

  it.each([
    ['2026-01-01', '2026-01-01', '1d', 'it ends before it begins'],
    ['2026-02-30', '2026-03-01', '1d', '"2026-02-30" is not a day or an instant'],
    ['2026-01-01', 'today', '1d', '"today" is not a day or an instant'],
    ['2026-01-01', '2026-01-02', 'day', '"day" is not a duration'],
    ['2026-01-01', '2026-01-02', '0h', '"0h" is not a duration'],
    ['2026-01-01', '2026-01-02', undefined, 'the source has no schedule'],
    ['2026-01-01', '2026-01-02', '8s', 'it has more than 10000 windows'],
  ])('from %s to %s by %s are refused', (from, to, step, reason) => {
    expect(() => windows(null, from, to, step)).toThrow(reason);
  });
});

describe('a backfill', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => {
    await database.drop();
  });

  it('is planned once, beside the live windows', async () => {
    const source = { dataset: 'sales', source: 'api' };
    const spans = windows(newYork, '2026-03-01', '2026-03-11');
    const first = await planBackfill(database.pool, source, spans, 3);
    expect(first.map(({ known, run }) => [known, run.kind, run.parallel])).toEqual(
      spans.map(() => [false, 'backfill', 3]),
    );
    const wider = windows(newYork, '2026-02-27', '2026-03-11');
    const second = await planBackfill(database.pool, source, wider, 3);
    expect(second.map(({ known }) => known)).toEqual([false, false, ...spans.map(() => true)]);
    expect(second.slice(2).map(({ run }) => run.runId)).toEqual(first.map(({ run }) => run.runId));
    expect(await standingsOf(database.pool, [source])).toMatchObject([{ planned: null, waiting: 0 }]);
  });
});
