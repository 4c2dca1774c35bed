import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runChecks } from '../../../coordinator/finalise/data-checks.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { defineDataset, integer } from '../../../model/index.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const dataset = (checks: Record<string, string>) =>
  compileDataset(
    defineDataset({
      name: 'counted',
      columns: { id: integer({ required: true }) },
      star: { fact: 'fact_counted', columns: ['id'] },
      checks,
    }),
  );

let database: TestDatabase;
let client: pg.PoolClient;

beforeAll(async () => {
  database = await testDatabase();
  client = await database.pool.connect();
  // More than min_parallel_table_scan_size.
  await client.query(`create schema star; create table star.fact_counted (id integer not null, text text);
    insert into star.fact_counted select i, repeat('x', 1000) from generate_series(1, 20000) as i`);
});
afterAll(async () => {
  client.release();
  await database.drop();
});

async function launched(): Promise<number> {
  await client.query('select pg_stat_force_next_flush()');
  const text =
    'select parallel_workers_launched as n from pg_stat_database where datname = current_database()';
  return Number((await client.query(text)).rows[0].n);
}

async function checked(checks: Record<string, string>, change = 'select') {
  await client.query('begin');
  await client.query(change);
  const found = await runChecks(client, dataset(checks));
  const { rows } = await client.query('select count(*)::int as rows from star.fact_counted');
  const [{ cost }] = (await client.query(`select current_setting('parallel_setup_cost') as cost`)).rows;
  await client.query('rollback');
  return { found, rows: rows[0].rows, cost };
}

describe('runChecks', () => {
  it('lets the server use its parallel workers, and its settings as they were', async () => {
    const before = await launched();
    const { found, cost } = await checked({ small: 'select id from star.fact_counted where id < 0' });
    expect(found).toEqual([{ name: 'small', ok: true, detail: 'no row' }]);
    expect(await launched()).toBeGreaterThan(before);
    expect(cost).toBe('1000');
  });

  it('sees what the transaction has changed', async () => {
    const checks = {
      none: 'select id from star.fact_counted where id = 7',
      more: 'select id from star.fact_counted where id > 20000',
    };
    const change = `delete from star.fact_counted where id = 7; insert into star.fact_counted values (20001)`;
    const { found } = await checked(checks, change);
    expect(found).toEqual([
      { name: 'none', ok: true, detail: 'no row' },
      { name: 'more', ok: false, detail: '{"id":20001}' },
    ]);
  });

  it('names a check that cannot be run, goes on, and undoes what one has done', async () => {
    const { found, rows } = await checked({
      broken: 'select 1 / (id - id) as id from star.fact_counted',
      fine: 'select id from star.fact_counted where id < 0',
      wrong: 'select nothing from star.fact_counted',
    });
    expect(found).toEqual([
      { name: 'broken', ok: false, detail: 'it cannot be run: division by zero' },
      { name: 'fine', ok: true, detail: 'no row' },
      { name: 'wrong', ok: false, detail: expect.stringContaining('it cannot be run: column "nothing"') },
    ]);
    expect(rows).toBe(20_000);
  });
});
