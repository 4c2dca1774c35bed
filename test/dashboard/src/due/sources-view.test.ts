/** The view of sources in a browser, on a real ledger of runs. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Server, type ServerOptions, startServer } from '../../../../coordinator/http/server.ts';
import { createHub, type Hub } from '../../../../coordinator/progress/hub.ts';
import { openTicks, type Ticks } from '../../../../ledger/ticks.ts';
import { defineDataset, http, text } from '../../../../model/index.ts';
import { loadRegistry } from '../../../../model/registry.ts';
import { Yard } from '../../../coordinator/progress/support.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { describePage, findings, openPage } from '../../browser.ts';
import { sourcesOf } from '../../scripted.ts';

const weather = defineDataset({
  name: 'weather',
  columns: { day: text() },
  star: 'none',
  sources: { api: http({ url: 'https://example.com/?from={from}', schedule: { every: '1d' } }) },
});

describePage('the view of sources', () => {
  let database: TestDatabase;
  let ticks: Ticks;
  let hub: Hub;
  let server: Server;

  beforeAll(async () => {
    database = await testDatabase();
    const { ledger } = new Yard(database);
    ticks = await openTicks({ redisUrl: null }, database);
    hub = await createHub({ ledger, databaseUrl: database.url, ticks, log: { warn: () => {} } });
    server = await startServer({
      config: { host: '127.0.0.1', port: 0, token: null, landingUrl: '/srv/landing' },
      ...{ hub, ledger, pool: database.pool, log: { error: () => {} } },
      registry: await loadRegistry({ builtin: [weather], paths: [] }),
      // Nothing here acts on files.
      actions: {} as ServerOptions['actions'],
    });
    const error = { code: 'LF_X', message: 'It failed.', fix: 'Wait.' };
    const [source] = sourcesOf(error);
    hub.setSources([{ ...source, dataset: 'weather', source: 'api', kind: 'http', next: null }]);
  });
  afterAll(async () => {
    await server.close();
    await hub.close();
    await ticks.close();
    await database.drop();
  });

  const planned = async () =>
    (await database.pool.query('select kind, state from landfall.run order by run_id')).rows;

  it('says what a backfill would fetch, plans it when it is confirmed, and lists its windows by outcome', async () => {
    const page = await openPage(`${server.url}/sources`, { viewport: { width: 375, height: 800 } });
    await page.getByText('No window yet.').waitFor();
    await page.getByRole('button', { name: 'Backfill: weather.api' }).click();
    await page.getByLabel('From').fill('2026-01-01');
    await page.getByLabel('To, exclusive').fill('2026-01-04');
    await page.getByRole('button', { name: 'What would it fetch?' }).click();
    const said = page.getByRole('alertdialog', { name: 'Backfill weather.api' });
    await said.getByText('3 windows: 3 would').waitFor();
    await page.getByLabel('Length of a window').fill('3d');
    await page.getByRole('button', { name: 'What would it fetch?' }).click();
    await said.getByText('1 window: 1 would be fetched, behind the live runs.').waitFor();
    await page.getByLabel('Length of a window').fill('');
    await page.getByRole('button', { name: 'What would it fetch?' }).click();
    await said.getByText('3 windows: 3 would be fetched, behind the live runs.').waitFor();
    expect(await planned()).toEqual([]);
    expect(await findings(page)).toEqual([]);
    await said.getByRole('button', { name: 'Backfill weather.api' }).click();
    await page.getByText('3 runs planned, behind the live ones.').waitFor();
    expect(await planned()).toEqual([1, 2, 3].map(() => ({ kind: 'backfill', state: 'planned' })));

    await database.pool.query(
      `update landfall.run set state = 'done', pages = 2, bytes = 1200, ended_at = now() where window_from = '2026-01-01'`,
    );
    await page.reload();
    const days = page.getByRole('list', { name: 'Windows of weather.api by day' });
    await days.waitFor();
    expect(await days.locator('.window .unseen').allTextContents()).toEqual([
      '2026-01-03 – 2026-01-04: backfill, planned',
      '2026-01-02 – 2026-01-03: backfill, planned',
      '2026-01-01 – 2026-01-02: backfill, done, 2 pages, 1.20 kB',
    ]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  });

  it('says what a run would fetch and leaves it when nobody confirms, in the dark and without a fault', async () => {
    const page = await openPage(`${server.url}/sources`, {
      ...{ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
    });
    const before = (await planned()).length;
    await page.getByRole('button', { name: 'Run now: weather.api' }).click();
    const said = page.getByRole('alertdialog', { name: 'Run weather.api' });
    await said.getByText(/^Fetches .+\.$/).waitFor();
    expect(await said.textContent()).not.toContain('what the source has now');
    expect(await findings(page)).toEqual([]);
    await said.getByRole('button', { name: 'Cancel' }).click();
    expect(await said.count()).toBe(0);
    expect(await planned()).toHaveLength(before);
  });
});
