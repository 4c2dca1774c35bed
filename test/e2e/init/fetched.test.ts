/** `landfall init --source`: what it writes for a real table, bucket and web service brings their rows into the star. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { initCommand } from '../../../cli/commands/init.ts';
import { filesOfRuns, planRun, runOf } from '../../../ledger/runs.ts';
import { S3Storage } from '../../../platform/storage/s3/s3-storage.ts';
import { type Answering, type TestServer, testServer } from '../../sources/http/server.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';

const folder = tempFolder();
const said = new Map<string, { readonly stdout: string; readonly stderr: string }>();
const pathOf = (name: string) => join(folder, 'datasets', name, 'dataset.ts');
const definitionOf = (name: string) => readFileSync(pathOf(name), 'utf8');

/** The command in this process. */
async function init(name: string, kind: string, address: string, ...flags: string[]): Promise<void> {
  const texts = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      texts[stream] += text;
      return true;
    }),
  );
  const args = [address, '--source', kind, '--name', name, '--out', pathOf(name), ...flags];
  try {
    await initCommand().parseAsync(args, { from: 'user' });
  } finally {
    for (const spy of spies) spy.mockRestore();
    said.set(name, texts);
  }
}

let crm: TestDatabase;
let bucket: FauxqsServer;
let web: TestServer;
let site: TestSite;

/** Services, each with how it pages 25 records, and the `pages` that are found. */
const records = Array.from({ length: 25 }, (_, i) => ({
  id: i + 1,
  name: `name ${i + 1}`,
  updated_at: `2026-03-${String((i % 28) + 1).padStart(2, '0')}T10:00:00Z`,
}));
const paged = (from: number, most = 10) => records.slice(from, from + most);
const csv = (rows: typeof records) =>
  `id,name,updated_at\n${rows.map((row) => `${Object.values(row).join(',')}\n`).join('')}`;
const services: Readonly<Record<string, { start: string; found: string; answer: (url: URL) => unknown }>> = {
  linked: {
    start: '',
    found: "pages: { by: 'link', at: '$.links.next' }",
    answer: ({ searchParams }) => {
      const from = Number(searchParams.get('after') ?? 0);
      return { data: paged(from), links: { next: from < 20 ? `/linked?after=${from + 10}` : null } };
    },
  },
  cursors: {
    start: '?size=10',
    found: "pages: { by: 'cursor', at: '$.next_cursor', parameter: 'after' }",
    answer: ({ searchParams }) => {
      const from = Number(searchParams.get('after')?.slice(1) ?? 0);
      return { items: paged(from), next_cursor: from < 20 ? `c${from + 10}` : null };
    },
  },
  numbered: {
    start: '?page=0',
    found: "pages: { by: 'number', parameter: 'page', first: 0 }",
    answer: ({ searchParams }) => paged(10 * Number(searchParams.get('page'))),
  },
  flagged: {
    start: '',
    found: "end: { more: '$.has_more' }",
    answer: ({ searchParams }) => {
      const page = Number(searchParams.get('page') ?? 1);
      return { has_more: page < 3, page, rows: paged(10 * (page - 1)) };
    },
  },
  offsets: {
    start: '?offset=0&limit=7',
    found: "pages: { by: 'offset', parameter: 'offset', limit: 7, limitParameter: 'limit' }",
    answer: ({ searchParams }) => ({
      total: records.length,
      rows: paged(Number(searchParams.get('offset')), Number(searchParams.get('limit'))),
    }),
  },
  whole: { start: '', found: 'nothing shows that there is a second page', answer: () => records },
  // As many records as a page might have; a parameter that it does not know changes nothing.
  round: { start: '', found: 'nothing shows that there is a second page', answer: () => paged(0, 20) },
};

const serve: Answering = ({ url, headers }, response) => {
  const [, name] = url.pathname.split('/');
  if (headers.authorization !== 'Bearer s3cret-token')
    return void response.writeHead(401).end('who are you?');
  if (name === 'lines') {
    const from = Number(url.searchParams.get('from') ?? 0);
    const link: Record<string, string> =
      from < 20 ? { link: `<${web.url}/lines?from=${from + 10}>; rel="next"` } : {};
    response.writeHead(200, { 'content-type': 'text/csv', ...link });
    return void response.end(csv(paged(from)));
  }
  const service = services[name];
  if (service === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(service.answer(url)));
};

