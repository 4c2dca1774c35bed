/** Runs that people ask for, in a real ledger. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { requestRun } from '../../../coordinator/fetch/request-run.ts';
import { endRun, runOf, startRun } from '../../../ledger/runs.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { defineDataset, http, text } from '../../../model/index.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const url = 'http://shop.test/sales';
const { sources } = compileDataset(
  defineDataset({ name: 'sales', columns: { day: text() }, star: 'none', sources: { api: http({ url }) } }),
);
const found = { dataset: 'sales', source: sources[0] };
const day = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterEach(() => vi.useRealTimers());
afterAll(() => database.drop());

it('without a window is the run that was planned in this second and has not begun', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-05T06:00:00.500Z') });
  const [one, two] = [
    await requestRun(database.pool, found, null),
    await requestRun(database.pool, found, null),
  ];
  expect(two.runId).toBe(one.runId);
});

it('without a window is a run of its own if the one before has read what there was', async () => {
  const { pool } = database;
  const one = await requestRun(pool, found, null);
  const started = (await startRun(pool, one.runId))!;
  const two = await requestRun(pool, found, null);
  await endRun(pool, started, null);
  await endRun(pool, (await startRun(pool, two.runId))!, null);
  const three = await requestRun(pool, found, null);
  expect(new Set([one, two, three].map(({ runId }) => runId)).size).toBe(3);
  expect(three.state).toBe('planned');
});

it('of a window is done once, and again only if it failed or is to be', async () => {
  const { pool } = database;
  const run = await requestRun(pool, found, day);
  await endRun(pool, (await startRun(pool, run.runId))!, null);
  expect(await requestRun(pool, found, day)).toMatchObject({ runId: run.runId, state: 'done' });
  expect(await requestRun(pool, found, day, { again: true })).toMatchObject({
    runId: run.runId,
    state: 'planned',
  });
  const error = { code: 'LF_SOURCE_REFUSED', message: 'No.', fix: 'Ask.' };
  await endRun(pool, (await startRun(pool, run.runId))!, error);
  expect(await runOf(pool, run.runId)).toMatchObject({ state: 'failed' });
  expect(await requestRun(pool, found, day)).toMatchObject({ runId: run.runId, state: 'planned' });
});
