/** undo and replay killed with kill -9 between any two of their steps, and then simply called again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { starLock } from '../../coordinator/star.ts';
import { undoFile } from '../../coordinator/undo.ts';
import { loadRegistry } from '../../model/registry.ts';
import { Ledger } from '../../platform/ledger/ledger.ts';
import { openStorage } from '../../platform/storage/index.ts';
import type { Storage } from '../../platform/types.ts';
import { main } from '../cli/run.ts';
import { account, commandOf, csv, definition, header, lakeFiles, rows, siteOf } from '../e2e/again.ts';
import { holdLock, type Lock } from '../e2e/lock.ts';
import { type Backend, committedParts, onBothBackends, type TestSite } from '../e2e/site.ts';
import { redisUrl, tempFolder } from '../support/index.ts';

/** A site of one test, and locks that it holds at most as long. */
function stage(backend: Backend) {
  let site: TestSite | undefined;
  const aside = tempFolder();
  const locks: Lock[] = [];
  afterEach(async () => {
    for (const lock of locks.splice(0)) await lock.release();
    await site?.close();
  });
  return {
    /** 40 rows of one file, 40 and two rejects of another. */
    async loaded(): Promise<TestSite> {
      const open = (site = await siteOf(backend));
      await open.drop('riders', csv(aside, 'other.csv', [header, ...rows(1, 40)]));
      const lines = [header, ...rows(101, 40), '190,Rider 1,01.02.2024', '191,Rider 2,never'];
      await open.drop('riders', csv(aside, 'rides.csv', lines));
      return open;
    },
    async lockOf(open: TestSite, statement: string): Promise<Lock> {
      const lock = await holdLock(open, statement);
      locks.push(lock);
      return lock;
    },
  };
}

const all = [...ids(1, 40), ...ids(101, 40)];
const whole = { ids: all, lake_rows: 80, waiting: 2, taken: 0, mart: 80 };

describe('kill -9', () => {
  const backend = 'postgres';
  const { loaded, lockOf } = stage(backend);

  it('of undo before its transaction ends changes nothing, after it only what is left to do', async () => {
    const open = await loaded();
    const command = commandOf(open, backend);
    const inTransaction = [
      `select from landfall.file where name = 'rides.csv' for update`,
      `select from landfall.part where file_id = 2 for update`,
      `select from landfall.reject where file_id = 2 for update`,
      'select from star.fact_rider where id = 140 for update',
    ];
    for (const statement of inTransaction) {
      await killAt(open, backend, await lockOf(open, statement), ['undo', 'rides.csv']);
      expect(await account(open), statement).toMatchObject(whole);
    }
    expect(lakeFiles(open)).toHaveLength((await committedParts(open, 'riders')).length);

    const marts = `select pg_advisory_lock(${starLock}, hashtext('riders'))`;
    await killAt(open, backend, await lockOf(open, marts), ['undo', 'rides.csv']);
    const after = { ids: ids(1, 40), lake_rows: 40, waiting: 0 };
    expect(await account(open)).toMatchObject({ ...after, mart: 80 });
    expect((await command('undo', 'rides.csv')).code).toBe(0);
    expect(await account(open)).toMatchObject({ ...after, mart: 40 });
    expect(lakeFiles(open)).toHaveLength((await committedParts(open, 'riders')).length);
  });

  it('of a replay of the whole leaves the file undone or loaded', async () => {
    const open = await loaded();
    const command = commandOf(open, backend);
    const replay = ['replay', 'rides.csv', '--whole', '--json'];
    await killAt(open, backend, await lockOf(open, 'lock table landfall.chunk in share mode'), replay);
    expect(await account(open)).toMatchObject(whole);
    const marts = `select pg_advisory_lock(${starLock}, hashtext('riders'))`;
    await killAt(open, backend, await lockOf(open, marts), replay);
    expect(await account(open)).toMatchObject({ ids: ids(1, 40), lake_rows: 40 });
    const { stdout } = await command(...replay);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'done', rows: { loaded: 40, rejected: 2 } });
    expect(await account(open)).toMatchObject(whole);
    expect(lakeFiles(open)).toHaveLength((await committedParts(open, 'riders')).length);
  });
});

