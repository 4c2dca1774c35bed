/**
 * A Landfall of real processes that die: a database and folders of its own, a coordinator and a worker that
 * are started again at once when they end, as a supervisor would, and commands beside them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { CrashPoint } from '../../platform/crash-points.ts';
import { openQueues, type Queues } from '../../platform/queue/index.ts';
import { main, root } from '../cli/run.ts';
import type { Backend } from '../e2e/site.ts';
import { redisUrl, tempFolder, testDatabase } from '../support/index.ts';
import { definition, type Rides } from './dataset.ts';
import { residue } from './residue.ts';

export type Role = 'coordinator' | 'worker';

export interface CrashSite {
  readonly folder: string;
  readonly backend: Backend;
  readonly pool: pg.Pool;
  readonly database: { readonly url: string; readonly pool: pg.Pool };
  readonly queues: Queues;
  /** Starts it and, whenever it ends, starts it again. It dies once at `point`. */
  supervise(role: Role, point?: CrashPoint): void;
  /** Starts it once. `up`: all of them in one command. */
  start(role: Role | 'up'): Running;
  /** Runs a command to its end, which may be its death at `point`. */
  command(args: readonly string[], point?: CrashPoint): Promise<Ended>;
  /** Moves a file into the landing folder; or, with `aside`, only writes it. Its path. */
  drop(name: string, content: string | Buffer, options?: { aside?: boolean }): string;
  define(options: Rides): void;
  /** Resolves when somebody has died at the point that was armed. */
  died(point: CrashPoint): Promise<void>;
  /** Resolves when so many files have ended and nothing is left to do or to clear up. */
  settled(files: number): Promise<void>;
  /** All who ended on their own, in order. */
  readonly ends: readonly Ended[];
  close(): Promise<void>;
}

export interface Running {
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has said so. */
  says(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly who: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** Generous: on a busy machine a recovery that takes seconds may take many. */
const patienceMs = 90_000;

/** How long a dead process keeps its work, so that the tests need not wait long. */
export const lockMs = 1_500;

export async function crashSite(
  backend: Backend,
  settings: Readonly<Record<string, string>> = {},
): Promise<CrashSite> {
  const folder = tempFolder();
  const database = await testDatabase();
  const redis = backend === 'redis' ? redisUrl() : null;
  const datasets = definition(folder, {});
  const markOf = (point: CrashPoint) => join(folder, `died-at-${point}`);
  await database.pool.query('create table public.refused (id integer)');
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    NO_COLOR: '1',
    DATABASE_URL: database.url,
    ...(redis && { REDIS_URL: redis }),
    LANDFALL_DATASETS: datasets,
    LANDFALL_PORT: '0',
    LANDFALL_WORKERS: '1',
    LANDFALL_CHUNK_BYTES: '1024',
    LANDFALL_LOCK_MS: String(lockMs),
    LANDFALL_STOP_MS: '3000',
    ...settings,
  };
  const armed = (point?: CrashPoint) => ({
    ...env,
    ...(point && { LANDFALL_CRASH_AT: point, LANDFALL_CRASH_MARK: markOf(point) }),
  });
  const hasDied = (point: CrashPoint) =>
    existsSync(markOf(point)) && readFileSync(markOf(point), 'utf8').endsWith('\n');
  const running = new Set<ChildProcess>();
  const ends: Ended[] = [];
  let closing = false;
  // Makes the queue's tables: a worker that finds none ends, and is started again.
  const queues = await openQueues({
    databaseUrl: database.url,
    redisUrl: redis,
    scope: 'pool',
    migrate: true,
  });

  const start = (who: string, args: readonly string[], point?: CrashPoint): Running => {
    const options = { cwd: folder, env: armed(point) };
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-20_000);
      });
    }
    const ended = once(child, 'exit').then(([code, signal]) => {
      running.delete(child);
      ends.push({ who, code, signal, output });
      return ends[ends.length - 1];
    });
    return {
      ended,
      signal: (signal) => void child.kill(signal),
      says: (text) =>
        until(
          () => (output.includes(text) ? [] : [`'${text}' is not said`]),
          () => output,
        ),
    };
  };

  const entries = {
    coordinator: [main, 'coordinator'],
    worker: [join(root, 'dist/workers/main.js')],
    up: [main, 'up'],
  };
  const supervise = async (role: Role, point?: CrashPoint) => {
    while (!closing) {
      await start(`supervised ${role}`, entries[role], point).ended;
      await delay(50);
    }
  };

  const site: CrashSite = {
    folder,
    backend,
    pool: database.pool,
    database,
    ends,
    queues,
    supervise: (role, point) => void supervise(role, point),
    start: (role) => start(role, entries[role]),
    command: (args, point) => start(`landfall ${args[0]}`, [main, ...args], point).ended,
    drop(name, content, { aside = false } = {}) {
      const target = join(folder, 'landing', 'rides');
      mkdirSync(target, { recursive: true });
      const path = join(folder, name);
      writeFileSync(path, content);
      if (!aside) renameSync(path, join(target, name));
      return path;
    },
    define: (options) => void definition(folder, options),
    async died(point) {
      await until(
        () => {
          refuseOtherEnds(ends);
          return hasDied(point) ? [] : [`nobody has died at ${point}`];
        },
        () => report(ends),
      );
      const [where, pid] = readFileSync(markOf(point), 'utf8').trim().split(' ');
      if (where !== point) throw new Error(`died at ${where} instead of ${point}`);
      await until(
        () => (ends.some(({ signal }) => signal === 'SIGKILL') ? [] : [`process ${pid} has not ended`]),
        () => report(ends),
      );
    },
    settled: (files) =>
      until(
        () => {
          refuseOtherEnds(ends);
          return residue(site, files);
        },
        () => report(ends),
      ),
    async close() {
      closing = true;
      const dying = [...running].map((child) => once(child, 'exit'));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(dying);
      await queues.close();
      await database.drop();
    },
  };
  return site;
}

/** Asks until the answer is empty. What is left after a long time is the error. */
async function until(ask: () => string[] | Promise<string[]>, context: () => string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const left = await ask();
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`this is left for ever:\n${left.join('\n')}\n${context()}`);
    await delay(60);
  }
}

/** Who is supervised ends by being killed, and in no other way. */
function refuseOtherEnds(ends: readonly Ended[]): void {
  const others = ends.filter(({ who, signal }) => who.startsWith('supervised') && signal !== 'SIGKILL');
  if (others.length > 0) throw new Error(`somebody ended who should not:\n${report(others)}`);
}

function report(ends: readonly Ended[]): string {
  return ends.map(({ who, code, signal, output }) => `--- ${who}: ${code ?? signal}\n${output}`).join('\n');
}
