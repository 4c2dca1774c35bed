/** A PgBouncer of a test's own, in front of a server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverAccount } from '../../platform/database/embedded/account.ts';
import { freePort } from '../../platform/database/embedded/launch.ts';
import { tempFolder } from './index.ts';
import { untilListening } from './listening.ts';
import { programOf } from './programs.ts';

/** Its path, or null. */
export const pgbouncer = programOf('pgbouncer', ['/usr/sbin']);

export interface PgBouncer {
  /** The address of a database of the server, with its user, by way of the pooler. */
  urlOf(databaseUrl: string): string;
  close(): Promise<void>;
}

/** `settings`: of pgbouncer.ini. Users and passwords are those of these addresses. */
export async function openPgBouncer(
  urls: readonly string[],
  settings: Readonly<Record<string, string | number>>,
): Promise<PgBouncer> {
  // It refuses to run as root.
  const account = serverAccount();
  const folder = mkdtempSync(join(tempFolder(), 'pgbouncer-'));
  for (const path of [folder, join(folder, '..')]) chmodSync(path, 0o755);
  const port = await freePort(0);
  const users = urls
    .map((url) => new URL(url))
    .map(({ username, password }) => `"${username}" "${password}"`);
  writeFileSync(join(folder, 'users'), [...new Set(users)].join('\n'));
  const all = {
    ...{ listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '', auth_type: 'scram-sha-256' },
    ...{ auth_file: join(folder, 'users'), max_client_conn: 200, ...settings },
  };
  const { port: serverPort } = new URL(urls[0]);
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const ini = join(folder, 'pgbouncer.ini');
  writeFileSync(
    ini,
    ['[databases]', `* = host=127.0.0.1 port=${serverPort}`, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  const user = account === null ? [] : ['-u', account.name];
  const child: ChildProcess = spawn(pgbouncer!, ['-q', ...user, ini], { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  await untilListening(port, child);
  return {
    urlOf: (url) => Object.assign(new URL(url), { port: String(port) }).href,
    async close() {
      process.removeListener('exit', kill);
      const ended = once(child, 'exit');
      kill();
      await ended;
    },
  };
}
