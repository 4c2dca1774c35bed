/** A dataset's page in a browser, on a real coordinator with a file of trips. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openServed, type Served } from '../../../coordinator/http/actions/served.ts';
import { builtin } from '../../../support/builtin.ts';
import { describePage, findings, openPage } from '../../browser.ts';
import { tripsCsv } from './trips.ts';

describePage("a dataset's page", () => {
  let served: Served;
  beforeAll(async () => {
    served = await openServed(builtin);
    await served.rig.drop('trips/may.csv', tripsCsv(60));
    await served.rig.receipts(1);
  });
  afterAll(() => served.close());

  it('asks a named query when the reader says so, with a link that fills the form in again', async () => {
    const page = await openPage(`${served.server.url}/datasets`);
    await page.getByRole('link', { name: 'trips', exact: true }).click();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const queries = page.getByRole('region', { name: 'Queries' });
    await queries.getByRole('combobox', { name: 'Query' }).selectOption('weekly_average');
    await queries.getByRole('textbox', { name: 'region' }).fill('Turin');
    await queries.getByText('Link, URL, curl, SQL').click();
    const path = '/api/datasets/trips/queries/weekly_average';
    await queries.getByText(`curl '${served.server.url}${path}?region=Turin'`).waitFor();
    await queries.getByText(/\\bind 'Turin' \\g/).waitFor();
    expect(asked.filter((one) => one === path)).toEqual([]);
    await queries.getByRole('button', { name: 'Run' }).click();
    await queries.getByText(/^1 row in/).waitFor();
    expect(await queries.getByRole('cell').allTextContents()).toEqual(['Turin', '30', '9', '3.33']);
    await page.reload();
    expect(await queries.getByRole('textbox', { name: 'region' }).inputValue()).toBe('Turin');
    expect(asked.filter((one) => one === path)).toEqual([path]);
    // What a parameter cannot be is said beside the form.
    await page.goto(`${served.server.url}/datasets/trips?query=weekly_average_in_box`);
    await queries.getByRole('button', { name: 'Run' }).click();
    expect(
      await queries.getByRole('spinbutton', { name: 'west' }).evaluate((one) => one.matches(':invalid')),
    ).toBe(true);
  });

  it.each([
    [375, 'light'],
    [1280, 'dark'],
  ] as const)(
    'shows star, lake, marts and loads at %i px, %s, and breaks no rule of accessibility',
    async (width, colorScheme) => {
      const page = await openPage(`${served.server.url}/datasets/trips`, {
        viewport: { width, height: 900 },
        colorScheme,
      });
      await page
        .getByRole('img', {
          name: /^Fact table star\.fact_trip, .* Joins dim_region by region_key, with name;/,
        })
        .waitFor();
      await page.getByRole('region', { name: 'Lake' }).getByText('year=2018/month=05').waitFor();
      await page.getByRole('img', { name: /^Rows loaded on each day since .*: most on .*, 110;/ }).waitFor();
      await page.getByRole('button', { name: 'Show rows of trips_of_week' }).click();
      await page.getByRole('img', { name: /^trips_of_week: 1 at most \d, 2 at most \d/ }).waitFor();
      await page.getByRole('button', { name: 'Run' }).click();
      await page.getByText(/^3 rows in/).waitFor();
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    },
  );
});
