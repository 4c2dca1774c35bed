/**
 * What docker-compose.yml adds with the profiles superset, metabase and pgadmin, as far as that goes without Docker: the
 * reader on a real server, the SQL of every chart against the star of all examples, and the files of each tool.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compileDataset } from '../model/compile/compile.ts';
import { ddlOf } from '../sinks/open-sinks.ts';
import { chartOf } from './deploy/charts.ts';
import { supersetAssets } from './deploy/superset-assets.ts';
import { builtin, definitionsOf } from './support/builtin.ts';
import { type TestDatabase, testDatabase } from './support/index.ts';
import { programOf } from './support/programs.ts';

const root = new URL('../', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const examples = Object.keys(definitionsOf).sort();
const charts = examples.map((name) => [name, chartOf(name)] as const);
const run = promisify(execFile);

const psql = programOf('psql');

describe.skipIf(psql === null)('the reader', () => {
  let database: TestDatabase;
  let reader: pg.Client;
  beforeAll(async () => {
    database = await testDatabase();
    const { pool } = database;
    // Some marts read the star of other datasets: they are made when all tables are there.
    let left = builtin.flatMap((definition) => ddlOf(compileDataset(definition)));
    for (let times = 0; left.length > 0 && times < 5; times++) {
      const failed: string[] = [];
      for (const statement of left) await pool.query(statement).catch(() => failed.push(statement));
      left = failed;
    }
    expect(left).toEqual([]);
    for (let times = 0; times < 2; times++)
      await run(psql!, ['-X', '-q', '-f', join(root, 'ddl/roles/reader.sql'), database.url]);
    await pool.query('create table star.came_later (id int); create view star.seen_later as select 1 as one');
    reader = new pg.Client(database.url);
    await reader.connect();
    await reader.query('set session authorization landfall_reader');
  });
  afterAll(async () => {
    await reader?.end();
    await database.drop();
  });

  it('reads facts, dimensions and marts, also those that come later', async () => {
    const { rows } = await database.pool.query<{ name: string; readable: boolean }>(
      `select relname as name, has_table_privilege('landfall_reader', oid, 'select') as readable
       from pg_class where relnamespace = 'star'::regnamespace and relkind in ('r', 'v', 'm', 'p')`,
    );
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter(({ readable }) => !readable)).toEqual([]);
    await reader.query('select * from star.came_later, star.seen_later');
  });

  it('reads what deploy/README.md says of the ledger, and nothing else', async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select format('%s.%s', relnamespace::regnamespace, relname) as name from pg_class
       where relkind in ('r', 'v', 'm', 'p') and relnamespace::regnamespace::text not in ('star', 'pg_catalog', 'information_schema')
         and has_schema_privilege('landfall_reader', relnamespace, 'usage')
         and has_table_privilege('landfall_reader', oid, 'select') order by 1`,
    );
    const readable = ['chunk', 'file', 'manifest', 'mart', 'snapshot'].map((name) => `landfall.${name}`);
    expect(rows.map(({ name }) => name)).toEqual(readable);
    for (const name of readable) expect(read('deploy/README.md')).toContain(`\`${name}\``);
    await expect(reader.query('select * from landfall.reject')).rejects.toThrow('permission denied');
    await expect(reader.query('select * from landfall.run')).rejects.toThrow('permission denied');
  });

  it('changes nothing, also if it turns its own guard off', async () => {
    await expect(reader.query('create table star.mine (id int)')).rejects.toThrow('permission denied');
    await reader.query('set default_transaction_read_only = off');
    for (const statement of [
      'insert into star.came_later values (1)',
      'delete from star.dim_region',
      'truncate star.fact_trip',
      'update landfall.file set state = state',
      'create table star.mine (id int)',
      'create table landfall.mine (id int)',
      'create schema mine',
      'drop view star.trip',
      'alter role landfall_reader superuser',
    ])
      await expect(reader.query(statement), statement).rejects.toThrow(/permission denied|must be owner/);
  });

  it.each(charts)(
    'may run the chart of %s, whose columns are those that the tools name',
    async (_, chart) => {
      const { fields } = await reader.query(chart.sql);
      expect(fields.map(({ name }) => name)).toEqual(chart.columns);
    },
  );
});

describe('Superset', () => {
  it('has the files of each chart (npx vitest run test/deploy.test.ts -u writes them)', async () => {
    const assets = supersetAssets(charts);
    for (const [path, content] of assets)
      await expect(content).toMatchFileSnapshot(join(root, 'deploy/superset/warehouse', path));
    const there = readdirSync(join(root, 'deploy/superset/warehouse'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(there.filter((entry) => entry.isFile())).toHaveLength(assets.size);
  });

  it('names in each file what the others have', () => {
    const assets = new Map([...supersetAssets(charts)].map(([path, text]) => [path, parse(text)]));
    const database = assets.get('databases/Landfall.yaml');
    for (const [name, { sql, columns }] of charts) {
      const dataset = assets.get(`datasets/Landfall/${name}.yaml`);
      expect(dataset).toMatchObject({ sql, database_uuid: database.uuid });
      const known = dataset.columns.map((column: { column_name: string }) => column.column_name);
      expect(known).toEqual(columns);
      const { params, dataset_uuid, uuid } = assets.get(`charts/${name}.yaml`);
      expect([params.x_axis, ...params.groupby, params.metrics[0].label]).toEqual(known);
      expect(dataset_uuid).toBe(dataset.uuid);
      expect(assets.get(`dashboards/${name}.yaml`).position['CHART-1'].meta.uuid).toBe(uuid);
    }
  });
});

describe('pgAdmin', () => {
  it('connects as the reader, and has each chart as a saved query', async () => {
    const [server] = Object.values<Record<string, unknown>>(
      JSON.parse(read('deploy/pgadmin/servers.json')).Servers,
    );
    expect(server).toMatchObject({
      Host: 'postgres',
      Username: 'landfall_reader',
      MaintenanceDB: 'landfall',
    });
    const home = mkdtempSync(join(tmpdir(), 'landfall-pgadmin-'));
    const env = { PGADMIN_HOME: home, PGADMIN_DEFAULT_EMAIL: 'me@a.org', CHARTS: join(root, 'datasets') };
    await run('sh', [join(root, 'deploy/pgadmin/start.sh'), 'true'], {
      env: { PATH: process.env.PATH, ...env, WAREHOUSE_PASSWORD: 'p w' },
    });
    expect(readFileSync(join(home, 'pgpass'), 'utf8')).toBe('postgres:5432:*:landfall_reader:p w\n');
    const saved = join(home, 'storage/me_a.org');
    expect(readdirSync(saved).sort()).toEqual(examples.map((name) => `${name}.sql`));
    for (const [name, { sql }] of charts)
      expect(readFileSync(join(saved, `${name}.sql`), 'utf8')).toContain(sql);
    rmSync(home, { recursive: true });
  });
});

describe('Metabase', () => {
  /** What it is asked, and what it has: as much of its API as the set-up uses. */
  let server: Server;
  const asked: string[] = [];
  const has = { user: '', databases: [] as object[], cards: [] as Stored[], dashboards: [] as Stored[] };
  type Stored = { id: number; name: string } & Record<string, unknown>;
  const answers: Readonly<Record<string, (body: Stored, id: number) => unknown>> = {
    'GET /api/health': () => (asked.length < 3 ? undefined : { status: 'ok' }),
    'GET /api/session/properties': () => ({ 'setup-token': 'set-up', 'has-user-setup': has.user !== '' }),
    'POST /api/setup': (body) => {
      if (body.token !== 'set-up' || has.user !== '') return undefined;
      has.user = (body.user as { email: string }).email;
      return { id: 'session' };
    },
    'POST /api/session': (body) => (body.username === has.user ? { id: 'session' } : undefined),
    'GET /api/database': () => ({ data: has.databases }),
    'POST /api/database': (body) => stored(has.databases as Stored[], body),
    'GET /api/card': () => has.cards,
    'POST /api/card': (body) => stored(has.cards, body),
    'GET /api/search?models=dashboard': () => ({
      data: has.dashboards.map(({ id, name }) => ({ id, name })),
    }),
    'POST /api/dashboard': (body) => stored(has.dashboards, body),
    'GET /api/dashboard/N': (_, id) => has.dashboards[id - 1],
    'PUT /api/dashboard/N': (body, id) => Object.assign(has.dashboards[id - 1], body),
  };
  const stored = (list: Stored[], body: Stored) => {
    list.push({ ...body, id: list.length + 1 });
    return list.at(-1);
  };
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const text = (await request.toArray()).join('');
      asked.push(`${request.method} ${request.url}`);
      const id = Number(/\/(\d+)$/.exec(request.url!)?.[1]);
      const answer = answers[asked.at(-1)!.replace(/\/\d+$/, '/N')];
      const isOpen = /health|properties|setup|session$/.test(request.url!);
      const isKnown = isOpen || request.headers['x-metabase-session'] === 'session';
      const said = isKnown ? answer?.(text === '' ? {} : JSON.parse(text), id) : undefined;
      response.writeHead(said === undefined ? 400 : 200).end(JSON.stringify(said ?? 'no'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  const setUp = () =>
    run(process.execPath, [join(root, 'deploy/metabase/setup.mjs')], {
      env: {
        ...{
          METABASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          METABASE_PAUSE_MS: '1',
        },
        ...{ METABASE_EMAIL: 'me@a.org', METABASE_PASSWORD: 'secret', CHARTS: join(root, 'datasets') },
        ...{ WAREHOUSE_HOST: 'postgres', WAREHOUSE_PORT: '5432', WAREHOUSE_DATABASE: 'landfall' },
        ...{ WAREHOUSE_USER: 'landfall_reader', WAREHOUSE_PASSWORD: 'reader' },
      },
    });

  it('is set up once it is there, with a dashboard for each chart, and only once', async () => {
    expect((await setUp()).stdout).toContain(`${examples.length} dashboards`);
    expect(has.databases).toMatchObject([{ details: { user: 'landfall_reader', port: 5432 } }]);
    for (const [i, [name, { title, sql, columns }]] of charts.entries()) {
      const [at, series, value] = columns;
      expect(has.cards[i]).toMatchObject({
        name: `${name}: ${title}`,
        dataset_query: { database: 1, native: { query: sql } },
        visualization_settings: { 'graph.dimensions': [at, series], 'graph.metrics': [value] },
      });
      expect(has.dashboards[i]).toMatchObject({ name: `${name}: ${title}`, dashcards: [{ card_id: i + 1 }] });
    }
    const before = JSON.stringify(has);
    await setUp();
    expect(JSON.stringify(has)).toBe(before);
  });
});
