/** Runs once around all tests, and starts the Postgres and Redis servers that they share. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../ledger/migrate.ts';
import { connectDatabase } from '../../platform/database/database.ts';
import { clusterPaths } from '../../platform/database/embedded/cluster.ts';
import { openServer } from '../../platform/database/embedded/embedded-server.ts';
import { findRunning, freePort } from '../../platform/database/embedded/launch.ts';
import { isAlive, processIdentity } from '../../platform/database/embedded/processes.ts';
import { openQueues } from '../../platform/queue/index.ts';
import { untilListening } from './listening.ts';
import { programOf } from './programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the server's maintenance database; testDatabase() creates another database beside it. */
    postgresUrl: string;
    templateName: string;
    redisUrl: string | null;
    /** Contains all files of this run, and is removed at the end. */
    folder: string;
  }
}

const templateName = 'landfall_template';
const folderPrefix = 'landfall-tests-';
const memory = '/dev/shm';
/** What all tests together have on disk at one time, with room to spare. */
const memoryNeeded = 3 * 2 ** 30;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  sweep();
  const folder = realpathSync(mkdtempSync(join(fastestFolder(), folderPrefix)));
  // Let every user read it; tests of closed folders set the permissions of their own.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'owner'), processIdentity(process.pid) ?? '');
  // The tests' data need not survive a power failure. Without fsync, the tests take a third of the time.
  const fast = { fsync: 'off', full_page_writes: 'off', max_wal_size: '1GB', shared_buffers: '128MB' };
  // Test files run in parallel, some with many sites at once. Autovacuum visits each database within a nap, and there are
  // hundreds.
  const settings = { ...fast, max_connections: '500', autovacuum_naptime: '10min' };
  const server = await openServer(folder, { settings });
  const url = new URL(server.url);
  url.pathname = '/postgres';
  await makeTemplate(url.href);
  mkdirSync(join(folder, 'home'));
  const redis = await startRedis(folder);
  project.provide('postgresUrl', url.href);
  project.provide('templateName', templateName);
  project.provide('redisUrl', redis.url);
  project.provide('folder', folder);

  return async () => {
    await redis.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/**
 * In memory where there is room for it. The tests make and remove a million files of databases, and ext4 passes over
 * each inode that was freed a moment ago: a quarter of their CPU.
 */
function fastestFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(memory);
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const mount = mounts.find((line) => line.split(' ')[1] === memory)?.split(' ');
    const runsPrograms = mount?.[2] === 'tmpfs' && !mount[3].split(',').includes('noexec');
    if (runsPrograms && Math.min(bavail * bsize, freemem()) >= memoryNeeded) return memory;
  } catch {
    // Not Linux.
  }
  return tmpdir();
}

/** Ends and removes what killed test runs have left. */
function sweep(): void {
  const parents = [tmpdir(), memory].filter((parent) => existsSync(parent));
  const left = parents.flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)));
  for (const folder of left.filter((path) => basename(path).startsWith(folderPrefix))) {
    try {
      if (isAlive(readFileSync(join(folder, 'owner'), 'utf8'))) continue;
      const server = findRunning(clusterPaths(realpathSync(folder)));
      if (server) process.kill(server.pid, 'SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // It belongs to another user, or is just being created.
    }
  }
}

/** A migrated database with the queue's tables, from which the database of each test is copied. */
async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`create database ${pg.escapeIdentifier(templateName)}`);
  await client.end();
  const templateUrl = new URL(url);
  templateUrl.pathname = `/${templateName}`;
  const template = connectDatabase(templateUrl.href);
  await migrate(template.pool);
  await template.close();
  const databaseUrl = templateUrl.href;
  const queues = await openQueues({ databaseUrl, redisUrl: null, scope: 'none', migrate: true });
  await queues.close();
}

interface Redis {
  readonly url: string | null;
  stop(): Promise<void>;
}

/** LANDFALL_TEST_REDIS_URL, or else a redis-server from the PATH, or else none. */
async function startRedis(folder: string): Promise<Redis> {
  const given = process.env.LANDFALL_TEST_REDIS_URL;
  if (given) return { url: given, stop: async () => {} };
  const program = programOf('redis-server');
  if (program === null) return { url: null, stop: async () => {} };
  const data = join(folder, 'redis');
  mkdirSync(data);
  const port = await freePort(0);
  const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', data];
  const child = spawn(program, [...args.map(String), '--maxmemory-policy', 'noeviction'], {
    stdio: 'ignore',
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  await untilListening(port, child);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      process.removeListener('exit', kill);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
