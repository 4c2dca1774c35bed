import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SourceSchedules } from '../../../coordinator/schedule/source-schedules.ts';
import { scheduledSources } from '../../../ledger/schedule-history.ts';
import { defineDataset, http, text } from '../../../model/index.ts';
import { loadRegistry } from '../../../model/registry.ts';
import type { Log } from '../../../platform/log/log.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it('a source waits for the variables that it names: no window is planned before they are there', async () => {
  const sales = defineDataset({
    name: 'sales',
    columns: { id: text() },
    star: 'none',
    sources: {
      api: http({ url: '{env:SALES_URL}/sales', schedule: { every: '1s' } }),
      open: http({ url: 'http://127.0.0.1/sales', schedule: { every: '1h' } }),
    },
  });
  const registry = await loadRegistry({ builtin: [sales], paths: [] });
  const env: NodeJS.ProcessEnv = {};
  const said: unknown[] = [];
  const schedules = new SourceSchedules({
    pool: database.pool,
    registry,
    queues: { schedule: async () => {} },
    log: {
      info: (about: unknown) => said.push(about),
      error: (error: unknown) => said.push(error),
    } as unknown as Log,
    env,
    through: (step) => step(),
    onPlanned: () => {},
  });
  const api = { dataset: 'sales', source: 'api' };
  // Nothing is planned before it is started, whatever asks for it.
  schedules.refresh();
  await schedules.plan({ dataset: 'sales', source: 'open' });
  expect(await scheduledSources(database.pool)).toEqual([]);
  schedules.start();
  await schedules.plan(api);
  await schedules.plan(api);
  expect(await scheduledSources(database.pool)).toEqual([{ dataset: 'sales', source: 'open' }]);
  expect(said).toEqual([{ source: 'sales.api', missing: 'SALES_URL' }]);
  env.SALES_URL = 'http://127.0.0.1';
  await vi.waitFor(async () => {
    await schedules.plan(api);
    const { rows } = await database.pool.query(`select count(*)::int as runs from landfall.run`);
    expect(rows[0].runs).toBeGreaterThan(0);
  }, 10_000);
  await schedules.close();
});
