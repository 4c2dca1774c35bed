/**
 * A Landfall of real processes that die: a database and stores of its own, a coordinator and a worker that
 * are started again at once when they end, as a supervisor would, and commands beside them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { CrashPoint } from '../../platform/errors/crash-points.ts';
import { openQueues, type Queues } from '../../platform/queue/index.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { main, root } from '../cli/run.ts';
import type { Backend } from '../e2e/site.ts';
import { redisUrl, tempFolder, testDatabase } from '../support/index.ts';
import { type DatasetName, define, names, type Rides } from './dataset.ts';
import { type Feed, openFeed } from './feed.ts';
import { residue } from './residue.ts';

export type Role = 'coordinator' | 'worker';

/** Who may die: a process of the pool, or a command. */
export type Victim = Role | 'command';

export interface CrashSite {
  readonly pool: pg.Pool;
  readonly database: { readonly url: string; readonly pool: pg.Pool };
  readonly queues: Queues;
  readonly stores: Readonly<Record<'landing' | 'lake' | 'archive' | 'failed', Storage>>;
  /** What its sources fetch from. */
  readonly feed: Feed;
  /** Starts it and, whenever it ends, starts it again. */
  supervise(role: Role): void;
  /** Kills the one that is supervised; resolves when it has ended. */
  kill(role: Role): Promise<void>;
  /** Starts it once. `up`: all of them in one command. */
  start(role: Role | 'up'): Running;
  /** Runs a command to its end, which may be its death. */
  command(args: readonly string[]): Promise<Ended>;
  /** The next of these to come to the point dies there. */
  arm(victim: Victim, point: CrashPoint): void;
  /** Resolves when one has. */
  died(victim: Victim): Promise<void>;
  /** Puts a file into landing, whole from the first moment. */
  drop(name: string, content: string | Buffer, dataset?: DatasetName): Promise<void>;
  /** Writes a file elsewhere; its path. */
  write(name: string, content: string): string;
  define(name: DatasetName, options?: Rides): void;
  /** Resolves when so many more files have ended and nothing is left to do or to clear up. */
  settled(files: number): Promise<void>;
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

export type Settings = Readonly<Record<string, string>>;

/** Generous: on a busy machine a recovery that takes seconds may take many. */
const outageTimeoutMs = 90_000;

/** How long a dead process keeps its work: short, so that the tests need not wait long. */
const lockMs = 1_500;

export async function crashSite(backend: Backend, settings: Settings = {}): Promise<CrashSite> {
  const folder = tempFolder();
  const database = await testDatabase();
  const redis = backend === 'redis' ? redisUrl() : null;
  const definitions = join(folder, 'datasets');
  for (const name of names) define(definitions, name);
  // A home: processes that start again need not translate the definitions again.
  mkdirSync(join(folder, '.landfall'));
  await database.pool.query('create table public.refused (id integer)');
  const feed = await openFeed();
  const { STORES = folder, ...others } = settings;
  const urls = { landing: `${STORES}/landing`, lake: `${STORES}/lake`, archive: `${STORES}/archive` };
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    NO_COLOR: '1',
    DATABASE_URL: database.url,
    ...(redis && { REDIS_URL: redis }),
    LANDING_URL: urls.landing,
    LAKE_URL: urls.lake,
    ARCHIVE_URL: urls.archive,
    LANDFALL_DATASETS: definitions,
    RIDES_URL: feed.url,
    LANDFALL_PORT: '0',
    LANDFALL_WORKERS: '1',
    LANDFALL_CHUNK_BYTES: '1024',
    LANDFALL_LOCK_MS: String(lockMs),
    LANDFALL_STOP_MS: '3000',
    ...others,
  };
  const armedBy = (victim: Victim) => join(folder, `armed-${victim}`);
  const stores = {
    landing: await openStorage(urls.landing),
    lake: await openStorage(urls.lake),
    archive: await openStorage(urls.archive),
    failed: await openStorage(`${STORES}/failed`),
  };
  // Makes the queue's tables: a worker that finds none ends, and is started again.
  const queues = await openQueues({
    databaseUrl: database.url,
    redisUrl: redis,
    scope: 'pool',
    migrate: true,
  });
  const running = new Map<ChildProcess, () => Ended>();
  const ends: Ended[] = [];
  let closing = false;
  let expected = 0;
  const killed = () => ends.filter(({ signal }) => signal === 'SIGKILL').length;
  let deaths = 0;

