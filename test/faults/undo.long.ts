/** undo, and replay of a whole file, killed with kill -9: what is there then, and when they are called again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { undoFile } from '../../coordinator/commands/undo.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { loadRegistry } from '../../model/registry.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { openSinks } from '../../sinks/open-sinks.ts';
import { starLock } from '../../sinks/postgres/ddl/make-star.ts';
import { main } from '../cli/run.ts';
import { account, commandOf, csv, header, lakeFiles, rows, siteOf } from '../e2e/again.ts';
import { holdLock, type Lock } from '../e2e/lock.ts';
import { type Backend, committedParts, type TestSite } from '../e2e/site.ts';
import { tempFolder } from '../support/index.ts';

/** A site of one test, and locks that it holds at most as long. */
function stage(backend: Backend) {
  let site: TestSite | undefined;
  const staged = tempFolder();
  const locks: Lock[] = [];
  afterEach(async () => {
    for (const lock of locks.splice(0)) await lock.release();
    await site?.close();
  });
  return {
    /** 40 rows of one file, 40 and two rejects of another. */
    async loaded(): Promise<TestSite> {
      const open = (site = await siteOf(backend));
      await open.drop('riders', csv(staged, 'other.csv', [header, ...rows(1, 40)]));
      const lines = [header, ...rows(101, 40), '190,Rider 1,01.02.2024', '191,Rider 2,never'];
      await open.drop('riders', csv(staged, 'rides.csv', lines));
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
      await killAt(open, await lockOf(open, statement), ['undo', 'rides.csv']);
      expect(await account(open), statement).toMatchObject(whole);
    }
    expect(lakeFiles(open)).toHaveLength((await committedParts(open, 'riders')).length);

    const marts = `select pg_advisory_lock(${starLock}, hashtext('riders'))`;
    await killAt(open, await lockOf(open, marts), ['undo', 'rides.csv']);
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
    await killAt(open, await lockOf(open, 'lock table landfall.chunk in share mode'), replay);
    expect(await account(open)).toMatchObject(whole);
    const marts = `select pg_advisory_lock(${starLock}, hashtext('riders'))`;
    await killAt(open, await lockOf(open, marts), replay);
    expect(await account(open)).toMatchObject({ ids: ids(1, 40), lake_rows: 40 });
    const { stdout } = await command(...replay);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'done', rows: { loaded: 40, rejected: 2 } });
    expect(await account(open)).toMatchObject(whole);
    expect(lakeFiles(open)).toHaveLength((await committedParts(open, 'riders')).length);
  });
});

it('undo that breaks off in the lake is made up for by the next one', async () => {
  const site = await siteOf('postgres');
  try {
    await site.drop('riders', csv(tempFolder(), 'rides.csv', [header, ...rows(1, 60)]));
    const { pool } = site.database;
    const registry = await loadRegistry({ builtin: [], paths: site.config.datasets });
    const lake = await openStorage(site.config.lakeUrl);
    const tools = { pool, ledger: new Ledger(pool), registry, sinks: openSinks({ pool, lake }) };
    const broken = Object.create(lake, { delete: { value: async () => Promise.reject(new Error('gone')) } });
    await expect(
      undoFile({ ...tools, sinks: openSinks({ pool, lake: broken as Storage }) }, 1, 'by a test'),
    ).rejects.toThrow('gone');
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

function start(site: TestSite, args: readonly string[]): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    HOME: site.folder,
    DATABASE_URL: site.database.url,
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

async function killAt(site: TestSite, lock: Lock, args: readonly string[]): Promise<void> {
  await kill(site, start(site, args), lock);
}
