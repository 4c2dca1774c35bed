/** The page on a real site, about a dataset with the lake alone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeBrowser, openBrowser } from '../../dashboard/browser.ts';
import { tempFolder } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';

const definition = `import { defineDataset, integer, month, timestamp } from 'landfall';
export default defineDataset({
  name: 'readings',
  columns: { id: integer({ required: true }), at: timestamp({ required: true, zone: 'UTC' }) },
  enrich: (c) => ({ month: month(c.at) }),
  lake: { partitionBy: ['month'] },
  star: 'none',
});
`;

describeBrowser('the page about a dataset with the lake alone', () => {
  let browser: Browser;
  let site: TestSite;

  beforeAll(async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'datasets', 'readings'), { recursive: true });
    writeFileSync(join(folder, 'datasets', 'readings', 'dataset.ts'), definition);
    [browser, site] = await Promise.all([
      openBrowser(),
      testSite({ backend: 'postgres', folder, serve: true, datasets: [join(folder, 'datasets')] }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('shows its rows and rejects, and no figure of a star', async () => {
    const times = Array.from({ length: 40 }, (_, i) => `${i},2024-0${1 + (i % 3)}-01 10:00:00`);
    const path = join(tempFolder(), 'a.csv');
    writeFileSync(path, ['id,at', ...times, '41,never', ''].join('\n'));
    const receipt = await site.drop('readings', path);
    expect(receipt).toMatchObject({ status: 'done', starRows: null, lakeRows: 40 });

    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(site.url!);
    const row = page.locator('li.file', { hasText: 'a.csv' });
    await row.getByText('40 rows').waitFor();
    await page.getByText('never').first().waitFor();
    const rowsLoaded = page.locator('.figure', { hasText: 'Rows loaded' });
    expect(await rowsLoaded.textContent()).toContain('40');
    const text = await page.locator('body').textContent();
    expect(text).not.toMatch(/\bstar\b|fact_|NaN|null|undefined/i);
    expect(complaints).toEqual([]);
  });
});
