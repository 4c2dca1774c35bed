/** A source from the web service to the star, by the command: alone, and while a coordinator is running. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { landfall } from '../../cli/run.ts';
import { type TestServer, testServer } from '../../sources/http/server.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { testSite } from '../site.ts';

const definition = `import { defineDataset, env, http, integer, text, upsert } from 'landfall';
export default defineDataset({
  name: 'sales',
  columns: { id: integer({ required: true }), version: integer({ required: true }), shop: text() },
  mode: upsert({ key: ['id'], orderBy: 'version' }),
  star: { fact: 'fact_sale', columns: ['id', 'version', 'shop'] },
  sources: {
    api: http({
      url: '{env:SALES_URL}/sales',
      headers: { authorization: env('SALES_TOKEN') },
      pages: { by: 'offset', parameter: 'offset', limit: 3 },
    }),
    daily: http({ url: '{env:SALES_URL}/daily?day={from:date}' }),
  },
});
`;

const orders = `import { defineDataset, http, integer, jsonDocument, text } from 'landfall';
export default defineDataset({
  name: 'orders',
  format: jsonDocument({ records: '$.orders[*]' }),
  columns: { id: integer({ required: true }), customer: text({ path: '$.customer.name' }) },
  star: { fact: 'fact_order', columns: ['id', 'customer'] },
  rejects: { share: 1 },
  sources: {
    api: http({ url: '{env:SALES_URL}/orders', pages: { by: 'cursor', at: '$.next', parameter: 'after' } }),
  },
});
`;

const token = 'token-that-is-secret';
let server: TestServer;
let database: TestDatabase;
const cwd = tempFolder();
const datasets = join(cwd, 'datasets');
let env: Record<string, string>;
beforeAll(async () => {
  server = await testServer();
  database = await testDatabase();
  mkdirSync(join(datasets, 'orders'), { recursive: true });
  writeFileSync(join(datasets, 'orders/dataset.ts'), orders);
  mkdirSync(join(datasets, 'sales'), { recursive: true });
  writeFileSync(join(datasets, 'sales/dataset.ts'), definition);
  env = {
    ...{ DATABASE_URL: database.url, LANDFALL_WORKERS: '1', LANDFALL_DATASETS: datasets },
    ...{ SALES_URL: server.url, SALES_TOKEN: token },
  };
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

/** Rows of the service, which serves those after an offset, three at a time. */
let rows: string[] = [];
const serve = (insertBefore = 0) =>
  server.answer(({ url }, response, nth) => {
    // A row that comes first moves all others.
    if (nth === insertBefore) rows = ['100,1,new', ...rows];
    const offset = Number(url.searchParams.get('offset'));
    response.end(`id,version,shop\n${rows.slice(offset, offset + 3).join('\n')}\n`);
  });

const star = async () =>
  (await database.pool.query('select id, version, shop from star.fact_sale order by id')).rows.map(
    (row) => `${row.id},${row.version},${row.shop}`,
  );

it('is fetched by a command that is alone, though rows are inserted while it is paged', async () => {
  rows = Array.from({ length: 8 }, (_, i) => `${i + 1},1,shop ${i + 1}`);
  serve(3);
  const run = await landfall(['run', 'sales.api', '--json'], { cwd, env });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const result = JSON.parse(run.stdout);
  expect(result).toMatchObject({
    dataset: 'sales',
    source: 'api',
    window: null,
    state: 'done',
    pages: 3,
    error: null,
  });
  expect(result.files.map(({ status }: { status: string }) => status)).toEqual(['done', 'done', 'done']);
  expect(server.asked[0].headers.authorization).toBe(token);
  // The inserted row came before the page: it is fetched next time. None is lost, none doubled.
  expect(await star()).toEqual(rows.slice(1));
});

it('is fetched by the coordinator that is running, which shows it', async () => {
  Object.assign(process.env, { SALES_URL: server.url, SALES_TOKEN: token });
  const open = { ...database, drop: async () => {} };
  const site = await testSite({
    ...{ backend: 'postgres', scope: 'pool', serve: true, folder: cwd, datasets: [datasets], database: open },
  });
  try {
    rows[1] = '1,2,moved';
    serve();
    const run = await landfall(['run', 'sales.api'], { cwd, env });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    // The last page has not changed since the run before.
    expect(run.stdout).toContain('✓ sales.api: done, 3 pages, 6 rows loaded, 0 rejected');
    expect(run.stdout.match(/csv: \w+/g)).toEqual(['csv: done', 'csv: done', 'csv: duplicate']);
    expect(await star()).toEqual([...rows.slice(1), rows[0]]);
    const api = async (path: string) => (await fetch(`${site.url}${path}`)).json();
    const { sources } = await api('/api/sources');
    const last = { kind: 'manual', state: 'done', pages: 3, window: null };
    const ours = sources.filter(
      ({ dataset, source }: { dataset: string; source: string }) => dataset === 'sales' && source === 'api',
    );
    expect(ours).toHaveLength(1);
    expect(ours[0]).toMatchObject({
      dataset: 'sales',
      source: 'api',
      last,
      next: null,
      waiting: 0,
      missing: [],
    });
    const { runs } = await api('/api/sources/sales/api/runs?limit=1');
    expect(runs).toHaveLength(1);
    expect(runs[0].files).toHaveLength(3);
    expect(runs[0].files[0]).toMatchObject({ state: 'done', name: `${runs[0].name}/0001.csv` });
    expect(await api('/api/sources/sales/none/runs')).toMatchObject({ code: 'LF_HTTP_NOT_FOUND' });
  } finally {
    await site.close();
  }
});

