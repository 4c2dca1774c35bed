/** Planning in a real ledger. Time passes by moving what is noted into the past: the clock is the server's. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  aheadMost,
  planSource,
  windowsAhead,
  windowUntilNow,
} from '../../../coordinator/schedule/planner.ts';
import { type LedgerRun, planRun } from '../../../ledger/runs.ts';
import type { CompiledSchedule } from '../../../model/compiled-schedule.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const name = { dataset: 'sales', source: 'api' };
const hourMs = 3_600_000;
const hourly: CompiledSchedule = {
  ticks: { kind: 'every', everyMs: hourMs },
  ...{ windowMs: null, catchUp: 'all', most: null },
};

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query(
    'truncate landfall.file, landfall.run, landfall.source, landfall.schedule cascade',
  );
});

const plan = async (schedule: CompiledSchedule | null = hourly) =>
  (await planSource(database.pool, name, schedule)).runs;

/** As if what is in the ledger had happened so much earlier. */
async function passHours(hours: number): Promise<void> {
  const { pool } = database;
  await pool.query(`update landfall.schedule set since = since - $1 * interval '1 hour'`, [hours]);
}

async function end(...runs: readonly LedgerRun[]): Promise<void> {
  const ids = runs.map(({ runId }) => runId);
  await database.pool.query(`update landfall.run set state = 'done' where run_id = any ($1)`, [ids]);
}

/** Hours from the end of a window until now, whole ones. */
const hoursAgo = (run: LedgerRun) => Math.floor((Date.now() - Date.parse(run.window!.to)) / hourMs);

/** Fails unless each begins where the one before it ends. */
function expectTouching(runs: readonly LedgerRun[]): void {
  for (let i = 1; i < runs.length; i++) expect(runs[i].window!.from).toBe(runs[i - 1].window!.to);
}

async function allRuns(): Promise<{ from: Date; to: Date; skipped: Date | null }[]> {
  const { rows } = await database.pool.query(
    'select window_from as "from", window_to as "to", skipped_from as skipped from landfall.run order by window_to',
  );
  return rows;
}

