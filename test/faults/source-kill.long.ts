/** Runs of sources whose processes are killed again and again, and schedules that two coordinators look after. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startFauxqs } from 'fauxqs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { S3Storage } from '../../platform/storage/s3/s3-storage.ts';
import { landfall, main } from '../cli/run.ts';
import { testServer } from '../sources/http/server.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';

const pages = 30;
const rowsOfPage = 10;
const kills = 8;

let database: TestDatabase;
let cwd: string;
let env: Record<string, string>;
const children: ChildProcess[] = [];

beforeEach(async () => {
  database = await testDatabase();
  cwd = tempFolder();
  env = {
    ...{ DATABASE_URL: database.url, LANDFALL_WORKERS: '1', LANDFALL_PORT: '0' },
    LANDFALL_DATASETS: join(cwd, 'datasets'),
  };
});
afterEach(async () => {
  for (const child of children.splice(0)) await killed(child);
  await database.drop();
});

/** Defines the dataset `sales`. With the mode `append`, a row that is fetched twice is there twice. */
function define(imports: string, columns: string, source: string, mode = ''): void {
  mkdirSync(join(cwd, 'datasets/sales'), { recursive: true });
  writeFileSync(
    join(cwd, 'datasets/sales/dataset.ts'),
    `import { defineDataset, integer, ${imports} } from 'landfall';
export default defineDataset({
  name: 'sales',
  columns: { ${columns} },
  ${mode}
  star: { fact: 'fact_sale' },
  sources: { far: ${source} },
});
`,
  );
}

/** A command with all its processes. */
function begun(args: readonly string[], more: Record<string, string> = {}): ChildProcess {
  const all = { ...process.env, ...env, ...more };
  const child = spawn(process.execPath, [main, ...args], { cwd, env: all, stdio: 'ignore', detached: true });
  children.push(child);
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  process.kill(-child.pid!, 'SIGKILL');
  await exited;
}

const count = async (text: string) =>
  (await database.pool.query(`select count(*)::int as n from ${text}`)).rows[0].n as number;

/** Runs the source until all is fetched and loaded, with kills in the middle; then each row is there once. */
async function expectEachOnce(): Promise<void> {
  const noted = () => count('landfall.file');
  for (let kill = 0; kill < kills; kill++) {
    const before = await noted();
    const child = begun(['run', 'sales.far']);
    while ((await noted()) < before + 1 + (kill % 3)) {
      expect([child.exitCode, child.signalCode], 'of a run that has not been killed').toEqual([null, null]);
      await delay(10);
    }
    await delay(kill * 5);
    await killed(child);
  }
  expect(await count(`landfall.run where state = 'done'`)).toBe(0);
  expect(await noted()).toBeLessThan(pages);
  const ended = await landfall(['run', 'sales.far', '--json'], { cwd, env });
  expect(ended.code, ended.stderr).toBe(0);
  // The files of the runs before are loaded too.
  expect(await count(`landfall.file where state <> 'done'`)).toBe(0);
  const { rows } = await database.pool.query<{ id: number }>('select id from star.fact_sale order by id');
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: pages * rowsOfPage }, (_, id) => id));
}

it('a table that is fetched by processes that are killed is there once', { timeout: 300_000 }, async () => {
  const crm = await testDatabase();
  try {
    await crm.pool.query(`create schema app; create table app.sale (id int primary key, changed timestamptz not null);
      insert into app.sale select id, timestamptz '2026-01-01Z' + id / 3 * interval '1 s'
      from generate_series(0, ${pages * rowsOfPage - 1}) id`);
    const source = `postgres({ url: env('FAR_URL'), table: 'app.sale', key: ['id'], cursor: 'changed', lag: '0s', pageRows: ${rowsOfPage} })`;
    define(
      'env, postgres, timestamp, upsert',
      `id: integer(), changed: timestamp({ formats: ['yyyy-MM-dd HH:mm:ss'] })`,
      source,
      `mode: upsert({ key: ['id'], orderBy: 'changed' }),`,
    );
    env.FAR_URL = crm.url;
    await expectEachOnce();
    // An event that is fetched twice is superseded by itself.
    expect(await count('star.fact_sale_superseded')).toBe(0);
  } finally {
    await crm.drop();
  }
});

it('a bucket that is fetched by processes that are killed is there once', { timeout: 300_000 }, async () => {
  const server = await startFauxqs({ port: 0, logger: false });
  try {
    server.createBucket('dumps');
    const access = {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${server.port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    Object.assign(env, access);
    Object.assign(process.env, access);
    const bucket = new S3Storage('s3://dumps/in');
    for (let page = 0; page < pages; page++) {
      const ids = Array.from({ length: rowsOfPage }, (_, i) => page * rowsOfPage + i);
      await bucket.put(`${String(page).padStart(3, '0')}.csv`, `id\n${ids.join('\n')}\n`);
    }
    define('s3', 'id: integer()', `s3({ url: 's3://dumps/in/' })`);
    await expectEachOnce();
  } finally {
    await server.stop();
  }
});

it('of two coordinators, whichever dies, no window is run twice', { timeout: 300_000 }, async () => {
  const server = await testServer();
  const asked = new Map<string, number>();
  let supervised = true;
  try {
    server.answer(({ url }, response) => {
      const window = `${url.searchParams.get('from')} ${url.searchParams.get('to')}`;
      asked.set(window, (asked.get(window) ?? 0) + 1);
      response.end(`window\n${window}\n`);
    });
    env.FAR_URL = server.url;
    const source = `http({ url: '{env:FAR_URL}/sales?from={from}&to={to}', schedule: { every: '1s' } })`;
    define('http, text', 'window: text()', source);
    const homes = [tempFolder(), tempFolder()];
    // One leads. The other is refused until it dies, and is started again, as a supervisor would.
    const supervise = async (home: string) => {
      while (supervised) {
        const child = begun(['up'], { LANDFALL_HOME: home });
        await once(child, 'exit');
      }
    };
    const supervisors = homes.map(supervise);
    const done = () => count(`landfall.run where state = 'done'`);
    for (let kill = 0; kill < 3; kill++) {
      const least = (await done()) + 3;
      await expect.poll(done, { timeout: 90_000, interval: 50 }).toBeGreaterThanOrEqual(least);
      for (const child of children.splice(0)) await killed(child);
    }
    const loaded = () => count('star.fact_sale');
    await expect.poll(loaded, { timeout: 90_000, interval: 50 }).toBeGreaterThan(5);
    supervised = false;
    for (const child of children.splice(0)) await killed(child);
    await Promise.all(supervisors);
    const { rows: runs } = await database.pool.query<{ from: Date; to: Date }>(
      'select window_from as "from", window_to as "to" from landfall.run order by window_to',
    );
    for (let i = 1; i < runs.length; i++) expect(runs[i].from).toEqual(runs[i - 1].to);
    // What was being fetched at a kill is fetched again.
    expect([...asked.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(3);
    const { rows: facts } = await database.pool.query('select "window" from star.fact_sale');
    expect(new Set(facts.map((row) => row.window)).size).toBe(facts.length);
    expect(facts.length).toBeGreaterThan(5);
  } finally {
    supervised = false;
    await server.close();
  }
});
