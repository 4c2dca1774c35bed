/** A schedule of one second, from its ticks to the star, by two coordinators after each other. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../sources/http/server.ts';
import { redisUrl, type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { testSite } from '../site.ts';

const definition = `import { defineDataset, http, text } from 'landfall';
export default defineDataset({
  name: 'sales',
  columns: { window: text({ required: true }) },
  star: { fact: 'fact_sale', columns: ['window'] },
  sources: { api: http({ url: '{env:SALES_URL}/sales?from={from}&to={to}', schedule: { every: '1s' } }) },
});
`;

let server: TestServer;
const cwd = tempFolder();
const datasets = join(cwd, 'datasets');
beforeAll(async () => {
  server = await testServer();
  process.env.SALES_URL = server.url;
  mkdirSync(join(datasets, 'sales'), { recursive: true });
  writeFileSync(join(datasets, 'sales/dataset.ts'), definition);
});
afterAll(() => server.close());

const soon = { timeout: 60_000, interval: 50 };

it.each(redisUrl() === null ? (['postgres'] as const) : (['postgres', 'redis'] as const))(
  'is fetched once for each window, by one coordinator and the next, ticked by %s',
  async (backend) => {
    const database: TestDatabase = await testDatabase();
    const asked: string[] = [];
    server.answer(({ url }, response) => {
      const [from, to] = [url.searchParams.get('from')!, url.searchParams.get('to')!];
      asked.push(`${from} ${to}`);
      response.end(`window\n${from} ${to}\n`);
    });
    const done = async () => {
      const { rows } = await database.pool.query(`select count(*)::int as done from landfall.run
        where state = 'done' and run_id in (select run_id from landfall.file where state = 'done')`);
      return rows[0].done as number;
    };
    const open = { ...database, drop: async () => {} };
    const options = { scope: 'pool', serve: true, folder: cwd, datasets: [datasets], database: open };
    for (const least of [3, 6]) {
      const site = await testSite({ backend, ...options });
      try {
        await expect.poll(done, soon).toBeGreaterThanOrEqual(least);
        const { sources } = (await (await fetch(`${site.url}/api/sources`)).json()) as {
          sources: { dataset: string; scheduled: { from: string; to: string }; schedule: object }[];
        };
        const { from, to } = sources.find(({ dataset }) => dataset === 'sales')!.scheduled;
        expect(Date.parse(to)).toBeGreaterThan(Date.parse(from));
      } finally {
        await site.close();
      }
    }
    const { rows: runs } =
      await database.pool.query(`select window_from as "from", window_to as "to", skipped_from
      from landfall.run order by window_to`);
    for (let i = 1; i < runs.length; i++) expect(runs[i].from).toEqual(runs[i - 1].to);
    expect(runs.every(({ skipped_from }) => skipped_from === null)).toBe(true);
    const counts = new Map<string, number>();
    for (const window of asked) counts.set(window, (counts.get(window) ?? 0) + 1);
    // What was being fetched when the first coordinator closed is fetched again by the second.
    expect([...counts.values()].filter((count) => count > 1).length).toBeLessThanOrEqual(1);
    const { rows: facts } = await database.pool.query('select "window" from star.fact_sale');
    expect(new Set(facts.map((row) => row.window)).size).toBe(facts.length);
    await database.drop();
  },
  120_000,
);