beforeAll(async () => {
  [crm, web, bucket] = [
    await testDatabase(),
    await testServer(),
    await startFauxqs({ port: 0, logger: false }),
  ];
  await crm.pool.query(`create schema app;
    create domain app.money as numeric(10, 2) not null;
    create type app.tier as enum ('free', 'pro');
    create table app.customers (
      id bigint primary key, "Full Name" text not null, nick varchar(20), paid app.money, ratio double precision,
      exact numeric, active boolean, born date, at time, seen timestamp, updated_at timestamptz not null,
      token uuid not null, extra jsonb, tags int[], tier app.tier, code char(3));
    insert into app.customers select i, case when i % 9 = 0 then '' else 'name, "' || i || E'"\\n' end,
      case when i % 4 > 0 then 'nick ' || i end, i + 0.25, i / 7.0, i * 1.000000001, i % 2 = 0,
      date '1970-01-01' + i * 100, time '10:00' + i * interval '1 minute', timestamp '2026-01-01' + i * interval '1 h',
      timestamptz '2026-02-01 00:00+03' + i * interval '1.000001 h', md5(i::text)::uuid,
      jsonb_build_object('i', i), array[i, i + 1], (array['free', 'pro'])[1 + i % 2]::app.tier, 'a' || i % 10
    from generate_series(1, 60) i;
    create table app.odd ("a;b" text primary key); insert into app.odd values (' x;1 '), ('y;2'), ('');
    create table app.plans (code text not null, region text not null, price integer, unique (code, region));
    insert into app.plans values ('a', 'eu', 1), ('b', 'eu', null), ('a', 'us', 3);
    create table app.loose (a int, changed timestamptz); insert into app.loose values (1);
    create table app.empty (id int primary key)`);
  web.answer(serve);
  bucket.createBucket('dumps');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${bucket.port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('SHOP_TOKEN', 's3cret-token');
  const dumps = new S3Storage('s3://dumps/in');
  await dumps.put('2026/orders-01.csv.gz', gzipSync(csv(paged(0, 12))));
  await dumps.put('2026/orders-02.csv.gz', gzipSync(csv(paged(12, 13))));
  await dumps.put('2026/README.txt', 'orders of 2026');

  await init('customers', 'postgres', crm.url, '--table', 'app.customers', '--json');
  vi.stubEnv('CUSTOMERS_URL', crm.url);
  await init('plans', 'postgres', '{env:CUSTOMERS_URL}', '--table', 'app.plans');
  await init('odd', 'postgres', '{env:CUSTOMERS_URL}', '--table', 'app.odd');
  await init('orders', 's3', 's3://dumps/in/2026/');
  const header = ['--http-header', 'Authorization: Bearer {env:SHOP_TOKEN}'];
  for (const [name, { start }] of Object.entries(services))
    await init(name, 'http', `${web.url}/${name}${start}`, ...header);
  await init('lines', 'http', `${web.url}/lines`, '--http-header', 'Authorization: Bearer s3cret-token');
  site = await testSite({ backend: 'postgres', folder, examples: [], datasets: [join(folder, 'datasets')] });
}, 90_000);
afterAll(async () => {
  await site?.close();
  await crm.drop();
  await web.close();
  await bucket.stop();
  vi.unstubAllEnvs();
});

let windows = 0;

/** What `landfall run` does, until the files are loaded. */
async function run(dataset: string, source: string): Promise<void> {
  const { pool } = site.database;
  const [from, to] = [windows++, windows].map((hour) => new Date(Date.UTC(2026, 0, 1, hour)).toISOString());
  const { runId } = (await planRun(pool, { dataset, source, kind: 'live', window: { from, to } }))!;
  await vi.waitFor(async () => expect(await runOf(pool, runId)).toMatchObject({ state: 'done' }), {
    timeout: 30_000,
    interval: 20,
  });
  for (const { fileId } of await filesOfRuns(pool, [runId]))
    expect(await site.coordinator.settled(fileId)).toMatchObject({ status: 'done', rows: { rejected: 0 } });
}

describe('a table', () => {
  const columns = [
    ...[
      'id',
      'paid::text',
      'ratio',
      'exact::float8',
      'active',
      'born::text',
      'at::text',
      'token',
      'extra::jsonb',
    ],
    ...['tags::text', 'tier::text', 'trim(code) as code', 'nick'],
  ].join(', ');
  const inTable = async () =>
    (
      await crm.pool.query(`select ${columns}, "Full Name" as full_name, (seen at time zone 'UTC')::text as seen,
      updated_at::text from app.customers order by id`)
    ).rows;
  const inStar = () =>
    site.query(
      `select ${columns}, full_name, seen::text, updated_at::text from star.fact_customers order by id`,
    );

  it('is described by its catalogue, and the address is left to the environment', () => {
    const source = definitionOf('customers');
    for (const line of [
      'id: bigint({ required: true })',
      'full_name: text({ required: true, nulls: [] })',
      'paid: numeric(10, 2, { required: true })',
      'exact: numeric(38, 9)',
      'token: uuid({ required: true })',
      "mode: upsert({ key: ['id'], orderBy: 'updated_at' })",
      "url: env('CUSTOMERS_URL')",
      "table: 'app.customers'",
      "cursor: 'updated_at'",
    ])
      expect(source).toContain(line);
    expect(source).not.toContain(new URL(crm.url).pathname.slice(1));
    const { stdout, stderr } = said.get('customers')!;
    expect(stderr).toContain('export CUSTOMERS_URL=…\n  landfall run customers.database\n');
    expect(JSON.parse(stdout)).toMatchObject({
      dataset: 'customers',
      variables: ['CUSTOMERS_URL'],
      source: { kind: 'postgres', options: { table: 'app.customers', key: ['id'], cursor: 'updated_at' } },
      mode: { mode: 'upsert', options: { key: ['id'], orderBy: 'updated_at' } },
    });
  });

  it('is in the star as it is, also after a change', async () => {
    await run('customers', 'database');
    expect(await inStar()).toEqual(await inTable());
    await crm.pool.query(`update app.customers set code = 'new', nick = null, updated_at = now() where id % 7 = 0;
      insert into app.customers (id, "Full Name", updated_at, token, paid)
      values (100, '', now(), gen_random_uuid(), 0)`);
    await run('customers', 'database');
    expect(await inStar()).toEqual(await inTable());
  });

  it('without a column for changes is a snapshot by its unique index', async () => {
    expect(definitionOf('plans')).toContain(
      "mode: snapshot({ key: ['code', 'region'], asOf: fromName('{date}.csv') })",
    );
    const star = () => site.query('select code, region, price from star.fact_plans order by 1, 2');
    const table = async () =>
      (await crm.pool.query('select code, region, price from app.plans order by 1, 2')).rows;
    await run('plans', 'database');
    expect(await star()).toEqual(await table());
  });

  it('has its texts as they are, with blanks, delimiters and without a letter', async () => {
    expect(definitionOf('odd')).not.toContain('dialect');
    await run('odd', 'database');
    expect(await site.query('select a_b from star.fact_odd order by 1')).toEqual(
      ['', ' x;1 ', 'y;2'].map((a_b) => ({ a_b })),
    );
  });

  it.each([
    ['app.costumers', 'Did you mean app.customers?'],
    ['customers', 'Did you mean app.customers?'],
    ['nothing.like_it', 'There are: app.customers, app.empty, app.loose, app.odd, app.plans, '],
    ['app.loose', 'neither a primary key nor a unique index'],
    ['app.empty', 'it has no rows'],
  ])('%s is refused', async (table, reason) => {
    await expect(init('refused', 'postgres', crm.url, '--table', table)).rejects.toThrow(reason);
    expect(existsSync(pathOf('refused'))).toBe(false);
  });

  it('is not looked at where the server or the password is another', async () => {
    const away = 'postgres://me:secret@127.0.0.1:1/db';
    const refused = init('refused', 'postgres', away, '--table', 'app.plans');
    await expect(refused).rejects.toMatchObject({ code: 'LF_SOURCE_DATABASE_LOST' });
    await expect(refused).rejects.not.toThrow('secret');
    const missing = crm.url.replace(/[^/]*$/, 'no_such_database');
    await expect(init('refused', 'postgres', missing, '--table', 'a')).rejects.toMatchObject({
      code: 'LF_SOURCE_DATABASE_REFUSED',
    });
  });
});

describe('a bucket', () => {
  it('is described by its commonest objects, and all of them are loaded', async () => {
    const source = definitionOf('orders');
    expect(source).toContain("bucket: s3({ url: 's3://dumps/in/2026/', match: '*.csv.gz' }),");
    expect(source).toContain('check: 1 object with another ending will not be taken: README.txt');
    expect(source).toContain("mode: upsert({ key: ['id'], orderBy: 'updated_at' }),");
    await run('orders', 'bucket');
    expect(await site.query('select id, name from star.fact_orders order by id')).toEqual(
      records.map(({ id, name }) => ({ id, name })),
    );
  });

  it('without an object, or without itself, is refused', async () => {
    const refused = (address: string, ...flags: string[]) => init('refused', 's3', address, ...flags);
    await expect(refused('s3://dumps/nothing/')).rejects.toThrow('no object is below it');
    await expect(refused('s3://dumps/in/', '--match', '*.parquet')).rejects.toThrow('matches *.parquet');
    await expect(refused('s3://no-such-bucket/')).rejects.toMatchObject({ code: 'LF_SOURCE_BUCKET_MISSING' });
  });
});

describe('a web service', () => {
  const loaded = (name: string) =>
    site.query(`select id, name, updated_at from star.fact_${name} order by id`);
  const all = records.map((row) => ({ ...row, updated_at: new Date(row.updated_at) }));

  it.each([...Object.keys(services), 'lines'])(
    'that pages as %s is loaded to its last page',
    async (name) => {
      const source = definitionOf(name);
      expect(source).toContain(services[name]?.found ?? "pages: { by: 'link' }");
      expect(source).toContain("headers: { authorization: 'Bearer {env:SHOP_TOKEN}' }");
      await run(name, 'api');
      expect(await loaded(name)).toEqual(name === 'round' ? all.slice(0, 20) : all);
    },
  );

  it.each([
    [
      '/lines',
      200,
      'text/html',
      '<!doctype html><title>Log in</title>',
      'LF_SOURCE_CONTENT',
      'not CSV or JSON',
    ],
    ['/lines', 200, 'application/json', '{"error": "no such shop"}', 'LF_INIT_SOURCE', 'it has $.error'],
    ['/lines', 200, 'application/json', '[]', 'LF_INIT_SOURCE', 'JSON without records'],
    ['/lines', 200, 'text/csv', '', 'LF_INIT_SOURCE', 'the answer has no content'],
    ['/lines', 200, 'text/csv', 'id,name\n', 'LF_INIT_SOURCE', 'it has no rows'],
    ['/lines', 401, 'text/plain', 'no', 'LF_SOURCE_REFUSED', 'status 401'],
    ['/lines', 404, 'text/plain', 'no', 'LF_SOURCE_REFUSED', 'status 404'],
    ['/lines', 503, 'text/plain', 'no', 'LF_SOURCE_UNREACHABLE', 'status 503'],
  ])('%s with status %i of %s, %s, is refused', async (path, status, type, body, code, reason) => {
    web.answer((_, response) => void response.writeHead(status, { 'content-type': type }).end(body));
    const refused = init('refused', 'http', `${web.url}${path}`);
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(reason) });
    expect(existsSync(pathOf('refused'))).toBe(false);
  });

  it('that is out of reach is refused, and its secrets are not shown', async () => {
    const refused = init('refused', 'http', 'http://127.0.0.1:9/rows?api_key=hush-hush');
    await expect(refused).rejects.toMatchObject({
      code: expect.stringMatching(/LF_SOURCE_(UNREACHABLE|REFUSED)/),
    });
    await expect(refused).rejects.not.toThrow('hush-hush');
  });
});
