/** PgBouncer in front of the server: with sessions of their own all works, and anything else is said when a command starts. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../ledger/open-database.ts';
import { connectDatabase } from '../../../platform/database/database.ts';
import { sharesSessions } from '../../../platform/database/pooler.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { openPgBouncer, type PgBouncer, pgbouncer } from '../../support/pgbouncer.ts';
import { onBothBackends } from '../site.ts';
import { expectFilled } from './warehouse.ts';

describe.skipIf(pgbouncer === null)('PgBouncer', () => {
  let pooler: PgBouncer | undefined;
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => {
    await database.drop();
  });
  const behind = async (settings: Readonly<Record<string, string | number>>) => {
    pooler = await openPgBouncer([database.url], settings);
    return pooler.urlOf(database.url);
  };
  const opening = (databaseUrl: string) =>
    openDatabase({ home: tempFolder(), databaseUrl }).then(
      (opened) => opened.close().then(() => null),
      (error) => error,
    );

  it.each([
    ['last', { server_round_robin: 0, default_pool_size: 20 }],
    ['first', { server_round_robin: 1, default_pool_size: 20 }],
    ['only', { default_pool_size: 1 }],
  ])(
    'that pools transactions is refused, where the %s session is given away, and others work',
    async (_, more) => {
      const url = await behind({ pool_mode: 'transaction', ...more });
      const stopped = new AbortController();
      const others = Array.from({ length: 6 }, async () => {
        const client = new pg.Client(url);
        await client.connect();
        while (!stopped.signal.aborted) await client.query('select pg_sleep(0.002)');
        await client.end();
      });
      try {
        for (let times = 0; times < 5; times++)
          expect(await opening(url)).toMatchObject({
            code: 'LF_DATABASE_POOLER',
            fix: expect.stringContaining('pool_mode = session'),
          });
      } finally {
        stopped.abort();
        await Promise.all(others);
        await pooler?.close();
      }
    },
  );

  it.each([0, 1])(
    'that pools transactions is refused while nobody else is there (server_round_robin %i)',
    async (first) => {
      const url = await behind({ pool_mode: 'transaction', server_round_robin: first });
      const { pool, close } = connectDatabase(url, { max: 3 });
      const known = await Promise.all([1, 2, 3].map(() => pool.connect()));
      for (const client of known) client.release();
      // The pooler has so many sessions that are idle.
      for (let idle = 1; idle <= 6; idle++) {
        const clients = Array.from({ length: idle }, () => new pg.Client(url));
        await Promise.all(clients.map((client) => client.connect()));
        for (const client of clients) await client.query('begin; select 1');
        for (const client of clients) await client.query('rollback');
        await Promise.all(clients.map((client) => client.end()));
        expect(await sharesSessions(pool), `${idle} sessions`).toBe(true);
      }
      await close();
      await pooler?.close();
    },
  );

  it.each([
    ['pools statements', { pool_mode: 'statement' }, '', 'LF_DATABASE_POOLER'],
    ['lets no more in', { max_client_conn: 0 }, '', 'LF_DATABASE_CONNECTIONS'],
    ['knows no parameter', {}, '?options=-c%20work_mem%3D4MB', 'LF_DATABASE_REFUSED'],
    ['knows the parameter', { ignore_startup_parameters: 'options' }, '?options=-c%20work_mem%3D4MB', null],
  ])('that %s says so at once', async (_, settings, parameters, code) => {
    const url = await behind({ pool_mode: 'session', ...settings });
    const error = await opening(url + parameters);
    expect(error?.code ?? null).toBe(code);
    await pooler?.close();
  });

  it('that refuses a password or a database says so at once', async () => {
    const url = new URL(await behind({ pool_mode: 'session' }));
    for (const wrong of [{ password: 'wrong' }, { username: 'nobody' }, { pathname: '/nothing' }]) {
      const { href } = Object.assign(new URL(url), wrong);
      expect(await opening(href)).toMatchObject({ code: 'LF_DATABASE_REFUSED' });
    }
    await pooler?.close();
  });

  it('that has no session left is told from a server that is away', async () => {
    const url = await behind({ pool_mode: 'session', default_pool_size: 1, query_wait_timeout: 1 });
    const { pool, close } = connectDatabase(url, { max: 2 });
    const client = await pool.connect();
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'LF_DATABASE_CONNECTIONS' });
    client.release();
    await close();
    await pooler?.close();
  });

  onBothBackends('that pools sessions', (backend) => {
    it('is as good as the server', async () => {
      const own = await testDatabase({ migrated: false });
      const between = await openPgBouncer([own.url], { pool_mode: 'session', default_pool_size: 40 });
      const url = between.urlOf(own.url);
      const { pool, close } = connectDatabase(url, { name: 'test' });
      try {
        await expectFilled({ backend, database: { url, pool, drop: close } });
      } finally {
        await close();
        await between.close();
        await own.drop();
      }
    });
  });
});
