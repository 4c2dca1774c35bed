/** The run's own Redis, which it can stop and start at any time. It writes its data to disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../platform/database/embedded/launch.ts';
import { send } from './unit.ts';

export class OwnRedis {
  port = 0;
  private readonly folder: string;
  private child: ChildProcess | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    if (this.port === 0) this.port = await freePort(0);
    const settings = {
      port: this.port,
      bind: '127.0.0.1',
      dir: this.folder,
      save: '',
      appendonly: 'yes',
      'maxmemory-policy': 'noeviction',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const log = openSync(join(this.folder, 'log'), 'a');
    const child = spawn('redis-server', args, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.child = child;
    const client = new Redis(this.port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    client.on('error', () => {});
    while (client.status !== 'ready') {
      if (child.exitCode !== null)
        throw new Error(`redis-server ended with ${child.exitCode}; see ${this.folder}/log`);
      await delay(20);
    }
    client.disconnect();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.child?.pid) send(this.child.pid, signal);
  }

  async stop(): Promise<void> {
    this.signal('SIGCONT');
    await this.end('SIGKILL');
  }
}
