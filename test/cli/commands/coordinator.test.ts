/** Two coordinators on one database: what each answers, before and after the second takes over. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { main } from '../run.ts';

let database: TestDatabase;
const children: ChildProcess[] = [];
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
    child.kill('SIGTERM');
    await ended;
  }
  await database.drop();
});

interface Started {
  readonly child: ChildProcess;
  /** The address that it says after some words. */
  addressAfter(words: string): Promise<string>;
}

function start(cwd: string): Started {
  const env = { PATH: process.env.PATH, HOME: cwd, DATABASE_URL: database.url, LANDFALL_PORT: '0' };
  const stdio = ['ignore', 'ignore', 'pipe'] as const;
  const child = spawn(process.execPath, [main, 'coordinator', '--standby'], {
    cwd,
    env: { ...env, LANDFALL_DATASETS: 'example:trips' },
    stdio: [...stdio],
  });
  children.push(child);
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const addressAfter = async (words: string) => {
    const pattern = new RegExp(`${words}:? (http://[\\w.]+:\\d+)`);
    return vi.waitFor(() => {
      const address = pattern.exec(said)?.[1];
      expect(address, said).toBeDefined();
      return address!;
    }, 60_000);
  };
  return { child, addressAfter };
}

const statusOf = async (url: string, path: string) => (await fetch(url + path)).status;
const healthOf = async (url: string) => (await fetch(`${url}/healthz`)).json();

it('lives, is not ready and asks the leader while another one leads, and is ready on its port when it has taken over', async () => {
  const cwd = tempFolder();
  const first = start(cwd);
  const leader = await first.addressAfter('coordinator is up');
  const second = start(cwd);
  const waiting = await second.addressAfter('standing by on');
  expect(await healthOf(waiting)).toEqual({ status: 'ok', leading: false });
  expect(await statusOf(waiting, '/readyz')).toBe(503);
  // It is the leader's page.
  await vi.waitFor(async () => expect(await statusOf(waiting, '/')).toBe(200), 60_000);
  expect(await healthOf(leader)).toEqual({ status: 'ok', leading: true });
  expect(await statusOf(leader, '/readyz')).toBe(200);

  first.child.kill('SIGKILL');
  expect(await second.addressAfter('coordinator is up')).toBe(waiting);
  expect(await statusOf(waiting, '/readyz')).toBe(200);
  expect(await healthOf(waiting)).toEqual({ status: 'ok', leading: true });
  expect(await statusOf(waiting, '/')).toBe(200);
});
