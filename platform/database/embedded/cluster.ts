/** The data folder of the embedded server: made once, owned by the account that serves it. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { LandfallError } from '../../errors/errors.ts';
import { type Account, canReach } from './account.ts';
import type { Binaries } from './binaries.ts';

/** The superuser of an embedded server, and the database Landfall keeps there. */
export const superuser = 'landfall';
export const databaseName = 'landfall';

/** Everything the embedded server keeps, below the home. */
export interface ClusterPaths {
  readonly folder: string;
  readonly data: string;
  readonly password: string;
  readonly log: string;
  /** What runs now: {port, pid, startedBy}. For people, and to get the same port again. */
  readonly state: string;
  /** One file for each process that uses the server (users.ts). */
  readonly users: string;
}

export function clusterPaths(home: string): ClusterPaths {
  const folder = join(home, 'postgres');
  return {
    folder,
    data: join(folder, 'data'),
    password: join(folder, 'password'),
    log: join(folder, 'server.log'),
    state: join(folder, 'server.json'),
    users: join(folder, 'users'),
  };
}

/**
 * The path of the data folder for the server. A server that runs as another account may not be able to reach
 * it (a home below /root). It is then started inside the folder, by root, and the path is its working
 * directory, which PostgreSQL never leaves.
 */
export function dataArgument(account: Account | null, data: string): string {
  const direct = account === null || canReach(account, dirname(data));
  return direct ? data : '/proc/self/cwd';
}

/** The environment of initdb and server: ours without the variables that would change what they use. */
export function serverEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|NODE_)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC', ...more };
}

/** The superuser's password: random, made once, readable by us alone. */
export function clusterPassword(paths: ClusterPaths): string {
  if (!existsSync(paths.password)) {
    const staged = `${paths.password}.${process.pid}`;
    writeFileSync(staged, randomBytes(24).toString('hex'), { mode: 0o600 });
    try {
      // A link is atomic, and never replaces the password that another process wrote first.
      linkSync(staged, paths.password);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(staged);
    }
  }
  return readFileSync(paths.password, 'utf8').trim();
}

/**
 * Makes the data folder unless it is there: staged, then renamed, so that it is never seen half made.
 * @param options.durable false: not flushed to disk, for a server that will not be either
 */
export async function ensureCluster(
  paths: ClusterPaths,
  binaries: Binaries,
  account: Account | null,
  password: string,
  options: { durable: boolean },
): Promise<void> {
  if (existsSync(join(paths.data, 'PG_VERSION'))) return;
  const staged = mkdtempSync(join(paths.folder, 'making-'));
  const data = join(staged, 'data');
  try {
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(join(staged, 'password'), password, { mode: 0o600 });
    if (account) giveAway(account, [staged, data, join(staged, 'password')]);
    await runInitdb(binaries, account, data, { paths, durable: options.durable });
    try {
      renameSync(data, paths.data);
    } catch (error) {
      // Another process of this home was first, with the same password.
      if (!existsSync(join(paths.data, 'PG_VERSION'))) throw error;
    }
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

function giveAway(account: Account, paths: readonly string[]): void {
  try {
    for (const path of paths) chownSync(path, account.uid, account.gid);
    chmodSync(paths[0], 0o700);
  } catch (cause) {
    const reason = `files cannot be given to ${account.name} (${(cause as Error).message})`;
    throw new LandfallError('LF_EMBEDDED_ACCOUNT', { reason }, { cause });
  }
}

function runInitdb(
  binaries: Binaries,
  account: Account | null,
  data: string,
  { paths, durable }: { paths: ClusterPaths; durable: boolean },
): Promise<void> {
  const args = [
    `--pgdata=${dataArgument(account, data)}`,
    `--username=${superuser}`,
    '--pwfile=../password',
    '--auth=scram-sha-256',
    // The built-in locale needs neither ICU nor anything of the system's, and sorts the same everywhere.
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--text-search-config=simple',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
  return new Promise((resolve, reject) => {
    const identity = account ? { uid: account.uid, gid: account.gid } : {};
    const env = serverEnvironment();
    const child = spawn(binaries.initdb, args, {
      cwd: data,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...identity,
    });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    const fail = (reason: string, cause?: unknown) =>
      reject(
        new LandfallError('LF_EMBEDDED_START', { reason, log: paths.log, home: paths.folder }, { cause }),
      );
    child.on('error', (error) => fail(`initdb cannot be run: ${error.message}`, error));
    child.on('close', (code) => (code === 0 ? resolve() : fail(`initdb failed: ${lastLines(output)}`)));
  });
}

/** The end of a program's output, on one line. */
export function lastLines(output: string, lines = 5): string {
  return output.trim().split('\n').slice(-lines).join(' | ') || 'it said nothing';
}
