import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { listen } from '../../../platform/database/listen.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const notify = (channel: string, payload: string) =>
  database.pool.query('select pg_notify($1, $2)', [channel, payload]);

async function cut(): Promise<void> {
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'landfall listen'`,
  );
}

it('hears its channel, in order, and no other', async () => {
  const heard: string[] = [];
  const listening = await listen(
    database.url,
    'one "channel"',
    (payload) => heard.push(payload),
    () => {},
  );
  for (const text of ['a', 'b', '', 'c']) await notify('one "channel"', text);
  await notify('other', 'x');
  await vi.waitFor(() => expect(heard).toEqual(['a', 'b', '', 'c']));
  await listening.close();
  await notify('one "channel"', 'd');
  expect(heard).toHaveLength(4);
});

it('comes back when it was cut off, and says so', async () => {
  const heard: string[] = [];
  let reconnects = 0;
  const listening = await listen(
    database.url,
    'cut',
    (payload) => heard.push(payload),
    () => reconnects++,
  );
  for (const round of [1, 2]) {
    await cut();
    await vi.waitFor(() => expect(reconnects).toBe(round), { timeout: 10_000 });
    await notify('cut', `after ${round}`);
    await vi.waitFor(() => expect(heard).toContain(`after ${round}`));
  }
  await listening.close();
});

it('keeps trying while it is not let in, until it is closed', async () => {
  const role = `listener_${process.pid}`;
  await database.pool.query(`create role ${role} login password 'secret'`);
  const url = new URL(database.url);
  [url.username, url.password] = [role, 'secret'];
  let reconnects = 0;
  const listening = await listen(
    url.href,
    'gone',
    () => {},
    () => reconnects++,
  );
  await database.pool.query(`alter role ${role} nologin`);
  await cut();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(reconnects).toBe(0);
  await database.pool.query(`alter role ${role} login`);
  await vi.waitFor(() => expect(reconnects).toBe(1), { timeout: 10_000 });
  await database.pool.query(`alter role ${role} nologin`);
  await cut();
  await listening.close();
  await database.pool.query(`drop role ${role}`);
});

it('fails at once when it cannot begin', async () => {
  const listening = listen(
    'postgres://nobody@127.0.0.1:1/none',
    'x',
    () => {},
    () => {},
  );
  await expect(listening).rejects.toThrow();
});