describe('a source with a schedule', () => {
  it('is planned from its first tick on', async () => {
    expect(await plan()).toEqual([]);
    expect((await planSource(database.pool, name, hourly)).nextInMs).toBeLessThanOrEqual(hourMs);
    await passHours(1);
    const runs = await plan();
    expect(runs).toMatchObject([{ kind: 'live', state: 'planned', skippedFrom: null }]);
    expect(Date.parse(runs[0].window!.to) - Date.parse(runs[0].window!.from)).toBe(hourMs);
    expect(hoursAgo(runs[0])).toBe(0);
  });

  it('is planned once, however often and by however many at once', async () => {
    await plan();
    await passHours(20);
    const pools = Array.from({ length: 4 }, () => new pg.Pool({ connectionString: database.url, max: 1 }));
    const found = await Promise.all(pools.map((pool) => planSource(pool, name, hourly)));
    await Promise.all(pools.map((pool) => pool.end()));
    expect(found.map(({ runs }) => runs.length).sort()).toEqual([0, 0, 0, 20]);
    expect(await plan()).toEqual([]);
    expect(await allRuns()).toHaveLength(20);
    const { rows } = await database.pool.query('select schedule from landfall.schedule');
    expect(rows).toEqual([{ schedule: hourly }]);
  });

  it('is planned a portion at a time, until no window is left', async () => {
    await plan();
    await passHours(100);
    const first = await plan();
    expect(first).toHaveLength(aheadMost);
    expect(hoursAgo(first[0])).toBe(99);
    expect(await plan()).toEqual([]);
    const all = [...first];
    for (let ended = 0; ended < all.length; ended += 9) {
      const some = all.slice(ended, ended + 9);
      await end(...some);
      const more = await plan();
      expect(more.length).toBeLessThanOrEqual(9);
      all.push(...more);
    }
    expect(all).toHaveLength(100);
    expectTouching(all);
  });

  it.each(['latest', 'none'] as const)(
    'with catchUp %s leaves out what was missed, and says so',
    async (catchUp) => {
      const schedule = { ...hourly, catchUp };
      await plan(schedule);
      await passHours(1);
      // On time, as far as the ledger knows.
      await database.pool.query(`insert into landfall.run (dataset, source, kind, window_from, window_to, folder, state)
      select 'sales', 'api', 'live', date_trunc('hour', now()) - interval '9 hours',
        date_trunc('hour', now()) - interval '8 hours', 'api/first', 'done'`);
      await passHours(8);
      const runs = await plan(schedule);
      const inTime = Date.now() % hourMs < 60_000;
      expect(runs).toHaveLength(catchUp === 'none' && !inTime ? 0 : 1);
      if (catchUp === 'latest') {
        expect(hoursAgo(runs[0])).toBe(0);
        const [first, second] = await allRuns();
        expect(second.skipped).toEqual(first.to);
        expect(second.from.getTime() - first.to.getTime()).toBe(7 * hourMs);
        // While it waits, what ends is missed too.
        await passHours(1);
        expect(await plan(schedule)).toEqual([]);
      }
    },
  );

  it('runs nothing again when the schedule is edited, and invents nothing', async () => {
    await plan();
    await passHours(5);
    const before = await plan();
    await end(...before);
    const twoHours: CompiledSchedule = { ...hourly, ticks: { kind: 'every', everyMs: 2 * hourMs } };
    const daily: CompiledSchedule = { ...hourly, ticks: { kind: 'cron', cron: '0 0 * * *', zone: 'UTC' } };
    for (const schedule of [twoHours, daily, hourly, { ...hourly, windowMs: 3 * hourMs }, hourly])
      expect(await plan(schedule)).toEqual([]);
    expect(await allRuns()).toHaveLength(5);
    // Four edits that nobody waited for, and the windows go on where they ended.
    await passHours(2);
    const after = await plan();
    expectTouching([...before, ...after]);
  });

  it('is planned no more when it loses its schedule, and again when it has one', async () => {
    await plan();
    await passHours(3);
    expect(await plan(null)).toEqual([]);
    expect((await planSource(database.pool, name, null)).nextInMs).toBeNull();
    await passHours(50);
    expect(await plan(null)).toEqual([]);
    expect(await plan()).toEqual([]);
    await passHours(2);
    const runs = await plan();
    expect(runs.map(hoursAgo)).toEqual([1, 0]);
    expect(runs[0].skippedFrom).toBeNull();
  });

  it('continues where a run ended that a person asked for', async () => {
    await plan();
    await passHours(3);
    const to = new Date(Date.now() - hourMs);
    const window = { from: new Date(to.getTime() - 5 * hourMs).toISOString(), to: to.toISOString() };
    const manual = (await planRun(database.pool, { ...name, kind: 'manual', window }))!;
    const runs = await plan();
    expectTouching([manual, ...runs]);
    expect(runs.map(hoursAgo)).toEqual([0]);
  });

  it('covers the time of a run that a person asked for and that failed', async () => {
    await plan();
    await passHours(2);
    const first = await plan();
    await end(...first);
    await passHours(1);
    const [{ to: covered }] = (await allRuns()).slice(-1);
    const window = { from: covered.toISOString(), to: new Date().toISOString() };
    const manual = (await planRun(database.pool, { ...name, kind: 'manual', window }))!;
    await database.pool.query(`update landfall.run set state = 'failed' where run_id = $1`, [manual.runId]);
    expect(await windowUntilNow(database.pool, name, hourly)).toMatchObject({ from: window.from });
    expectTouching([...first, ...(await plan())]);
  });

  it('is that of the definition for a run that a person asks for before the schedule was noted', async () => {
    expect(await windowUntilNow(database.pool, name, null)).toBeNull();
    const { from, to } = (await windowUntilNow(database.pool, name, hourly))!;
    expect(Date.parse(from) % hourMs).toBe(0);
    expect(Date.now() - Date.parse(to)).toBeLessThan(hourMs);
    // The coordinator then finds it as it would have noted it.
    expect(await plan()).toEqual([]);
    const { rows } = await database.pool.query('select count(*)::int as n from landfall.schedule');
    expect(rows[0].n).toBe(1);
    // What was noted counts, whatever another definition says.
    const daily = { ...hourly, ticks: { kind: 'every', everyMs: 24 * hourMs } } as const;
    expect((await windowUntilNow(database.pool, name, daily))!.from).toBe(from);
  });

  it('is known ahead, of each source that has a schedule', async () => {
    await planSource(database.pool, name, hourly);
    const other = { ...name, dataset: 'other' };
    const [none, ahead] = await windowsAhead(database.pool, [other, name]);
    expect(none).toBeNull();
    expect(Date.parse(ahead!.to) - Date.parse(ahead!.from)).toBe(hourMs);
  });

  it('is the same source in no other dataset, and its backfills are not its windows', async () => {
    await plan();
    await planSource(database.pool, { ...name, dataset: 'other' }, hourly);
    await passHours(1);
    const window = { from: '2020-01-01T00:00:00.000Z', to: new Date(Date.now() + hourMs).toISOString() };
    await planRun(database.pool, { ...name, kind: 'backfill', window });
    expect(await plan()).toHaveLength(1);
    expect((await planSource(database.pool, { ...name, dataset: 'other' }, hourly)).runs).toHaveLength(1);
  });
});
