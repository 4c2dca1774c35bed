import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failingMarts, staleMarts } from '../../../../ledger/tables/marts.ts';
import { compileDataset } from '../../../../model/compile/compile.ts';
import type { CompiledDataset } from '../../../../model/compiled.ts';
import { bigint, defineDataset, table, view } from '../../../../model/index.ts';
import { connectDatabase } from '../../../../platform/database/database.ts';
import { martDdl } from '../../../../sinks/postgres/ddl/mart-ddl.ts';
import { refreshMarts } from '../../../../sinks/postgres/marts/refresh-marts.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

beforeEach(() =>
  database.pool.query(`
    drop schema if exists star cascade; create schema star; create table star.fact_seen (id bigint);
    create function star.pids() returns bigint language sql as 'select pg_backend_pid()::bigint';
    delete from landfall.mart; delete from landfall.file;
    insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, finished_at)
    values ('seen', 'x.csv', 'file:///x.csv', 'pool', 'landing', 1, 'x', 'done', now())`),
);

/** The names of those marts of a dataset that do not show all its files. */
async function stale({ name, marts }: CompiledDataset, dataset = name) {
  const all = marts.filter(({ kind }) => kind === 'table').map((mart) => ({ dataset, name: mart.name }));
  return (await staleMarts(database.pool, all)).map((mart) => mart.name);
}

/** Makes marts of these selects, views where they are wanted so, then a fact for them to find. */
async function made(marts: Record<string, string>, views: Record<string, string> = {}) {
  const dataset = compileDataset(
    defineDataset({
      name: 'seen',
      columns: { id: bigint({ required: true }) },
      star: { fact: 'fact_seen', columns: ['id'] },
      marts: Object.fromEntries([
        ...Object.entries(marts).flatMap(([name, sql]) => [
          ...(views[name] ? [[`v_${name}`, view(views[name])] as const] : []),
          [name, table(sql)] as const,
        ]),
      ]),
    }),
  );
  for (const statement of martDdl(dataset)) await database.pool.query(statement);
  await database.pool.query('insert into star.fact_seen values (1)');
  return dataset;
}

/** The server's process that refreshed it. The other has the time to take the next meanwhile. */
const slow =
  'select pg_backend_pid() as pid, (select count(*) from star.fact_seen) as seen from pg_sleep(0.3)';

/** Cannot be refreshed while there is one fact. */
const broken = 'select 1 / (1 - count(*)) as seen from star.fact_seen';

async function ask(mart: string): Promise<{ pid: number; seen: number }> {
  return (await database.pool.query(`select * from star.${mart}`)).rows[0];
}

async function refreshed(dataset: CompiledDataset, ...marts: string[]) {
  expect(await refreshMarts(database.pool, dataset)).toEqual([]);
  expect(await stale(dataset)).toEqual([]);
  return Promise.all(marts.map(ask));
}

describe('refreshMarts', () => {
  it('refreshes two marts side by side', async () => {
    const dataset = await made({ one: slow, two: slow });
    const [one, two] = await refreshed(dataset, 'one', 'two');
    expect([one.seen, two.seen]).toEqual([1, 1]);
    expect(one.pid).not.toBe(two.pid);
  });

  it('refreshes a mart after those that it reads, itself or by way of a view', async () => {
    const reads = (what: string) => `select pg_backend_pid() as pid, seen from star.${what}`;
    const dataset = await made(
      { one: slow, two: reads('one'), three: reads('v_three') },
      { three: 'select seen from star.two' },
    );
    const marts = await refreshed(dataset, 'one', 'two', 'three');
    expect(marts.map(({ seen }) => seen)).toEqual([1, 1, 1]);
    expect(new Set(marts.map(({ pid }) => pid)).size).toBe(1);
  });

  it('refreshes one after another where a function may read any of them', async () => {
    const dataset = await made({ one: slow, two: 'select star.pids() as pid, 1 as seen' });
    const [one, two] = await refreshed(dataset, 'one', 'two');
    expect(one.pid).toBe(two.pid);
  });

  it('begins again, one after another, where a mart waits for another that it reads unseen', async () => {
    const dataset = await made({
      one: slow,
      two: `select pg_backend_pid() as pid, (xpath('//seen/text()', query_to_xml('select seen from star.one', false, false, '')))[1]::text::int as seen from pg_sleep(0.1)`,
    });
    const [one, two] = await refreshed(dataset, 'one', 'two');
    expect([one.seen, two.seen]).toEqual([1, 1]);
    expect(one.pid).toBe(two.pid);
  });

  it('refreshes the others where a mart cannot be refreshed, and notes since when and why', async () => {
    const dataset = await made({ one: slow, two: broken, three: 'select seen from star.two' });
    const failures = await refreshMarts(database.pool, dataset);
    expect(failures.map(({ name, error }) => [name, error.code])).toEqual([
      ['two', 'LF_MART_REFRESH'],
      ['three', 'LF_MART_REFRESH'],
    ]);
    expect(await ask('one')).toMatchObject({ seen: 1 });
    expect(await stale(dataset)).toEqual(['three', 'two']);
    expect(await stale(dataset, 'other')).toEqual([]);
    const [reader, first] = await failingMarts(database.pool);
    expect(first.error?.message).toContain('division by zero');
    expect(reader.error?.message).toContain('it reads two, which cannot be refreshed');
    await refreshMarts(database.pool, dataset);
    expect((await failingMarts(database.pool))[1].since).toEqual(first.since);
    await database.pool.query('insert into star.fact_seen values (2)');
    expect(await refreshed(dataset, 'two', 'three')).toHaveLength(2);
    expect(await failingMarts(database.pool)).toEqual([]);
  });

  it('says who holds a lock on a mart, and waits no longer for it', async () => {
    const dataset = await made({ one: slow, two: slow });
    const client = await database.pool.connect();
    try {
      await client.query(`begin; set local application_name = 'a report'; select * from star.two`);
      const [failure, ...others] = await refreshMarts(database.pool, dataset);
      expect(others).toEqual([]);
      expect(failure).toMatchObject({ name: 'two', error: { code: 'LF_DATABASE_LOCKED' } });
      expect(failure.error.message).toContain('(a report)');
      expect(await ask('one')).toMatchObject({ seen: 1 });
    } finally {
      await client.query('rollback');
      client.release();
    }
    await refreshed(dataset, 'two');
    expect(await failingMarts(database.pool)).toEqual([]);
  });

  it('refreshes the marts that it is asked for, and those that read them or that they read', async () => {
    const dataset = await made({ one: slow, two: slow, three: 'select seen from star.two' });
    await refreshMarts(database.pool, dataset, new Set(['two']));
    expect(await stale(dataset)).toEqual(['one']);
    await database.pool.query(`update landfall.file set state = 'undone'`);
    expect(await stale(dataset)).toEqual(['one', 'three', 'two']);
  });

  it('does with the one connection there is', async () => {
    const dataset = await made({ one: slow, two: slow });
    const { pool, close } = connectDatabase(database.url, { max: 1, name: 'test' });
    await refreshMarts(pool, dataset);
    await close();
    const [one, two] = [await ask('one'), await ask('two')];
    expect([one.seen, two.seen]).toEqual([1, 1]);
    expect(one.pid).toBe(two.pid);
  });

  it('follows another refresh of the same dataset', async () => {
    const dataset = await made({ one: slow, two: slow });
    await Promise.all(Array.from({ length: 6 }, () => refreshMarts(database.pool, dataset)));
    expect(await stale(dataset)).toEqual([]);
  });
});
