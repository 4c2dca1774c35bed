/** PostgreSQL as the system's packages install it: servers of a test's own, and the programs beside them. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { serverAccount } from '../../../platform/database/embedded/account.ts';
import { freePort } from '../../../platform/database/embedded/launch.ts';
import { tempFolder } from '../../support/index.ts';
import { untilListening } from '../../support/listening.ts';

/** Where Debian and its kin put them, each version in a folder of its own. */
const packages = '/usr/lib/postgresql';
const supported = /^1[5-8]$/;
/** Versions that are there. */
export const versions = installed();

function installed(): string[] {
  try {
    const found = readdirSync(packages).filter((name) => supported.test(name));
    if (found.length > 0) return found;
  } catch {
    // There is no such folder.
  }
  const lack = `no PostgreSQL 15 to 18 below ${packages}`;
  if (process.env.LANDFALL_TEST_STRICT === '1')
    throw new Error(`Tests with other versions cannot run: ${lack}`);
  console.error(`\nSKIPPING every test with other versions of PostgreSQL: ${lack}\n`);
  return [];
}

/** The path of a program that belongs to a server of the version. */
export function programOf(version: string, name: string): string {
  return join(packages, version, 'bin', name);
}

/** Starts a server of the version for a test; `stop` ends it. */
export async function serverOf(version: string): Promise<{ url: string; stop(): Promise<void> }> {
  const account = serverAccount();
  const owner = account === null ? {} : { uid: account.uid, gid: account.gid };
  const folder = tempFolder();
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  mkdirSync(data);
  if (account !== null) chownSync(data, account.uid, account.gid);
  const program = (name: string) => programOf(version, name);
  const cluster = ['-D', data, '-U', 'landfall', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  execFileSync(program('initdb'), cluster, { ...owner, cwd: data, stdio: 'ignore' });
  const port = await freePort(0);
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const child = spawn(program('postgres'), args, { ...owner, cwd: data, stdio: 'ignore' });
  await untilListening(port, child);
  return {
    url: `postgres://landfall@127.0.0.1:${port}`,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGQUIT');
      await ended;
    },
  };
}

/** A server that listens may still be starting up. */
export async function connected(url: string): Promise<pg.Client> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end();
      const isStarting = (error as { code?: string }).code === '57P03';
      if (!isStarting || tries === 500) throw error;
      await delay(20);
    }
  }
}
