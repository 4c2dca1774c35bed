import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBlocking, runChecks } from '../../../coordinator/finalise/data-checks.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { boolean, type Check, check, defineDataset, integer, upsert } from '../../../model/index.ts';
import { starDdl } from '../../../sinks/postgres/ddl/ddl.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const dataset = (checks: Record<string, string | Check>) =>
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
  await client.query(`create schema star; create table star.fact_counted (id integer not null, text text, chunk_id integer default 1);
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

async function checked(checks: Record<string, string | Check>, change = 'select', ...files: number[][]) {
  await client.query('begin');
  await client.query(change);
  const chunks = files.length > 0 ? files : [[1]];
  const results = await runChecks(
    client,
    dataset(checks),
    chunks.map((chunkIds) => ({ chunkIds })),
  );
  const [found] = results;
  const { rows } = await client.query('select count(*)::int as rows from star.fact_counted');
  const [{ cost }] = (await client.query(`select current_setting('parallel_setup_cost') as cost`)).rows;
  await client.query('rollback');
  return { found, results, rows: rows[0].rows, cost };
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

/** Facts with ids -1 to -4, in the chunks 11, 12, 12 and 14. */
const facts = `insert into star.fact_counted (id, chunk_id) values (-1, 11), (-2, 12), (-3, 12), (-4, 14)`;

describe('a check over the rows of a file', () => {
  const one = (sql: string, severity?: 'warn') => ({ one: check(sql, { over: 'file', severity }) });

  it('sees the rows of its chunks, and no others', async () => {
    const all = one(`select array_agg(id order by id) as ids, count(*) from {facts} f`);
    const seen = async (...chunks: number[]) => (await checked(all, facts, chunks)).found[0].detail;
    expect(await seen(11)).toBe('{"ids":[-1],"count":1}');
    expect(await seen(12, 11)).toBe('{"ids":[-3,-2,-1],"count":3}');
    expect(await seen(11, 14)).toBe('{"ids":[-4,-1],"count":2}');
    expect(await seen()).toBe('{"ids":null,"count":0}');
  });

  it('is told for the files at fault where several end together', async () => {
    const { results } = await checked(
      one('select id from {facts} where id = -2', 'warn'),
      facts,
      [11],
      [12],
      [14],
    );
    expect(results.map(([{ ok }]) => ok)).toEqual([true, false, true]);
    expect(results[1]).toEqual([{ name: 'one', ok: false, detail: '{"id":-2}', severity: 'warn' }]);
  });

  it('blocks all of them, so that they end one by one', async () => {
    const { results } = await checked(one('select id from {facts} where id = -2'), facts, [11], [12]);
    expect(results.map(([{ ok }]) => ok)).toEqual([false, false]);
  });

  it('leaves braces in strings and comments as they are', async () => {
    const sql = `select '{facts}' as text, "id" /* {touched(nothing)} */ from {facts} -- {nothing}`;
    expect((await checked(one(sql), facts, [11])).found[0].detail).toBe('{"text":"{facts}","id":-1}');
  });
});

describe('a check over the groups that a file touches', () => {
  it('sees all rows of these groups, and no other group', async () => {
    const sql = `select array_agg(f.id order by f.id) as ids from star.fact_counted f
      where f.chunk_id > 1 and {touched(f.chunk_id)}`;
    const { found } = await checked({ one: check(sql, { over: 'groups' }) }, facts, [12]);
    expect(found[0].detail).toBe('{"ids":[-3,-2]}');
  });

  it('takes the groups that are touched by what events replace', async () => {
    const keyed = compileDataset(
      defineDataset({
        name: 'orders',
        columns: { id: integer({ required: true }), shop: integer(), at: integer(), gone: boolean() },
        mode: upsert({ key: ['id'], orderBy: 'at', deleted: 'gone' }),
        star: { fact: 'fact_order', columns: ['id', 'shop'] },
        checks: {
          file: check('select array_agg(id order by id) as ids from {facts}', { over: 'file' }),
          groups: check(
            'select array_agg(distinct shop order by shop) as shops from star.fact_order where {touched(shop)}',
            {
              over: 'groups',
            },
          ),
        },
      }),
    );
    await client.query('begin');
    for (const statement of starDdl(keyed)) await client.query(statement);
    const key = (id: number) => `00000000-0000-0000-0000-00000000000${id}`;
    const event = (table: string, id: number, shop: number, chunk: number, gone = false) =>
      client.query(
        `insert into star.fact_order_${table} (id, shop, _key, _order, _deleted, _hash, _row, chunk_id, ${table === 'current' ? '_since' : '_out'})
         values ($1, $2, $3, $4, $5, $3, 0, $4, 1)`,
        [id, shop, key(id), chunk, gone],
      );
    await event('superseded', 1, 7, 21);
    await event('current', 1, 8, 22);
    await event('current', 2, 7, 21);
    await event('current', 3, 9, 21);
    await event('current', 4, 6, 22, true);
    const [found] = await runChecks(client, keyed, [{ chunkIds: [22] }]);
    await client.query('rollback');
    expect(found.map(({ detail }) => detail)).toEqual(['{"ids":[1]}', '{"shops":[7,8]}']);
  });
});

describe('a check that warns', () => {
  it('is reported with its severity, and where it cannot be run', async () => {
    const { found } = await checked({
      broken: check('select nothing from {facts}', { severity: 'warn', over: 'file' }),
      told: check('select 1 as one', { severity: 'info' }),
    });
    expect(found).toEqual([
      {
        name: 'broken',
        ok: false,
        severity: 'warn',
        detail: expect.stringContaining('it cannot be run: column'),
      },
      { name: 'told', ok: false, severity: 'info', detail: '{"one":1}' },
    ]);
    expect(found.some(isBlocking)).toBe(false);
  });
});
