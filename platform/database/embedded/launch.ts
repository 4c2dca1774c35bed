/** Starts the server in its data folder, and finds one that runs there. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LandfallError } from '../../errors/errors.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { type ClusterPaths, dataArgument, lastLines, serverEnvironment } from './cluster.ts';
import { processIdentity, worksIn } from './processes.ts';

/** The longest wait for a server: recovery after a power cut replays up to max_wal_size. */
export const startMs = 120_000;
/** A longer log is truncated at the next start. */
const logBytesMax = 8 * 1024 * 1024;

/** For bulk loads on a laptop. Durability is untouched: fsync and synchronous_commit stay on. */
const baseSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_connections: '200',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  // A burst of small files leaves dead rows in the ledger, whose space the next ones take.
  autovacuum_naptime: '5s',
  log_min_messages: 'warning',
};

/** A server that runs in a data folder, as its lock file says. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** The server that runs in the data folder now, or null. */
export function findRunning(paths: ClusterPaths): Running | null {
  const lines = lockFile(paths);
  if (lines === null) return null;
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  if (processIdentity(pid) === null || !worksIn(pid, paths.data)) return null;
  return {
    pid,
    port: Number(lines[3]),
    ready: lines[7]?.trim() === 'ready',
  };
}

/** PostgreSQL's lock file: pid, folder, start in s, port, socket folder, address, memory, status. */
function lockFile(paths: ClusterPaths): string[] | null {
  try {
    return readFileSync(join(paths.data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null;
  }
}

/**
 * Starts the server and waits until it is ready. Null where another process was faster, the port was
 * taken meanwhile, or an older server's children still hold its memory: look again then.
 * @throws LandfallError LF_EMBEDDED_START with the end of the server's log
 */
export async function launch(
  paths: ClusterPaths,
  binaries: Binaries,
  account: Account | null,
  settings: Record<string, string>,
): Promise<Running | null> {
  const port = await freePort(lastPort(paths));
  const args = ['-D', dataArgument(account, paths.data), '-p', String(port)];
  for (const [name, value] of Object.entries({
    ...baseSettings,
    ...buffers(),
    ...sharedMemory(),
    ...settings,
  })) {
    args.push('-c', `${name}=${value}`);
  }
  if (existsSync(paths.log) && statSync(paths.log).size > logBytesMax) truncateSync(paths.log);
  const log = openSync(paths.log, 'a', 0o600);
  const logStart = statSync(paths.log).size;
  // The lock file of a dead server may name a number that some other process has now. PostgreSQL takes
  // a lock file of its own grandparent for stale: it then still checks that no memory is left in use.
  const stale = lockFile(paths)?.[0].trim();
  const child = spawn(binaries.postgres, args, {
    cwd: paths.data,
    env: serverEnvironment(stale ? { PG_GRANDPARENT_PID: stale } : {}),
    // A session of its own keeps a Ctrl-C in the terminal from reaching it before its owner is done.
    detached: true,
    stdio: ['ignore', log, log],
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  });
  closeSync(log);
  let failure: Error | null = null;
  child.on('error', (error) => {
    failure = error;
  });
  child.unref();
  const running = await untilReady(paths, child);
  if (running) return running;
  const output: string = failure
    ? (failure as Error).message
    : lastLines(readFileSync(paths.log).subarray(logStart).toString());
  // English is certain: the server runs with LC_ALL=C.
  if (!/already exists|already in use|still in use|could not bind/.test(output))
    throw startError(paths, output);
  await delay(200);
  return null;
}

/** Null where the server ended instead. */
async function untilReady(paths: ClusterPaths, child: ChildProcess): Promise<Running | null> {
  const deadline = Date.now() + startMs;
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const running = findRunning(paths);
    if (running?.pid === child.pid && running.ready) {
      writeState(paths, running);
      return running;
    }
    if (Date.now() > deadline) throw startError(paths, 'it did not become ready in time');
    await delay(10);
  }
  return null;
}

/**
 * An eighth of the memory, 256 MiB to 1 GiB. The indexes of dimensions of millions are read and written all over; what
 * does not fit is copied in, with its checksum, again and again. Memory that nobody needs is not taken.
 */
function buffers(): Record<string, string> {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const share = Math.floor(memory / 8 / 2 ** 20);
  return { shared_buffers: `${Math.min(1024, Math.max(256, share))}MB` };
}

/** Where shared memory is scarce (64 MiB in a container), parallel queries use files. */
function sharedMemory(): Record<string, string> {
  if (process.platform !== 'linux') return {};
  try {
    const { bsize, bavail } = statfsSync('/dev/shm');
    if (bsize * bavail >= 256 * 1024 * 1024) return {};
  } catch {
    // There is no such file system: use files.
  }
  return { dynamic_shared_memory_type: 'mmap' };
}

/** The wanted port if it is free, so that an address that was written down stays valid; else any free one. */
export function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', (error) => (wanted === 0 ? reject(error) : resolve(freePort(0))));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

function writeState(paths: ClusterPaths, { port, pid }: Running): void {
  const staged = `${paths.state}.${process.pid}`;
  writeFileSync(staged, `${JSON.stringify({ port, pid, startedBy: process.pid })}\n`);
  renameSync(staged, paths.state);
}

/** The port of the server before this one; 0 where there was none. */
function lastPort(paths: ClusterPaths): number {
  try {
    const { port } = JSON.parse(readFileSync(paths.state, 'utf8')) as { port: number };
    return Number.isInteger(port) && port > 0 && port < 65536 ? port : 0;
  } catch {
    return 0;
  }
}

export function startError(paths: ClusterPaths, reason: string): LandfallError {
  return new LandfallError('LF_EMBEDDED_START', { reason, log: paths.log, home: paths.folder });
}