it('is fetched for past windows, which a repeat leaves out', async () => {
  // A row of each day, under an id of its own.
  server.answer(({ url }, response) => {
    const day = url.searchParams.get('day')!;
    response.end(`id,version,shop\n${Number(day.slice(8)) + 1000},1,${day}\n`);
  });
  const backfill = ['backfill', 'sales.daily', '--from', '2026-03-01', '--step', '1d'];
  const dry = await landfall([...backfill, '--to', '2026-03-04', '--dry-run'], { cwd, env });
  expect(dry.stdout.trim().split('\n')).toHaveLength(3);
  expect(server.asked).toHaveLength(0);
  const first = await landfall([...backfill, '--to', '2026-03-04', '--parallel', '2'], { cwd, env });
  expect(first).toMatchObject({ code: 0, stderr: '' });
  const again = await landfall([...backfill, '--to', '2026-03-05', '--json'], { cwd, env });
  expect(JSON.parse(again.stdout)).toMatchObject({
    state: 'done',
    window: { from: '2026-03-04T00:00:00.000Z' },
  });
  expect(server.asked.map(({ url }) => url.search).sort()).toEqual(
    [1, 2, 3, 4].map((day) => `?day=2026-03-0${day}`),
  );
  expect((await star()).slice(-4)).toEqual([1, 2, 3, 4].map((day) => `${1000 + day},1,2026-03-0${day}`));
  const shop = await landfall(['backfill', 'sales.daily', '--from', '2026-03-05', '--to', 'soon'], {
    cwd,
    env,
  });
  expect([shop.code, shop.stderr]).toEqual([2, expect.stringContaining('LF_SOURCE_SPAN')]);
});

it('of JSON is paged by what stands in the pages, and read by the format of the dataset', async () => {
  server.answer(({ url }, response) => {
    const page = Number(url.searchParams.get('after') ?? 0);
    const orders =
      page < 2 ? [{ id: page + 1, customer: { name: `n ${page}` }, total: 0.1 }, { id: 'x' }] : [];
    response.end(JSON.stringify({ next: page + 1, orders }));
  });
  const run = await landfall(['run', 'orders.api'], { cwd, env });
  expect(run.stdout).toContain('✓ orders.api: done, 2 pages, 2 rows loaded, 2 rejected');
  const { rows: loaded } = await database.pool.query('select id, customer from star.fact_order order by id');
  expect(loaded).toEqual([
    { id: 1, customer: 'n 0' },
    { id: 2, customer: 'n 1' },
  ]);
});

it('that cannot be fetched says why, and secrets are nowhere', async () => {
  server.answer((_, response) => response.writeHead(403).end(token));
  const failed = await landfall(['run', 'sales.api'], { cwd, env });
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain('refuses the request: status 403. [LF_SOURCE_REFUSED]');
  expect(failed.stderr).not.toMatch(/^\d\d:\d\d:\d\d |"level"/m);
  const shown = await landfall(['sources'], { cwd, env: { ...env, SALES_TOKEN: '' } });
  expect(shown.stdout).toContain('! sales.api needs SALES_TOKEN in the environment');
  const doctor = await landfall(['doctor', '--json'], { cwd, env: { ...env, SALES_TOKEN: '' } });
  expect(doctor.code).toBe(1);
  const [finding] = JSON.parse(doctor.stdout).findings.filter(
    ({ name }: { name: string }) => name === 'sources',
  );
  expect(finding).toMatchObject({ ok: false, detail: 'SALES_TOKEN not set in the environment' });
  for (const [name, code] of [
    ['sales.none', 'LF_SOURCE_UNKNOWN'],
    ['daily', 'LF_SOURCE_WINDOW'],
  ] as const) {
    const refused = await landfall(['run', name], { cwd, env });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(code)]);
  }
  const { rows: ledger } = await database.pool.query(`
    select (select string_agg(r::text, '') from landfall.run r) || (select string_agg(f::text, '') from landfall.file f)
      || (select string_agg(d::text, '') from landfall.definition d)
      || coalesce((select string_agg(s::text, '') from landfall.source s), '') as all`);
  for (const text of [ledger[0].all, failed.stdout, failed.stderr, shown.stdout, doctor.stdout])
    expect(text).not.toContain(token);
});
