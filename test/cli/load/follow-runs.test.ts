/** Waiting for runs costs the same however many there are: a backfill has up to 10,000. */
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followRuns } from '../../../cli/load/follow-runs.ts';
import { endRun, type LedgerRun, letRunWait, planRun, startRun } from '../../../ledger/runs.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const windowOf = (day: number) => ({
  from: new Date(Date.UTC(2026, 0, day)).toISOString(),
  to: new Date(Date.UTC(2026, 0, day + 1)).toISOString(),
});
const lost = { code: 'LF_SOURCE_UNREACHABLE', message: 'away', fix: 'wait' };

it('asks once for all runs and once for the files of those that have ended', async () => {
  const { pool } = database;
  const runs: LedgerRun[] = [];
  for (let day = 1; day <= 12; day++) {
    const about = { dataset: 'sales', source: 'api', kind: 'backfill', window: windowOf(day) } as const;
    runs.push((await startRun(pool, (await planRun(pool, about))!.runId))!);
  }
  const [waiting, failed, ...others] = runs;
  await letRunWait(pool, waiting, { ...waiting, dueAt: new Date(), error: lost });
  await endRun(pool, failed, lost);
  for (const run of others) await endRun(pool, run, null);
  let asked = 0;
  const counting = {
    query: (...query: Parameters<pg.Pool['query']>) => {
      asked++;
      return pool.query(...query);
    },
  } as unknown as pg.Pool;
  const ended: number[] = [];
  const askedThen: number[] = [];
  const code = followRuns(counting, runs.map(({ runId }) => runId).reverse(), ({ runId }) => {
    ended.push(runId);
    askedThen.push(asked);
    // Only now does the one that waits end.
    if (ended.length === 11) void startRun(pool, waiting.runId).then((run) => endRun(pool, run!, null));
  });
  expect(await code).toBe(1);
  expect(ended).toEqual([...runs.slice(1), waiting].map(({ runId }) => runId));
  expect(askedThen.slice(0, 11)).toEqual(Array(11).fill(2));
});
