/** A backfill of a year that is killed again and again, while live runs come in between. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SourceRunner } from '../../../coordinator/fetch/runner.ts';
import { cursorOf, planRun, runsOf } from '../../../ledger/runs.ts';
import { defineDataset, http, integer } from '../../../model/index.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { createLog } from '../../../platform/log/log.ts';
import { makeFolder } from '../../../platform/storage/folder.ts';
import type { Fetched, Fetcher } from '../../../sources/fetching/contract.ts';
import { HeldStar } from '../../sources/postgres/held-star.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { randomFrom } from '../../support/random.ts';

/** After so many crash points the process dies, wherever it is. */
const death = vi.hoisted(() => ({ left: 0, dead: false }));
vi.mock('../../../platform/errors/crash-points.ts', () => ({
  crashPoint(name: string) {
    if (!death.dead && --death.left !== 0) return;
    death.dead = true;
    throw new Error(`died at ${name}`);
  },
}));

const days = 365;
const deaths = 20;
const dayMs = 86_400_000;
const first = Date.parse('2025-01-01T00:00:00Z');
const windowOf = (day: number) => ({
  from: new Date(first + day * dayMs).toISOString(),
  to: new Date(first + (day + 1) * dayMs).toISOString(),
});

/** A page for each window, which says what it is of. */
const source: Fetcher = {
  async *fetch({ window, position, cursor, backfill }): AsyncGenerator<Fetched> {
    if (backfill) expect(cursor).toBeNull();
    if (position !== null) return;
    async function* body() {
      yield Buffer.from(`id\n${window!.from}\n`);
    }
    yield { page: '0001.csv', body: body(), settle: () => ({ position: 1, cursor: window!.to }) };
  },
};

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it(`a backfill of ${days} windows that is killed ${deaths} times fetches each once, and leaves the cursor`, async () => {
  const { pool } = database;
  const sales = defineDataset({
    name: 'sales',
    columns: { id: integer() },
    star: 'none',
    sources: { api: http({ url: 'https://example.com/' }) },
  });
  const registry = await loadRegistry({ builtin: [sales], paths: [] });
  const landing = await makeFolder(tempFolder());
  const about = { dataset: 'sales', source: 'api' } as const;
  for (let day = 0; day < days; day++)
    await planRun(pool, { ...about, kind: 'backfill', window: windowOf(day), parallel: 4 });
  const random = randomFrom(7);
  for (let killed = 0; ; killed++) {
    // A whole run passes six points.
    Object.assign(death, { dead: false, left: killed < deaths ? 1 + random.below(120) : -1 });
    await planRun(pool, { ...about, kind: 'live', window: windowOf(days + killed) });
    const runner = new SourceRunner({
      ...{ pool, registry, landing, scope: 'pool', fetchers: { http: source }, env: {} },
      log: createLog('test', { level: 'silent' }),
      through: async (step) => {
        if (death.dead) throw new Error('died');
        return step();
      },
      begin: () => {},
      free: async () => {},
      held: () => new HeldStar(),
      room: async () => {},
      outageTimeoutMs: 1000,
    });
    runner.wake();
    const left = async () =>
      (await pool.query(`select count(*)::int as left from landfall.run where state <> 'done'`)).rows[0].left;
    await vi.waitFor(async () => expect(death.dead || (await left()) === 0).toBe(true), {
      timeout: 60_000,
      interval: 20,
    });
    await runner.close();
    if (!death.dead) {
      expect(killed).toBe(deaths);
      break;
    }
  }
  const runs = await runsOf(pool, 'sales', 'api', 1000);
  expect(runs.map(({ state, pages }) => [state, pages])).toEqual(
    Array.from({ length: days + deaths + 1 }, () => ['done', 1]),
  );
  const { rows } = await pool.query(
    `select r.folder || '/0001.csv' as name, array_agg(f.name) as files from landfall.run r
     left join landfall.file f using (run_id) group by r.run_id`,
  );
  for (const { name, files } of rows) expect(files).toEqual([name]);
  expect((await cursorOf(pool, 'sales', 'api')).cursor).toBe(windowOf(days + deaths).to);
});
