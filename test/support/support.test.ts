import pg from 'pg';
import { expect, it } from 'vitest';
import { Ledger } from '../../ledger/ledger.ts';
import { testDatabase } from './index.ts';

it('a test database is migrated, and apart from every other', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
  await one.pool.query('create table mine ()');
  expect((await two.pool.query(`select to_regclass('mine') as t`)).rows).toEqual([{ t: null }]);
  expect(await new Ledger(two.pool).totals()).toMatchObject({ files: 0 });
  await Promise.all([one.drop(), two.drop()]);
});

it('a connection that is left open fails the test that left it', async () => {
  const database = await testDatabase();
  const leaked = new pg.Client({ connectionString: database.url, application_name: 'leaky' });
  leaked.on('error', () => {});
  await leaked.connect();
  await expect(database.drop()).rejects.toThrow(/left open:\n {2}leaky \(idle\)/);
  await leaked.end().catch(() => {});
});
