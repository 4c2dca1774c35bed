/**
 * The embedded server of one home: started by whoever comes first, joined by the others, stopped by the
 * last one to leave.
 *
 *             nobody serves the home: start it          others use it still: nothing
 *   (opening) ────────────────────────────────▶ in use ─────────────────────────────▶ (left)
 *       │  it runs: join it                        ▲ │  last one out: fast shutdown      ▲
 *       └──────────────────────────────────────────┘ └───────────────────────────────────┘
 *
 * Leaving is stop(), the end of the process, SIGINT, SIGTERM or SIGHUP; a killed process has left.
 * Two processes may do all this at once: PostgreSQL's own lock file lets one server into a data folder.
 */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Account, serverAccount } from './account.ts';
import { type Binaries, serverBinaries } from './binaries.ts';
import {
  type ClusterPaths,
  clusterPassword,
  clusterPaths,
  databaseName,
  ensureCluster,
  superuser,
} from './cluster.ts';
import { findRunning, launch, type Running, startError, startMs } from './launch.ts';
import { isAlive, processIdentity } from './processes.ts';
import { atEnd, enter, leave } from './users.ts';

export interface EmbeddedServer {
  /** Of Landfall's database, password included: never print it. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Starts the server again where it has ended without being told to. Throws LF_EMBEDDED_START. */
  restart(): Promise<void>;
  /** Leaves; the last one out shuts the server down and waits for that. */
  stop(): Promise<void>;
}

/** A fast shutdown writes a checkpoint: up to shared_buffers to disk. */
const stopMs = 60_000;

/**
 * Opens the server of `home` (absolute path), making its data folder at first use.
 * @param options.settings PostgreSQL settings over the built-in ones, e.g. `{ fsync: 'off' }` for tests
 * @throws LandfallError LF_EMBEDDED_ACCOUNT, LF_EMBEDDED_MISSING, LF_EMBEDDED_START
 */
export async function openServer(
  home: string,
  options: { settings?: Record<string, string> } = {},
): Promise<EmbeddedServer> {
  const { settings = {} } = options;
  mkdirSync(join(home, 'postgres'), { recursive: true });
  const paths = clusterPaths(realpathSync(home));
  const account = serverAccount();
  const password = clusterPassword(paths);
  const urlOf = (port: number, database: string) =>
    `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`;

  const user = enter(paths);
  try {
    const serve = () => untilServing(paths, account, { password, settings, url: urlOf });
    const running = await serve();
    await ensureDatabase(urlOf(running.port, 'postgres'));
    return handle(paths, user, { running, serve, url: urlOf(running.port, databaseName) });
  } catch (error) {
    leave(paths, user);
    throw error;
  }
}

/** Starts the server unless it runs, and waits until it answers. */
async function untilServing(
  paths: ClusterPaths,
  account: Account | null,
  options: {
    password: string;
    settings: Record<string, string>;
    url: (port: number, database: string) => string;
  },
): Promise<Running> {
  const { password, settings, url } = options;
  const deadline = Date.now() + startMs;
  let binaries: Binaries | null = null;
  while (Date.now() < deadline) {
    const running = findRunning(paths);
    if (running === null) {
      binaries ??= serverBinaries(account, paths.folder);
      await ensureCluster(paths, binaries, account, password, { durable: settings.fsync !== 'off' });
      await launch(paths, binaries, account, settings);
    } else if (running.ready && (await answers(url(running.port, 'postgres'), paths))) {
      return running;
    } else {
      await delay(20);
    }
  }
  throw startError(paths, 'it did not answer in time');
}

function handle(
  paths: ClusterPaths,
  user: string,
  opened: { running: Running; serve: () => Promise<Running>; url: string },
): EmbeddedServer {
  const { port } = opened.running;
  let { pid } = opened.running;
  let identity = processIdentity(pid) ?? '';
  const forget = atEnd(() => {
    if (leave(paths, user) && isAlive(identity)) process.kill(pid, 'SIGINT');
  });
  let stopping: Promise<void> | null = null;
  const restart = async () => {
    if (stopping !== null || findRunning(paths) !== null) return;
    // It takes the port it had, which everyone knows, unless somebody else has taken that meanwhile.
    const running = await opened.serve();
    if (running.port !== port) throw startError(paths, `its port ${port} is taken by another program`);
    pid = running.pid;
    identity = processIdentity(pid) ?? '';
  };
  const stop = async () => {
    forget();
    if (leave(paths, user)) await shutDown(pid, identity);
  };
  return {
    url: opened.url,
    port,
    get pid() {
      return pid;
    },
    restart,
    stop: () => (stopping ??= stop()),
  };
}

async function shutDown(pid: number, identity: string): Promise<void> {
  const deadline = Date.now() + stopMs;
  if (!isAlive(identity)) return;
  process.kill(pid, 'SIGINT');
  while (isAlive(identity)) {
    if (Date.now() > deadline) {
      // Immediate shutdown: the next start replays the log. Nothing that was committed is lost.
      process.kill(pid, 'SIGQUIT');
      return;
    }
    await delay(10);
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** False while it is too early to tell. */
function answers(url: string, paths: ClusterPaths): Promise<boolean> {
  return withClient(url, async () => true).catch((error) => {
    if (error.code === '28P01') throw startError(paths, `${paths.password} is not the password of its data`);
    return false;
  });
}

async function ensureDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const found = await client.query('select from pg_database where datname = $1', [databaseName]);
    if (found.rowCount) return;
    await client.query(`create database ${pg.escapeIdentifier(databaseName)}`).catch((error) => {
      // Another process of this home was first.
      if (!['42P04', '23505'].includes(error.code)) throw error;
    });
  });
}
