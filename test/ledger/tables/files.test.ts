import { afterAll, beforeAll, expect, it } from 'vitest';
import { planRun, type RunWindow } from '../../../ledger/runs.ts';
import { arrivalsSince } from '../../../ledger/tables/files.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

async function land(name: string, runId: number | null, reloads: number | null = null): Promise<number> {
  const { rows } = await database.pool.query(
    `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, run_id, linked_to, link, landed_at, seen_at)
     values ('sales', $1::text, $1, 'pool', 'landing', 1, $1, $2, $3::integer, case when $3 is not null then 'reloads' end,
       '2026-11-28T12:00Z', '2026-11-28T12:00Z') returning file_id`,
    [name, runId, reloads],
  );
  return rows[0].file_id;
}

it('are those of the window of their run, whenever they landed', async () => {
  const name = { dataset: 'sales', source: 'api' };
  const window: RunWindow = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };
  const backfill = (await planRun(database.pool, { ...name, kind: 'backfill', window }))!;
  const noWindow = (await planRun(database.pool, { ...name, kind: 'manual', window: null }))!;
  await land('dropped.csv', null);
  const fetched = await land('old.csv', backfill.runId);
  await land('again.csv', null, fetched);
  await land('now.csv', noWindow.runId);
  const arrivals = await arrivalsSince(database.pool, 'sales', new Date('2026-11-01T00:00Z'));
  const landed = arrivals.map(({ name, landed_at }) => [name, landed_at.toISOString().slice(0, 13)]);
  expect(Object.fromEntries(landed)).toEqual({
    ...{ 'dropped.csv': '2026-11-28T12', 'now.csv': '2026-11-28T12' },
    ...{ 'old.csv': '2026-03-02T00', 'again.csv': '2026-03-02T00' },
  });
});
