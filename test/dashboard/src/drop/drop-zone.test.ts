/** What people do with a file: drop it on the page, see what it is, load it, follow it to its receipt. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestSite, testSite } from '../../../e2e/site.ts';
import { tempFolder } from '../../../support/index.ts';
import { describePage, findings, forgive, openPage } from '../../browser.ts';

describePage('a file that is dropped on the page', () => {
  let site: TestSite;
  beforeAll(async () => {
    const datasets = join(tempFolder(), 'definitions');
    mkdirSync(datasets);
    site = await testSite({ backend: 'postgres', serve: true, examples: ['trips'], datasets: [datasets] });
  });
  afterAll(() => site.close());

  const header = 'region,origin_coord,destination_coord,datetime,datasource';
  const trip = 'Prague,POINT (14.5 50.1),POINT (14.4 50.2),2018-05-28 09:03:40,funny_car';
  const beaches = 'beach,sand,opened\nBondi,yellow,2019-01-02\n<b>Cala</b>,white,2020-02-03\n';

  async function drop(page: Page, name: string, content: string): Promise<void> {
    const transfer = await page.evaluateHandle(
      ([name, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], name));
        return transfer;
      },
      [name, content],
    );
    await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  }

  const dropped = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true });

  it('is recognised, loaded, and leads to its receipt', async () => {
    const page = await openPage(site.url!, { viewport: { width: 375, height: 800 } });
    await drop(page, 'a.csv', `${header}\n${trip}\n${trip.replace('2018-05-28', 'noon')}\n`);
    const item = dropped(page, 'a.csv');
    await item.getByText('2 rows read, of which 1 would be rejected:').waitFor();
    expect(await item.getByRole('combobox').inputValue()).toBe('trips');
    expect(await findings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await item.getByRole('button', { name: 'Load a.csv as trips' }).click();
    await item.getByRole('link', { name: /File \d+: (done|failed)/ }).click();
    await page.getByRole('heading', { level: 1, name: /a\.csv/ }).waitFor();
    expect(await site.query('select name, dataset from landfall.file')).toEqual([
      { name: 'a.csv', dataset: 'trips' },
    ]);
  });

  it('that no dataset fits gets a definition, which is saved, and is loaded', async () => {
    const page = await openPage(site.url!, { colorScheme: 'dark' });
    await page.getByLabel('Files to upload').setInputFiles({
      name: 'beaches.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(beaches),
    });
    const item = dropped(page, 'beaches.csv');
    await item.getByText('2 rows read, none would be rejected.').waitFor();
    // What a file has is text on the page.
    expect(await item.locator('td', { hasText: '<b>Cala</b>' }).count()).toBe(1);
    await item.getByLabel('Name of the new dataset').fill('shores');
    expect(await item.getByLabel('Its definition').inputValue()).toContain(`name: 'shores'`);
    expect(await findings(page)).toEqual([]);
    await item.getByRole('button', { name: 'Save the definition and load the file' }).click();
    await item.getByRole('link', { name: /File \d+: done/ }).waitFor();
    expect((await site.receiptOf('beaches.csv')).rows.loaded).toBe(2);
  });

  it('goes on where it was when its connection is cut', async () => {
    const page = await openPage(site.url!);
    let cuts = 0;
    const offsets: string[] = [];
    await page.route('**/api/uploads/*?offset=*', (route) => {
      offsets.push(new URL(route.request().url()).searchParams.get('offset')!);
      // The second piece is lost once.
      return offsets.length === 2 && cuts++ === 0 ? route.abort() : route.continue();
    });
    const rows = `${trip}\n`.repeat(70_000);
    await drop(page, 'long.csv', `${header}\n${rows}`);
    const item = dropped(page, 'long.csv');
    const receipt = site.receiptOf('long.csv');
    await item.getByRole('button', { name: 'Load long.csv as trips' }).click();
    await item.getByText('The connection is away.').waitFor();
    expect((await receipt).rows.parsed).toBe(70_000);
    expect(new Set(offsets).size).toBe(2);
    expect(offsets.length).toBe(3);
    forgive('net::ERR_FAILED');
    await item.getByRole('button', { name: 'Close long.csv' }).click();
    expect(await item.count()).toBe(0);
  });
});