  const start = (who: string, args: readonly string[], victim: Victim): Running => {
    const options = { cwd: folder, env: { ...env, LANDFALL_CRASH_AT: `@${armedBy(victim)}` } };
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-20_000);
      });
    }
    running.set(child, () => ({ who, code: null, signal: null, output }));
    const ended = once(child, 'exit').then(([code, signal]) => {
      running.delete(child);
      ends.push({ who, code, signal, output });
      return ends[ends.length - 1];
    });
    return {
      ended,
      signal: (signal) => void child.kill(signal),
      says: (text) => until(() => (output.includes(text) ? [] : [`'${text}' is not said`])),
    };
  };

  /** Asks until the answer is empty. What is left after a long time is the error. */
  const until = async (ask: () => string[] | Promise<string[]>): Promise<void> => {
    const deadline = Date.now() + outageTimeoutMs;
    for (;;) {
      refuseOtherEnds(ends);
      const left = await ask();
      if (left.length === 0) return;
      if (Date.now() > deadline) {
        const all = [...ends, ...[...running.values()].map((now) => now())];
        throw new Error(`this is left for ever:\n${left.join('\n')}\n${report(all)}`);
      }
      await delay(200);
    }
  };

  const entries = {
    coordinator: [main, 'coordinator'],
    worker: [join(root, 'dist/workers/main.js')],
    up: [main, 'up'],
  };
  const superviseAlways = async (role: Role) => {
    while (!closing) {
      await start(`supervised ${role}`, entries[role], role).ended;
      await delay(50);
    }
  };

  const site: CrashSite = {
    pool: database.pool,
    database,
    queues,
    stores,
    feed,
    supervise: (role) => void superviseAlways(role),
    async kill(role) {
      const [[child]] = [...running].filter(([, now]) => now().who === `supervised ${role}`);
      const ended = once(child, 'exit');
      // The one that is armed is to die beside it.
      deaths += 1;
      child.kill('SIGKILL');
      await ended;
    },
    start: (role) => start(role, entries[role], role === 'up' ? 'command' : role),
    command: (args) => start(`landfall ${args[0]}`, [main, ...args], 'command').ended,
    arm(victim, point) {
      deaths = killed() + 1;
      rmSync(`${armedBy(victim)}.died`, { force: true });
      writeFileSync(armedBy(victim), point);
    },
    died: (victim) =>
      until(() => {
        if (existsSync(armedBy(victim))) return [`no ${victim} has come to the point where it is to die`];
        return killed() < deaths ? [`a ${victim} is to end, and does not`] : [];
      }),
    drop: (name, content, dataset = 'rides') => stores.landing.put(`${dataset}/${name}`, content),
    write(name, content) {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    define: (name, options) => define(definitions, name, options),
    async settled(files) {
      expected += files;
      await until(() => residue(site, expected));
    },
    async close() {
      closing = true;
      const dying = [...running.keys()].map((child) => once(child, 'exit'));
      for (const child of running.keys()) child.kill('SIGKILL');
      await Promise.all(dying);
      await queues.close();
      await feed.close();
      await database.drop();
    },
  };
  return site;
}

/** Who is supervised ends by being killed, and in no other way. */
function refuseOtherEnds(ends: readonly Ended[]): void {
  const others = ends.filter(({ who, signal }) => who.startsWith('supervised') && signal !== 'SIGKILL');
  if (others.length > 0) throw new Error(`somebody ended who should not:\n${report(others)}`);
}

function report(ends: readonly Ended[]): string {
  return ends
    .map(({ who, code, signal, output }) => `--- ${who}: ${code ?? signal ?? 'runs'}\n${output}`)
    .join('\n');
}
