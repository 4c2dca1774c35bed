import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { staleMarts } from '../../../../ledger/tables/marts.ts';
import { compileDataset } from '../../../../model/compile/compile.ts';
import type { CompiledDataset } from '../../../../model/compiled.ts';
import { bigint, defineDataset, table, view } from '../../../../model/index.ts';
import { connectDatabase } from '../../../../platform/database/database.ts';
import { martDdl } from '../../../../sinks/postgres/ddl/ddl.ts';
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
    delete from landfall.mart_refresh; insert into landfall.mart_refresh (dataset, files) values ('seen', -1)`),
);

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

async function ask(mart: string): Promise<{ pid: number; seen: number }> {
  return (await database.pool.query(`select * from star.${mart}`)).rows[0];
}

async function refreshed(dataset: CompiledDataset, ...marts: string[]) {
  await refreshMarts(database.pool, dataset);
  expect(await staleMarts(database.pool, ['seen'])).toEqual([]);
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

  it('changes no mart where one cannot be refreshed, and says so', async () => {
    const dataset = await made({ one: slow, two: 'select 1 / (1 - count(*)) as seen from star.fact_seen' });
    await expect(refreshMarts(database.pool, dataset)).rejects.toThrow('division by zero');
    expect(await ask('one')).toMatchObject({ seen: 0 });
    expect(await staleMarts(database.pool, ['seen'])).toEqual(['seen']);
    expect(await staleMarts(database.pool, ['other'])).toEqual([]);
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
    expect(await staleMarts(database.pool, ['seen'])).toEqual([]);
  });
});
