/** Where sources stand, pushed by a real hub from a real ledger. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sourceLine } from '../../../cli/terminal/source-lines.ts';
import { SourceWatch } from '../../../coordinator/fetch/source-watch.ts';
import { createHub, type Hub } from '../../../coordinator/progress/hub.ts';
import { Ledger } from '../../../ledger/ledger.ts';
import { endRun, type LedgerRun, letRunWait, notePage, planRun, startRun } from '../../../ledger/runs.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { defineDataset, env, http, text } from '../../../model/index.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { SourceProgress } from '../../../platform/progress/progress.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const sales = compileDataset(
  defineDataset({
    name: 'sales',
    columns: { day: text() },
    star: { fact: 'fact_sale' },
    sources: {
      api: http({ url: env('SALES_URL'), schedule: { cron: '30 6 * * *', zone: 'Europe/Moscow' } }),
    },
  }),
);
const registry = { names: () => ['sales'], get: () => sales, all: () => [sales], broken: () => [] } as never;
const error = { code: 'LF_SOURCE_AWAY', message: 'The shop is away.', fix: 'Wait.' };

let database: TestDatabase;
let hub: Hub;
let watch: SourceWatch;
const variables: NodeJS.ProcessEnv = {};
/** What was pushed, the newest last. */
const pushed: SourceProgress[] = [];
beforeAll(async () => {
  database = await testDatabase();
  hub = await createHub({
    ledger: new Ledger(database.pool),
    databaseUrl: database.url,
    ticks: { subscribe: async () => {} },
    log: { warn() {} },
  });
  hub.subscribe((message) => {
    const sources = message.type === 'change' ? message.sources : message.state.sources;
    if (sources?.length) pushed.push(sources[0]);
  });
  watch = new SourceWatch({ pool: database.pool, registry, env: variables, hub });
});
afterAll(async () => {
  await watch.close();
  await hub.close();
  await database.drop();
});

const is = (part: object) => expect.poll(() => pushed.at(-1), { timeout: 10_000 }).toMatchObject(part);
const line = () => sourceLine(pushed.at(-1)!);

it('says what each step of a run changes, as it happens', async () => {
  const { pool } = database;
  await is({ dataset: 'sales', source: 'api', kind: 'http', last: null, next: null, missing: ['SALES_URL'] });
  expect(pushed.at(-1)!.schedule).toBe('every day at 06:30, Europe/Moscow');
  expect(line()).toBe('! sales.api: not run yet, needs SALES_URL in the environment');
  variables.SALES_URL = 'http://x';
  // Its end is less than a minute ago: it becomes late by itself.
  const to = new Date(Date.now() - 58_000).toISOString();
  const window = { from: '2026-03-01T00:00:00.000Z', to };
  const { runId } = (await planRun(pool, { dataset: 'sales', source: 'api', kind: 'live', window }))!;
  await is({ missing: [], waiting: 1, next: { state: 'planned', window }, lateSince: null });
  expect(line()).toBe('… sales.api: waiting for its turn');
  await is({ lateSince: to });
  const run = (await startRun(pool, runId))!;
  await is({ next: { state: 'running', pages: 0, bytes: 0 } });
  watch.fetched(run, 1_000_000);
  await is({ next: { pages: 0, bytes: 1_000_000 } });
  watch.fetched(run, 2_500_000);
  await is({ next: { pages: 0, bytes: 2_500_000 } });
  expect(line()).toMatch(/^! sales\.api: fetching, 0 pages, 2\.50 MB so far, late since /);
  const file = {
    name: `${run.folder}/1.csv`,
    url: 'file:///1.csv',
    scope: 'pool',
    bytes: 3_000_000,
    fingerprint: 'f',
  };
  const note = { file, position: 1, cursor: { url: 'u', etag: '"a"', modified: null } };
  await inTransaction(pool, (client) => notePage(client, run, note));
  watch.fetched(run, 0);
  await is({ next: { pages: 1, bytes: 3_000_000 }, cursor: 'version "a"' });
  await letRunWait(pool, run, { dueAt: new Date(), attempts: 1, waitsSince: null, error });
  await is({ next: { state: 'planned', error } });
  expect(line()).toMatch(/^! sales\.api: tries again .*: The shop is away\. → Wait\.$/);
  const again = (await startRun(pool, runId)) as LedgerRun;
  await endRun(pool, again, null);
  await is({
    last: { state: 'done', pages: 1, bytes: 3_000_000, window },
    next: null,
    waiting: 0,
    lateSince: null,
  });
  expect(line()).toMatch(/^✓ sales\.api: done .*, 1 page, 3\.00 MB$/);
});

it('reads nothing while nothing changes', async () => {
  let reads = 0;
  const count = () => {
    reads += 1;
  };
  await new Promise((resolve) => setTimeout(resolve, 1500));
  // Both the watch and the hub take their connections from this pool.
  database.pool.on('acquire', count);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  database.pool.off('acquire', count);
  expect(reads).toBe(0);
});
