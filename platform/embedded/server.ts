/**
 * The embedded server of one home: started, joined or adopted, and stopped with its owner.
 *
 *            nobody serves the home                  its owner lives
 *   (open) ─────────────────────────▶ owned     (open) ──────────────▶ joined
 *      │  it serves, its owner is dead  ▲
 *      └────────────(adopt)─────────────┘
 *
 *   owned  ── stop(), end of the process, SIGINT, SIGTERM, SIGHUP ──▶ fast shutdown
 *   joined ── stop() ──▶ nothing: its owner stops it
 *
 * Two processes may do this at once. What decides is never ours alone: PostgreSQL's lock file
 * (postmaster.pid) lets one server into a data folder, and a rename lets one process adopt it.
 */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { serverAccount } from './account.ts';
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
import { adopt, atEnd, readRecord } from './ownership.ts';
import { isAlive, processIdentity } from './processes.ts';

export interface EmbeddedServer {
  /** Of Landfall's database, password included: never print it. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** True where this process started or adopted the server and so stops it. */
  readonly owned: boolean;
  /** Fast shutdown by the owner; nothing in a process that joined. */
  stop(): Promise<void>;
}

/** A fast shutdown writes a checkpoint: up to shared_buffers to disk. */
const stopMs = 60_000;
/** A server's starter has said that it owns it by then. */
const claimMs = 3000;

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

  const deadline = Date.now() + startMs;
  let started: Running | null = null;
  let binaries: Binaries | null = null;
  while (Date.now() < deadline) {
    const running = findRunning(paths);
    if (running === null) {
      binaries ??= serverBinaries(account, paths.folder);
      await ensureCluster(paths, binaries, account, password, { durable: settings.fsync !== 'off' });
      started = await launch(paths, binaries, account, settings);
    } else if (running.ready && (await answers(urlOf(running.port, 'postgres'), paths))) {
      await ensureDatabase(urlOf(running.port, 'postgres'));
      const ours = started?.pid === running.pid;
      if (!ours) await untilClaimed(paths, running);
      return handle(running, ours || adopt(paths, running), urlOf(running.port, databaseName));
    }
    await delay(20);
  }
  throw startError(paths, 'it did not answer in time');
}

/** Without the record of a starter that is about to write it, we would adopt what has an owner. */
async function untilClaimed(paths: ClusterPaths, running: Running): Promise<void> {
  while (readRecord(paths)?.pid !== running.pid && Date.now() < running.startedAtMs + claimMs)
    await delay(10);
}

function handle(running: Running, owned: boolean, url: string): EmbeddedServer {
  const { pid, port } = running;
  const identity = processIdentity(pid);
  if (!owned || identity === null) return { url, port, pid, owned, stop: async () => {} };
  const forget = atEnd(() => {
    if (isAlive(identity)) process.kill(pid, 'SIGINT');
  });
  let stopping: Promise<void> | null = null;
  const stop = async () => {
    await shutDown(pid, identity);
    forget();
  };
  return { url, port, pid, owned, stop: () => (stopping ??= stop()) };
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
