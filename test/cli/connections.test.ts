/** A server, or a role, that has no connection left: who starts waits, and who was only asked says so. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';
import { landfall, main } from './run.ts';

/** Limits do not bind superusers; people's Landfall is seldom one. */
const role = `landfall_test_${process.pid}`;
let database: TestDatabase;
let url: string;

beforeAll(async () => {
  database = await testDatabase();
  const address = Object.assign(new URL(database.url), { username: role, password: role });
  url = address.href;
  // The role makes and owns what is in it.
  await database.pool.query('drop schema if exists landfall, star, bullmq cascade');
  await database.pool.query(`create role ${role} login password '${role}'`);
  await database.pool.query(`alter database "${address.pathname.slice(1)}" owner to ${role}`);
});
afterAll(async () => {
  await database.pool.query(`reassign owned by ${role} to current_user`);
  await database.pool.query(`drop owned by ${role}`);
  await database.pool.query(`drop role ${role}`);
  await database.drop();
});

const limit = (connections: number) =>
  database.pool.query(`alter role ${role} connection limit ${connections}`);

it('a short command says what to do', async () => {
  await limit(0);
  const { code, stderr } = await landfall(['status'], { cwd: tempFolder(), env: { DATABASE_URL: url } });
  expect(code).toBe(1);
  expect(stderr).toContain('[LF_DATABASE_CONNECTIONS]');
  expect(stderr).toContain('max_connections');
});

it('`landfall up` waits, wherever in its start it is refused', async () => {
  // Enough to look at the ledger; the coordinator's lock needs one of its own.
  await limit(1);
  const cwd = tempFolder();
  const up = spawn(process.execPath, [main, 'up', '--port', '0', '--workers', '1'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(up, 'exit');
  let said = '';
  up.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const says = (text: string) => vi.waitFor(() => expect(said).toContain(text), { timeout: 60_000 });
  try {
    await says('LF_DATABASE_CONNECTIONS');
    await limit(-1);
    await says('Landfall is up');
    up.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    up.kill('SIGKILL');
  }
});
