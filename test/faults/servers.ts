/** Servers of a test's own, to be stopped, killed, frozen and started again on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { openServer } from '../../platform/database/embedded/embedded-server.ts';
import { freePort } from '../../platform/database/embedded/launch.ts';
import { isAlive, processIdentity } from '../../platform/database/embedded/processes.ts';
import type { Backend } from '../e2e/site.ts';
import { tempFolder } from '../support/index.ts';
import { untilListening } from '../support/listening.ts';

export interface OwnPostgres {
  /** Of the maintenance database. */
  readonly url: string;
  readonly folder: string;
  /** A database of this name, or of a new one: its address. */
  database(name?: string): Promise<string>;
  /** Runs a statement as the superuser, on a connection of its own, by default in the maintenance database. */
  run(statement: string, url?: string): Promise<Record<string, unknown>[]>;
  /** `fast` ends sessions and writes a checkpoint; `immediate` is a crash: the next start recovers. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function openPostgres(settings: Record<string, string> = {}): Promise<OwnPostgres> {
  const folder = tempFolder();
  const server = await openServer(folder, {
    settings: { fsync: 'off', full_page_writes: 'off', shared_buffers: '64MB', ...settings },
  });
  const at = (database: string) => Object.assign(new URL(server.url), { pathname: `/${database}` }).href;
  const run = async (statement: string, url = at('postgres')) => {
    const client = new pg.Client({ connectionString: url, application_name: 'the test' });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end().catch(() => {});
    }
  };
  return {
    url: at('postgres'),
    folder,
    run,
    async database(name = `own_${randomBytes(6).toString('hex')}`) {
      await run(`create database ${pg.escapeIdentifier(name)}`);
      return at(name);
    },
    async stop(mode) {
      const identity = processIdentity(server.pid) ?? '';
      process.kill(server.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      while (isAlive(identity)) await delay(10);
    },
    start: () => server.restart(),
    close: () => server.stop(),
  };
}

export interface OwnRedis {
  readonly url: string;
  /** Kills it. What it held is lost. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It keeps its connections and says nothing any more, until it is thawed. */
  freeze(): void;
  thaw(): void;
  run(...command: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** `kept`: what it holds survives a kill. `more`: settings of its own. */
export async function openRedis({
  kept = false,
  bind = '127.0.0.1',
  more = [],
}: {
  readonly kept?: boolean;
  readonly bind?: string;
  readonly more?: readonly string[];
} = {}): Promise<OwnRedis> {
  const folder = join(tempFolder(), 'redis');
  mkdirSync(folder);
  const port = await freePort(0);
  const keeping = kept ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const args = [
    '--port',
    String(port),
    '--bind',
    bind,
    '--protected-mode',
    'no',
    '--dir',
    folder,
    '--save',
    '',
    ...keeping,
    ...more,
  ];
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess;
  const start = async () => {
    child = spawn('redis-server', [...args, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
    await untilListening(port, child);
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url,
    start,
    kill,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async run(command, ...rest) {
      const { Redis } = await import('ioredis');
      const redis = new Redis(url);
      try {
        return await redis.call(command, ...rest);
      } finally {
        redis.disconnect();
      }
    },
    close: kill,
  };
}

/** A database of a server's own, and a Redis for the queue where it is to be there. */
export async function serversFor(
  backend: Backend,
  postgres: OwnPostgres,
  redis: OwnRedis | null,
): Promise<{ databaseUrl: string; redisUrl: string | null }> {
  return { databaseUrl: await postgres.database(), redisUrl: backend === 'redis' ? redis!.url : null };
}
