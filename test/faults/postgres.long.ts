/** Postgres away for long, full, out of connections, and killed under the embedded default. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterPaths } from '../../platform/database/embedded/cluster.ts';
import { findRunning } from '../../platform/database/embedded/launch.ts';
import type { OutageReport } from '../../platform/progress/progress.ts';
import { main } from '../cli/run.ts';
import { generatedTrips, onBothBackends, testSite } from '../e2e/site.ts';
import { tempFolder } from '../support/index.ts';
import { type OwnPostgres, type OwnRedis, openPostgres, openRedis, serversFor } from './servers.ts';
import { expectTrips, until, untilProgress, whileLoading, workersInherit } from './support.ts';

const rows = 400_000;

/** `landfall up` with the examples, and what it says. */
function up(cwd: string, env: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, [main, 'up', '--port', '0', '--workers', '2'], {
    cwd,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: cwd,
      LANDFALL_LOCK_MS: '2000',
      LANDFALL_DATASETS: 'example:*',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = { text: '' };
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    said.text += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, said, ended };
}

onBothBackends('Postgres', (backend) => {
  let postgres: OwnPostgres;
  let redis: OwnRedis | null = null;
  beforeAll(async () => {
    postgres = await openPostgres({ max_connections: '40' });
    if (backend === 'redis') redis = await openRedis();
  });
  afterAll(async () => {
    await redis?.close();
    await postgres.close();
  });

  it('may be away for 15 s in the middle of a file', { timeout: 300_000 }, async () => {
    workersInherit({ LANDFALL_LOCK_MS: '2000' });
    const servers = await serversFor(backend, postgres, redis);
    const site = await testSite({ backend, servers, workers: 2, chunkBytes: 1 << 20 });
    try {
      await whileLoading(site, { rows }, async () => {
        await postgres.stop('fast');
        await delay(15_000);
        const { outages } = site.hub.snapshot().state;
        expect(outages).toMatchObject([{ with: 'database', code: 'LF_DATABASE_LOST' }]);
        expect(Date.now() - Date.parse(outages[0].since)).toBeGreaterThan(10_000);
        await postgres.start();
      });
    } finally {
      await site.close();
    }
  });

  it('may have no connection left for a while', { timeout: 300_000 }, async () => {
    workersInherit({ LANDFALL_LOCK_MS: '2000' });
    const { redisUrl, databaseUrl } = await serversFor(backend, postgres, redis);
    const servers = { redisUrl, databaseUrl: await asOrdinaryRole(postgres, databaseUrl) };
    const site = await testSite({ backend, servers, workers: 2, chunkBytes: 1 << 20 });
    try {
      await whileLoading(site, { rows }, async () => {
        await postgres.run('alter role ordinary connection limit 0');
        await postgres.run(
          "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ordinary'",
        );
        const { outages } = await untilProgress(site, (state) => state.outages.some(isRefusal));
        expect(outages.find(isRefusal)).toMatchObject({ with: 'database', code: 'LF_DATABASE_CONNECTIONS' });
        await delay(2_000);
        await postgres.run('alter role ordinary connection limit -1');
      });
    } finally {
      await site.close();
    }
  });

  it('may be missing when Landfall starts, and end while it stops', { timeout: 300_000 }, async () => {
    const folder = tempFolder();
    const { databaseUrl, redisUrl } = await serversFor(backend, postgres, redis);
    await postgres.stop('fast');
    const env = { DATABASE_URL: databaseUrl, ...(redisUrl && { REDIS_URL: redisUrl }) };
    const { child, said, ended } = up(folder, env);
    try {
      await until('it says what it waits for', () => /waiting for the database/.test(said.text));
      const file = await generatedTrips(tempFolder(), 'trips.csv', 1000);
      mkdirSync(join(folder, 'landing', 'trips'), { recursive: true });
      renameSync(file, join(folder, 'landing', 'trips', 'trips.csv'));
      await delay(10_000);
      await postgres.start();
      await until('the file is loaded', () => /✓ trips\/trips\.csv: 1,000 rows/.test(said.text));
      await postgres.stop('immediate');
      await until('it says so', () => /! since .*The database at \S+ is out of reach/.test(said.text));
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
      await postgres.start();
    }
  });
});

function isRefusal({ message }: OutageReport): boolean {
  return message.includes('too many connections');
}

/** Limits of connections do not bind superusers; people's Landfall is seldom one. */
async function asOrdinaryRole(postgres: OwnPostgres, databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  const database = pg.escapeIdentifier(url.pathname.slice(1));
  await postgres.run(`
    do $$ begin create role ordinary login password 'ordinary'; exception when duplicate_object then null; end $$;
    alter database ${database} owner to ordinary`);
  return Object.assign(url, { username: 'ordinary', password: 'ordinary' }).href;
}

describe('Postgres with a full disk', () => {
  const folder = tempFolder();
  const disk = join(folder, 'disk');
  let postgres: OwnPostgres;
  beforeAll(async () => {
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
    postgres = await openPostgres();
  });
  afterAll(async () => {
    await postgres.close();
    execFileSync('umount', ['--lazy', disk]);
  });

  it('is waited out', { timeout: 300_000 }, async () => {
    const databaseUrl = await postgres.database();
    const data = join(disk, 'data');
    mkdirSync(data);
    // The server runs under another account.
    for (const step of [folder, disk]) chmodSync(step, 0o755);
    const { uid, gid } = statSync(clusterPaths(postgres.folder).data);
    chownSync(data, uid, gid);
    await postgres.run(`create tablespace small location '${data}'`);
    const name = pg.escapeIdentifier(new URL(databaseUrl).pathname.slice(1));
    await postgres.run(`alter database ${name} set default_tablespace = small`);
    const filler = join(disk, 'filler');
    const site = await testSite({
      backend: 'postgres',
      servers: { databaseUrl, redisUrl: null },
      workers: 2,
      chunkBytes: 1 << 20,
    });
    try {
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(filler, Buffer.alloc(bavail * bsize - (4 << 20)));
      const receipt = site.drop('trips', await generatedTrips(tempFolder(), 'trips.csv', 100_000));
      receipt.catch(() => {});
      const { outages } = await untilProgress(site, (state) => state.outages.length > 0);
      expect(outages[0]).toMatchObject({ with: 'database', code: 'LF_DATABASE_RESOURCES' });
      expect(outages[0].message).toContain('No space left on device');
      rmSync(filler);
      expect(await receipt).toMatchObject({ status: 'done', rows: { loaded: 100_000 } });
      await expectTrips(site, 100_000);
    } finally {
      await site.close();
    }
  });
});

describe('the embedded server', () => {
  it('is started again when it was killed under a running Landfall', { timeout: 300_000 }, async () => {
    const folder = tempFolder();
    const { child, said, ended } = up(folder, {});
    try {
      await until('it is up', () => /Landfall is up/.test(said.text));
      const paths = clusterPaths(join(folder, '.landfall'));
      const before = findRunning(paths)!;
      process.kill(before.pid, 'SIGKILL');
      await until('another one runs', () => {
        const running = findRunning(paths);
        return running?.ready === true && running.pid !== before.pid;
      });
      expect(findRunning(paths)!.port).toBe(before.port);
      const file = await generatedTrips(tempFolder(), 'trips.csv', 1000);
      mkdirSync(join(folder, 'landing', 'trips'), { recursive: true });
      renameSync(file, join(folder, 'landing', 'trips', 'trips.csv'));
      await until('the file is loaded', () => /✓ trips\/trips\.csv: 1,000 rows/.test(said.text));
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
      await until('the server has ended with it', () => findRunning(paths) === null);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
