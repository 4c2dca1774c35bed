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

it('shares a connection with all who listen to the database, each with its own channel and its own end', async () => {
  const heard: string[] = [];
  let reconnects = 0;
  const open = (channel: string, name: string) =>
    listen(
      database.url,
      channel,
      (payload) => heard.push(`${name} ${payload}`),
      () => reconnects++,
    );
  const sessions = `select count(*)::int as n from pg_stat_activity
    where datname = current_database() and application_name = 'landfall listen'`;
  const [a, b, c] = await Promise.all([open('left', 'a'), open('right', 'b'), open('right', 'c')]);
  expect((await database.pool.query(sessions)).rows).toEqual([{ n: 1 }]);
  await notify('left', '1');
  await notify('right', '2');
  await vi.waitFor(() => expect(heard).toEqual(['a 1', 'b 2', 'c 2']));
  await b.close();
  await notify('right', '3');
  await vi.waitFor(() => expect(heard.at(-1)).toBe('c 3'));
  await cut();
  await vi.waitFor(() => expect(reconnects).toBe(2), { timeout: 10_000 });
  await c.close();
  await notify('right', '4');
  await notify('left', '5');
  await vi.waitFor(() => expect(heard.slice(3)).toEqual(['c 3', 'a 5']));
  await a.close();
  await vi.waitFor(async () => expect((await database.pool.query(sessions)).rows).toEqual([{ n: 0 }]));
});

it('tells all who listened before if one who comes while it is lost finds it again', async () => {
  let reconnects = 0;
  const before = await listen(
    database.url,
    'before',
    () => {},
    () => reconnects++,
  );
  for (let n = 1; n <= 3; n++) {
    await cut();
    const after = await listen(
      database.url,
      'after',
      () => {},
      () => {
        throw new Error('it had not listened');
      },
    ).catch(() => null);
    await vi.waitFor(() => expect(reconnects).toBe(n), { timeout: 10_000 });
    await after?.close();
  }
  await before.close();
});
