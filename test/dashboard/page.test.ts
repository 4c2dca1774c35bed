/** The page in a browser: once on a real hub and ledger, and on messages written here for the rest. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Server, startServer } from '../../coordinator/http/server.ts';
import { createHub, type Hub } from '../../coordinator/progress/hub.ts';
import { noteFailure } from '../../ledger/tables/marts.ts';
import { openTicks, type Ticks } from '../../ledger/ticks.ts';
import { loadRegistry } from '../../model/registry.ts';
import { failedAttention } from '../../platform/progress/attention.ts';
import type { ChangeMessage, ProgressMessage } from '../../platform/progress/progress.ts';
import { tickOf, Yard } from '../coordinator/progress/support.ts';
import { builtin } from '../support/builtin.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';
import { describePage, openPage } from './browser.ts';
import {
  epoch,
  fileOf,
  type ScriptedServer,
  snapshotOf,
  sourcesOf,
  startScripted,
  workerOf,
} from './scripted.ts';

const file = (page: Page, name: string) => page.locator('li.file', { hasText: name });

describePage('the page on a real ledger', () => {
  let database: TestDatabase;
  let yard: Yard;
  let ticks: Ticks;
  let hub: Hub;
  let server: Server;

  beforeAll(async () => {
    database = await testDatabase();
    yard = new Yard(database);
    ticks = await openTicks({ redisUrl: null }, database);
    hub = await createHub({ ledger: yard.ledger, databaseUrl: database.url, ticks, log: { warn: () => {} } });
    const registry = await loadRegistry({ builtin, paths: [] });
    hub.setDefinitions(registry);
    server = await startServer({
      config: { host: '127.0.0.1', port: 0, token: 'secret', landingUrl: '/srv/landing' },
      hub,
      ledger: yard.ledger,
      registry,
      pool: database.pool,
      log: { error: () => {} },
    });
  });
  afterAll(async () => {
    await server.close();
    await hub.close();
    await ticks.close();
    await database.drop();
  });

  it('says what the work waits for, and since when, until it is over', async () => {
    const page = await openPage(`${server.url}/?token=secret`);
    const away = { with: 'database', code: 'LF_DATABASE_LOST' } as const;
    hub.setOutage('test', { ...away, message: 'The database is out of reach.', fix: 'Start it `again`.' });
    const alert = page.getByRole('alert');
    await alert.getByText('The database is out of reach').waitFor();
    const said = await alert.textContent();
    expect(said).toMatch(/work waits databasesince \d\d:\d\d:\d\d/);
    expect(said).toContain('Start it again');
    hub.setOutage('test', null);
    await alert.waitFor({ state: 'detached' });
  });

  it('says since when and why a mart cannot be refreshed, until it can be', async () => {
    const page = await openPage(`${server.url}/?token=secret`);
    const mart = { dataset: 'sales', name: 'ratios' };
    const fix = 'Fix its `SQL`.';
    await noteFailure(database.pool, mart, {
      code: 'LF_MART_REFRESH',
      message: 'Division by <b>zero</b>.',
      fix,
    });
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(
      /mart behind sales\.ratiossince \d\d:\d\d:\d\dDivision by <b>zero<\/b>\. LF_MART_REFRESHFix its SQL/,
    );
    const link = alert.getByRole('link', { name: 'Look at the mart' });
    expect(await link.getAttribute('href')).toBe('/datasets/sales');
    await database.pool.query(`update landfall.mart set error = null`);
    await alert.waitFor({ state: 'detached' });
  });

  it('says what to do, and then moves with ticks and commits, without being asked', async () => {
    const page = await openPage(`${server.url}/?token=secret`);
    expect(page.url()).not.toContain('secret');
    await page.getByText('cp file.csv /srv/landing/checkins/').waitFor();
    let requests = 0;
    page.on('request', () => requests++);

    const { file: landed, jobs } = await yard.plan(4);
    const row = file(page, landed.name);
    await row.getByText('0 of 4 chunks').waitFor();
    const slot = {
      fileId: landed.fileId,
      chunkNumber: 0,
      step: 'loading',
      bytesRead: 500,
      bytes: 1000,
      rows: 5,
    } as const;
    await ticks.publish(tickOf({ workerId: 'w', pid: 777, slots: [slot] }));
    await page.getByText('777').waitFor();
    const bar = row.getByRole('progressbar');
    await expect.poll(() => bar.getAttribute('aria-valuenow')).toBe('13');

    await yard.commit(jobs[0], 1);
    await yard.commit(jobs[1]);
    await row.getByText('2 of 4 chunks').waitFor();
    await row.getByText('19 rows').waitFor();
    await page.getByText('row 0').waitFor();
    await expect.poll(() => page.title()).toBe('50 % · Landfall');

    for (const job of jobs.slice(2)) await yard.commit(job);
    await yard.ledger.moveFile(landed.fileId, 'finish');
    await page.getByRole('heading', { name: 'All done: 1 file loaded' }).waitFor();
    await expect.poll(() => page.title()).toBe('Done · Landfall');
    expect(requests).toBe(0);
  });

  it('comes up again after a reload, by its cookie, with what has happened', async () => {
    const page = await openPage(`${server.url}/?token=secret`);
    await page.reload();
    await page.getByRole('heading', { name: 'All done: 1 file loaded' }).waitFor();
  });

  it('shows a command that helps for a file of an unknown dataset', async () => {
    const page = await openPage(`${server.url}/?token=secret`);
    const fix = 'Run `landfall init landing/taxi/may.csv`.';
    hub.setUnknown([
      {
        dataset: 'taxi',
        name: 'may.csv',
        bytes: 1,
        error: { code: 'LF_X', message: 'No dataset taxi.', fix },
      },
    ]);
    await page
      .getByRole('listitem')
      .filter({ hasText: 'taxi/may.csv' })
      .locator('code', { hasText: /^landfall init landing\/taxi\/may.csv$/ })
      .waitFor();
  });
});

describePage('the page on messages', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  const change = (seq: number, body: Partial<ChangeMessage>): ProgressMessage => ({
    type: 'change',
    epoch,
    from: seq - 1,
    seq,
    ...body,
  });

  it('shows failures with their fix, duplicates, rejects and workers, as text and nothing else', async () => {
    const error = { code: 'LF_HEADER', message: 'No field <b>datetime</b>.', fix: 'Add an alias.' };
    const name = '<img src=x onerror=alert(1)>.csv';
    const files = [
      fileOf({ fileId: 1, name, state: 'failed', error, finishedAt: new Date().toISOString() }),
      fileOf({ fileId: 2, name: 'again.csv', state: 'duplicate', finishedAt: new Date().toISOString() }),
      fileOf({
        ...{ fileId: 3, name: 'corrected.csv', state: 'undone', finishedAt: new Date().toISOString() },
        link: { kind: 'corrects', fileId: 9, name: 'rides.csv' },
        drift: {
          unknown: ['<b>colour</b>'],
          missing: ['note'],
          reordered: true,
          renamed: [{ from: 'label', to: 'name' }],
          suggested: [],
        },
      }),
    ];
    const rejects = [
      {
        fileId: 2,
        line: 5,
        column: 'region',
        code: 'LF_REJECT_TYPE',
        message: 'region: "9" is not a region.',
        raw: '<script>alert(1)</script>',
      },
    ];
    server = await startScripted(
      snapshotOf({ files, rejects, workers: [workerOf({ workerId: 'w', host: 'far' })] }),
    );
    const failed = failedAttention(files[0]);
    server.answers.set('/api/attention', { attention: [{ ...failed, dismissed: null }] });
    const page = await openPage(server.url);
    await page.getByRole('alert').getByText('No field <b>datetime</b>.').waitFor();
    await file(page, name).getByText('nothing loaded').waitFor();
    await file(page, 'again.csv').getByText('already loaded').waitFor();
    await file(page, 'corrected.csv').getByText('removed').waitFor();
    await file(page, 'corrected.csv').getByText('corrects rejects of rides.csv').waitFor();
    const drift = 'columns: unknown <b>colour</b> · missing note · 1 renamed · reordered';
    await file(page, 'corrected.csv').getByText(drift).waitFor();
    await page.getByText('<script>alert(1)</script>').waitFor();
    expect(await page.locator('.reject p').textContent()).toBe('region: "9" is not a region.');
    await page.getByText('far').waitFor();
    expect(await page.title()).toBe('Done, 1 failed · Landfall');
  });

  it('counts the current events of a file when it is asked, and again when other files end', async () => {
    const ended = (fileId: number, name: string, more = {}) =>
      fileOf({
        ...{ fileId, name, dataset: 'orders', state: 'done', keyed: true },
        ...{ finishedAt: new Date(Date.now() - 10_000 + fileId).toISOString(), ...more },
      });
    server = await startScripted(
      snapshotOf({ files: [ended(1, 'a.csv'), ended(2, 'plain.csv', { keyed: false, dataset: 'trips' })] }),
    );
    const page = await openPage(server.url);
    const row = file(page, 'a.csv');
    server.answers.set('/api/files/1', { events: { current: 1234, superseded: 2 } });
    expect(await file(page, 'plain.csv').getByRole('button').count()).toBe(0);
    await row.getByRole('button', { name: 'Count the current events of a.csv' }).click();
    await row.getByText('events: 1,234 current, 2 superseded').waitFor();
    server.answers.set('/api/files/1', { events: { current: 3, superseded: 1233 } });
    server.send(change(2, { files: [ended(3, 'b.csv')] }));
    await row.getByText('events: 3 current, 1,233 superseded').waitFor();
    // Another dataset says nothing about these events.
    server.answers.set('/api/files/1', { events: { current: 4, superseded: 1232 } });
    server.send(change(3, { files: [ended(4, 'other.csv', { dataset: 'trips' })] }));
    await file(page, 'other.csv').waitFor();
    expect(await row.getByText('events: 3 current').count()).toBe(1);
    server.answers.set('/api/files/1', { events: null });
    server.send(change(4, { files: [ended(5, 'c.csv')] }));
    await row.getByText('the events cannot be counted now').waitFor();
  });

  it('says that it has lost the server, comes back by itself and resumes', async () => {
    server = await startScripted(snapshotOf({ files: [fileOf({ fileId: 1, name: 'one.csv' })] }, 7));
    const page = await openPage(server.url);
    await page.getByText('Live').waitFor();
    server.cut();
    await page.getByText('Reconnecting').waitFor();
    await page.getByText('Live').waitFor();
    expect(server.opened).toEqual(['/progress', `/progress?epoch=${epoch}&seq=7`]);
    server.send(change(8, { files: [fileOf({ fileId: 2, name: 'two.csv' })] }));
    await file(page, 'two.csv').waitFor();
    expect(await file(page, 'one.csv').count()).toBe(1);
  });

  const loading = () =>
    fileOf({
      ...{ fileId: 1, name: 'one.csv', state: 'loading', bytes: 1e9, bytesCommitted: 4e8, bytesSeen: 5e8 },
      ...{ chunks: 30, chunksCommitted: 12, rowsPerSecond: 812_345, bytesPerSecond: 1e8, etaSeconds: 5 },
      rows: { parsed: 4e6, loaded: 4e6, rejected: 0, deduplicated: 0 },
    });

  it('says that it knows nothing when the server says nothing, and is live again with its next word', async () => {
    server = await startScripted(snapshotOf({ files: [loading()] }));
    const page = await openPage(server.url);
    await page.getByText('5 s left').first().waitFor();
    expect(await page.title()).toBe('50 % · Landfall');
    server.freeze(true);
    await page.getByText(/No news for [5-9] s/).waitFor();
    expect(await page.title()).toMatch(/^No news for \d+ s · Landfall$/);
    expect(await page.locator('h1').textContent()).toBe('Loading one.csv');
    const text = await page.locator('main').textContent();
    expect(text).not.toMatch(/ left|rows\/s/);
    expect(await page.evaluate(lowContrast)).toEqual([]);
    server.freeze(false);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.title()).toBe('50 % · Landfall');
    await page.getByText('5 s left').first().waitFor();
  });

  it('says at once that it knows nothing where the network is gone', async () => {
    server = await startScripted(snapshotOf({ files: [loading()] }));
    const page = await openPage(server.url);
    await page.getByText('5 s left').first().waitFor();
    server.freeze(true);
    await page.context().setOffline(true);
    await page.getByText('Offline').waitFor();
    expect(await page.title()).toMatch(/^No news for/);
    await page.context().setOffline(false);
  });

  it('calls a file whose bytes are committed checking, and shows no rate of a few rows', async () => {
    const few = { parsed: 3, loaded: 3, rejected: 0, deduplicated: 0 };
    const ended = { startedAt: '2018-05-01T10:00:00.000Z', finishedAt: '2018-05-01T10:00:01.000Z' };
    server = await startScripted(
      snapshotOf({
        files: [
          { ...loading(), bytesCommitted: 1e9, bytesSeen: 1e9 },
          fileOf({ fileId: 2, name: 'few.csv', state: 'done', rows: few, ...ended }),
        ],
      }),
    );
    const page = await openPage(server.url);
    await file(page, 'one.csv').getByText('checking').waitFor();
    expect(await file(page, 'one.csv').textContent()).not.toMatch(/left|rows\/s|%/);
    expect(await page.locator('h1').textContent()).toBe('Checking one.csv');
    expect(await file(page, 'few.csv').textContent()).not.toContain('rows/s');
  });

  it('starts over when a change does not follow', async () => {
    server = await startScripted(snapshotOf({ files: [fileOf({ fileId: 1 })] }, 1));
    const page = await openPage(server.url);
    server.send(change(5, { files: [fileOf({ fileId: 2, name: 'early.csv' })] }));
    await expect.poll(() => server.opened, { timeout: 10_000 }).toEqual(['/progress', '/progress']);
    expect(await file(page, 'early.csv').count()).toBe(0);
  });

  it.each([
    ['phone', 360, 'light'],
    ['phone', 390, 'dark'],
    ['wide', 1440, 'light'],
    ['wide', 1440, 'dark'],
  ] as const)('fits a %s of %i px, %s, and its words stand out enough', async (_, width, colorScheme) => {
    const error = {
      code: 'LF_HEADER',
      message: 'No field datetime.',
      fix: 'Run `landfall init a-very-long-folder/and-a-longer-file-name.csv`.',
    };
    const long = 'JC-201711-citibike-tripdata-with-a-name-that-does-not-end.csv';
    const files = [
      fileOf({
        fileId: 1,
        name: long,
        state: 'loading',
        bytesCommitted: 5e7,
        chunks: 12,
        chunksCommitted: 4,
        rowsPerSecond: 812_345,
        etaSeconds: 4,
        rows: { parsed: 1e7, loaded: 1e7, rejected: 12, deduplicated: 0 },
      }),
      fileOf({ fileId: 3, name: long, state: 'done', keyed: true, finishedAt: new Date().toISOString() }),
      fileOf({ fileId: 2, name: long, state: 'failed', error, finishedAt: new Date().toISOString() }),
      fileOf({ fileId: -1, name: long, state: 'unknown', error }),
    ];
    const slot = { fileId: 1, chunkNumber: 99, step: 'committing', bytesRead: 1, bytes: 2, rows: 1 } as const;
    const rejects = [
      {
        fileId: 1,
        line: 123_456_789,
        column: 'region',
        code: 'LF_REJECT_FIELD_COUNT',
        message: 'no',
        raw: 'x'.repeat(500),
      },
    ];
    const mart = { dataset: 'sales', name: 'ratios', since: new Date().toISOString(), ...error };
    server = await startScripted(
      snapshotOf({
        ...{ files, rejects, marts: [mart], sources: sourcesOf(error) },
        workers: [workerOf({ workerId: 'w', host: long, slots: [slot] })],
      }),
    );
    const page = await openPage(server.url, { viewport: { width, height: 800 }, colorScheme });
    await page.getByTitle(long, { exact: true }).first().waitFor();
    expect(await page.getByText('crm-sweep').count()).toBeGreaterThan(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await page.evaluate(lowContrast)).toEqual([]);
  });

  it('shows what a worker did that has fallen silent, until it reports again', async () => {
    const slot = { fileId: 1, chunkNumber: 2, step: 'loading', bytesRead: 1, bytes: 2, rows: 1 } as const;
    const worker = workerOf({ workerId: 'w', host: 'cirrus', pid: 999, slots: [slot] });
    const silent = [{ ...worker, heardAt: new Date().toISOString() }];
    server = await startScripted(snapshotOf({ files: [fileOf({ fileId: 1, name: 'one.csv' })], silent }));
    const page = await openPage(server.url);
    await page.getByRole('link', { name: '1 worker is silent' }).click();
    const row = page.getByRole('region', { name: 'Silent workers' }).getByRole('listitem').first();
    expect(await row.textContent()).toMatch(/^999 cirrussilent since \d\d:\d\d:\d\dchunk 3, one.csvloading$/);
    server.send(change(2, { silent: [], workers: [worker] }));
    await page.getByRole('region', { name: 'Workers of cirrus' }).getByText('chunk 3, one.csv').waitFor();
    expect(await page.getByText('silent since').count()).toBe(0);
  });

  it('changes its theme by a button, and remembers', async () => {
    server = await startScripted(snapshotOf({}));
    const page = await openPage(server.url, { colorScheme: 'light' });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    const button = page.getByRole('button', { name: /Theme/ });
    await button.click();
    expect(await paper()).toBe(light);
    await button.press('Enter');
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.waitForSelector('h1');
    expect(await paper()).toBe(dark);
  });
});

/** Texts whose contrast with what is behind them is under 4.5 (WCAG 2.1 AA). Runs in the page. */
function lowContrast(): string[] {
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (rgb: number[]) => {
    const [r, g, b] = rgb.map((value) =>
      value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element): number[] => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(at).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const low: string[] = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes]
      .filter((node) => node.nodeType === 3 && node.textContent!.trim())
      .map((node) => node.textContent);
    if (text.length === 0 || element.closest('.u-wrap, .unseen, noscript')) continue;
    const [a, b] = [
      luminance(channels(getComputedStyle(element).color).slice(0, 3)),
      luminance(behind(element)),
    ];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${ratio.toFixed(2)}: ${text.join(' ')}`);
  }
  return low;
}