onBothBackends('kill -9', (backend) => {
  const { loaded, lockOf } = stage(backend);

  it('of replay leaves every reject waiting or loaded, never both, and a repeat ends it', async () => {
    const open = await loaded();
    const command = commandOf(open, backend);
    definition(open.folder, { formats: ['yyyy-MM-dd HH:mm:ss', 'dd.MM.yyyy'] });
    const replay = ['replay', 'rides.csv', '--json'];
    /** What the next command does first, so that it does not come to the lock. */
    const next = () => command('replay', 'unheard-of.csv');
    const commits = 'lock table landfall.part in share mode';
    // While it is planned, and when its rows are copied.
    await killAt(open, backend, await lockOf(open, 'lock table landfall.chunk in share mode'), replay);
    expect(await account(open)).toMatchObject({ ids: all, waiting: 2, taken: 0 });
    await next();
    await killAt(open, backend, await lockOf(open, commits), replay);
    expect(await account(open)).toMatchObject({ taken: 2 });
    // In the transaction that ends it: everything is loaded, and the file is not done.
    await next();
    const copying = await lockOf(open, commits);
    const child = start(open, backend, replay);
    await copying.waitedFor();
    const ending = await lockOf(open, 'select from landfall.reject where taken_by is not null for update');
    await copying.release();
    await kill(open, child, ending);
    expect((await account(open)).taken).toBe(2);

    const { stdout } = await command(...replay);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'done', rows: { loaded: 1, rejected: 1 } });
    const end = { ids: [...all, 190], lake_rows: 81, waiting: 1, taken: 1, mart: 81 };
    expect(await account(open)).toMatchObject(end);
    expect(lakeFiles(open)).toHaveLength((await committedParts(open, 'riders')).length);
    const states = await open.query<{ state: string; files: number }>(
      `select state, count(*)::int as files from landfall.file where link = 'replays' group by state order by state`,
    );
    expect(states).toEqual([
      { state: 'done', files: 1 },
      { state: 'failed', files: 3 },
    ]);
  });
});

it('undo that breaks off in the lake is made up for by the next one', async () => {
  const site = await siteOf('postgres');
  try {
    await site.drop('riders', csv(tempFolder(), 'rides.csv', [header, ...rows(1, 60)]));
    const { pool } = site.database;
    const registry = await loadRegistry({ builtin: [], paths: site.config.datasets });
    const lake = await openStorage(site.config.lakeUrl);
    const tools = { pool, ledger: new Ledger(pool), registry, lake };
    const broken = Object.create(lake, { delete: { value: async () => Promise.reject(new Error('gone')) } });
    await expect(undoFile({ ...tools, lake: broken as Storage }, 1, 'by a test')).rejects.toThrow('gone');
    expect(await account(site)).toMatchObject({ ids: [], parts: 0 });
    expect(lakeFiles(site).length).toBeGreaterThan(0);
    expect(await undoFile(tools, 1, 'by a test')).toEqual([]);
    expect(lakeFiles(site)).toEqual([]);
    expect(await account(site)).toMatchObject({ ids: [], mart: 0 });
  } finally {
    await site.close();
  }
});

function ids(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

function start(site: TestSite, backend: Backend, args: readonly string[]): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    HOME: site.folder,
    DATABASE_URL: site.database.url,
    ...(backend === 'redis' && { REDIS_URL: redisUrl()! }),
    LANDFALL_WORKERS: '1',
  };
  return spawn(process.execPath, [main, ...args], { cwd: site.folder, env, stdio: 'ignore' });
}

/** Kills the command when it has come to the lock, and waits until the server has noticed. */
async function kill(site: TestSite, child: ChildProcess, lock: Lock): Promise<void> {
  await lock.waitedFor();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await lock.release();
  const busy = `select 1 from pg_stat_activity where datname = current_database()
    and backend_type = 'client backend' and state <> 'idle' and pid <> pg_backend_pid()`;
  while ((await site.query(busy)).length > 0) await delay(20);
}

async function killAt(site: TestSite, backend: Backend, lock: Lock, args: readonly string[]): Promise<void> {
  await kill(site, start(site, backend, args), lock);
}
