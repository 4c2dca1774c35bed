/** The bench's own Redis, and its statistics. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../platform/database/embedded/launch.ts';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export interface OwnRedis {
  readonly url: string;
  readonly pid: number;
  /** Commands that it has run so far, by INFO commandstats: scripts and the commands inside them. */
  commands(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a server that writes nothing to disk, on a free port of this machine. */
export async function startRedis(): Promise<OwnRedis> {
  const port = await freePort(0);
  const child = spawn(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--maxclients',
      '10000',
    ],
    { stdio: 'ignore' },
  );
  const url = `redis://127.0.0.1:${port}`;
  const client = await connected(url, child);
  return {
    url,
    pid: child.pid!,
    commands: async () => {
      const stats = await client.info('commandstats');
      return [...stats.matchAll(/calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
    },
    stop: async () => {
      client.disconnect();
      // Ctrl-C also reaches the server.
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function connected(url: string, child: ChildProcess): Promise<Redis> {
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on('error', () => {});
  while (client.status !== 'ready') {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    await delay(20);
  }
  return client;
}
