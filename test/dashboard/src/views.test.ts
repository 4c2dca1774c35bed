/** The views of the page in a browser, on a real ledger and hub. */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Server, startServer } from '../../../coordinator/http/server.ts';
import { createHub, type Hub } from '../../../coordinator/progress/hub.ts';
import { openTicks, type Ticks } from '../../../ledger/ticks.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { tickOf, Yard } from '../../coordinator/progress/support.ts';
import { builtin } from '../../support/builtin.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { describePage, findings, openPage } from '../browser.ts';

const old = 250;

describePage('the views', () => {
  let database: TestDatabase;
  let yard: Yard;
  let ticks: Ticks;
  let hub: Hub;
  let server: Server;

  beforeAll(async () => {
    database = await testDatabase();
    yard = new Yard(database);
    // More than the stream and a page of the list have.
    await database.pool.query(
      `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, rows_loaded, rows_rejected,
         started_at, finished_at, landed_at)
       select 'trips', 'old-' || lpad(i::text, 3, '0') || '.csv', 'file:///' || i, 'pool', 'landing', 1000 * i, i, 
         case when i % 100 = 0 then 'failed' else 'done' end, 10 * i, i % 3, now(), now(), now() - (1000 - i) * interval '1 hour'
       from generate_series(1, $1::integer) i`,
      [old],
    );
    ticks = await openTicks({ redisUrl: null }, database);
    hub = await createHub({ ledger: yard.ledger, databaseUrl: database.url, ticks, log: { warn: () => {} } });
    const registry = await loadRegistry({ builtin, paths: [] });
    hub.setDefinitions(registry);
    server = await startServer({
      config: { host: '127.0.0.1', port: 0, token: null, landingUrl: '/srv/landing' },
      ...{ hub, ledger: yard.ledger, registry, pool: database.pool, log: { error: () => {} } },
    });
  });
  afterAll(async () => {
    await server.close();
    await hub.close();
    await ticks.close();
    await database.drop();
  });

  const rows = (page: Page) => page.locator('.list > li');
  /** Addresses of the API that the page asks for from now on. */
  const asked = (page: Page) => {
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    return addresses;
  };

  it('lists all files by pages, found again after a look at one of them, and asks nothing while idle', async () => {
    const page = await openPage(server.url);
    await page.getByRole('link', { name: 'Files', exact: true }).click();
    await expect.poll(() => rows(page).count()).toBe(100);
    expect(await page.title()).toMatch(/^Files · /);
    await page.getByRole('button', { name: 'Load more' }).scrollIntoViewIfNeeded();
    await expect.poll(() => rows(page).count()).toBeGreaterThanOrEqual(200);
    const name = page.getByRole('link', { name: 'old-150.csv' });
    await name.scrollIntoViewIfNeeded();
    const requests = asked(page);
    await name.click();
    await page.getByRole('heading', { name: 'trips/old-150.csv' }).waitFor();
    await page.goBack();
    expect(await rows(page).count()).toBeGreaterThanOrEqual(200);
    await page.waitForTimeout(300);
    // Of the file and of the browser's icon, and nothing of the list.
    expect(requests.filter((url) => !/\/api\/files\/\d+|\/assets\//.test(url))).toEqual([]);
  });

  it('filters by what its address says, and is drawn again from that after a reload', async () => {
    const page = await openPage(server.url);
    await page.getByRole('link', { name: '2 failed' }).click();
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.getByRole('searchbox').fill('OLD-1');
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.getByRole('combobox', { name: 'Order' }).selectOption('-bytes');
    await page.reload();
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(new URL(page.url()).search).toBe('?state=failed&q=OLD-1&sort=-bytes');
    expect(await page.getByRole('button', { name: 'Failed', pressed: true }).count()).toBe(1);
    await page.getByRole('button', { name: 'Failed' }).click();
    await expect.poll(() => rows(page).first().textContent()).toContain('old-199.csv');
    await page.getByRole('link', { name: 'Show all' }).click();
    await expect.poll(() => rows(page).count()).toBe(100);
    // One that lands is not put into the list by itself.
    const landed = await yard.land();
    await page.getByRole('button', { name: 'Show 1 newer file' }).click();
    await expect.poll(() => rows(page).first().textContent()).toContain(landed.name);
  });

  it('follows a file from its first chunk to its receipt without asking again and again', async () => {
    const { file, jobs } = await yard.plan(40);
    const page = await openPage(`${server.url}/files/${file.fileId}`, {
      viewport: { width: 1280, height: 900 },
    });
    await page.getByText('0 of 40 chunks committed').waitFor();
    const requests = asked(page);
    const slot = {
      fileId: file.fileId,
      chunkNumber: 1,
      step: 'reading',
      bytesRead: 5,
      bytes: 1000,
      rows: 1,
    } as const;
    await ticks.publish(tickOf({ workerId: 'far-1-aaaaaa', slots: [slot] }));
    await page.getByText('1 reading').waitFor();
    await ticks.publish(tickOf({ workerId: 'far-1-aaaaaa', slots: [{ ...slot, step: 'loading' }] }));
    await page.getByText('1 copying').waitFor();
    await ticks.publish(tickOf({ workerId: 'far-1-aaaaaa' }));
    await page.getByText('1 given back').waitFor();
    await yard.commit(jobs[0], 3);
    await page.getByText('1 of 40 chunks committed').waitFor();
    // As the commit was announced: the stream has heard nothing of this worker.
    await page.getByRole('region', { name: 'Timeline' }).getByText('1 worker, 1 slot').waitFor();
    const map = page.getByRole('slider', { name: 'Chunk' });
    await map.focus();
    await map.press('End');
    expect(await map.getAttribute('aria-valuetext')).toMatch(/^Chunk 40 of 40: waiting, 1.00 kB/);
    expect(requests).toEqual([]);

    for (const job of jobs.slice(1)) await yard.commit(job);
    await page.getByText('40 of 40 chunks committed').waitFor();
    expect(requests).toEqual([]);
    const checks = [{ name: 'rows add up', ok: true, detail: '400 parsed' }];
    const rowCounts = { parsed: 400, loaded: 397, rejected: 3, deduplicated: 0 };
    const receipt = {
      status: 'done',
      rows: rowCounts,
      starRows: 397,
      lakeRows: 397,
      parts: 40,
      lakeBytes: 20_000,
      checks,
    };
    await yard.ledger.finishFile(file.fileId, receipt as never, 'done');
    const proof = page.getByRole('region', { name: 'Receipt' });
    await proof.getByText('397 in the star').waitFor();
    await proof.getByText('rows add up').waitFor();
    const rejects = page.getByRole('region', { name: 'Rejects' });
    await rejects.getByRole('button', { name: 'region: type 3' }).click();
    await expect.poll(() => rejects.locator('mark').allTextContents()).toEqual(['row 0', 'row 1', 'row 2']);
    await page.getByRole('button', { name: 'Show chunks and parts' }).click();
    await page.getByText(`trips/f${file.fileId}-c39.parquet`).waitFor();
  });

  it('says what has no page', async () => {
    const page = await openPage(`${server.url}/files/x1`);
    await page.getByText('There is no file x1').waitFor();
    const response = await fetch(`${server.url}/nowhere`);
    expect(response.status).toBe(404);
  });

  it.each([
    [375, 'light'],
    [1280, 'dark'],
    [2560, 'light'],
  ] as const)('fit %i px, %s, and break no rule of accessibility', async (width, colorScheme) => {
    const { file, jobs } = await yard.plan(30);
    await yard.commit(jobs[0], 2);
    for (const path of [
      '/',
      '/files?state=failed',
      `/files/${file.fileId}`,
      '/workers',
      '/sources',
      '/datasets',
    ]) {
      const page = await openPage(server.url + path, { viewport: { width, height: 800 }, colorScheme });
      if (path !== '/') await page.locator('.list > li, .map, .figures, .empty').first().waitFor();
      expect(await findings(page), path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      // The links to all views are in sight.
      const hidden = await page.locator('.views').evaluate((nav) => nav.scrollWidth - nav.clientWidth);
      expect(hidden, path).toBeLessThanOrEqual(0);
    }
  });

  it('weigh less than 100 KB in all, compressed', () => {
    const folder = new URL('../../../dist/dashboard/', import.meta.url);
    const files = readdirSync(folder, { recursive: true }).map(String);
    const own = files.filter((name) => /\.(html|js|css|svg)$/.test(name));
    expect(own.length).toBeGreaterThanOrEqual(5);
    const bytes = own.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, folder))).length, 0);
    expect(bytes).toBeLessThan(100_000);
  });

  it('have scripts that a browser keeps for good, compressed, and a page that it asks for each time', async () => {
    const headers = { 'accept-encoding': 'br' };
    const html = await fetch(`${server.url}/files/1`, { headers });
    expect(html.headers.get('cache-control')).toBe('no-cache');
    const [script] = /\/assets\/index-[\w-]{8}\.js/.exec(await html.text())!;
    const answer = await fetch(server.url + script, { headers });
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(answer.headers.get('vary')).toBe('accept-encoding');
    expect(await answer.text()).toContain('landfall');
    const theme = await fetch(`${server.url}/assets/theme.js`, { headers });
    expect(theme.headers.get('cache-control')).toBe('no-cache');
  });
});
