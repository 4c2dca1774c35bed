/** Files with so many events that the server gets other settings for them. */
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { upsert } from '../../../../model/index.ts';
import { withMemory } from '../../../../sinks/postgres/events/ending.ts';
import { applyEvents, undoEvents } from '../../../../sinks/postgres/events/index.ts';
import { stagingTable } from '../../../../sinks/postgres/facts/staging.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { World } from './world.ts';

const rows = 50_001;

let database: TestDatabase;
let client: pg.PoolClient;
beforeAll(async () => {
  database = await testDatabase();
  client = await database.pool.connect();
});
afterAll(async () => {
  client.release();
  await database.drop();
});

/** The settings of a session that events of large files change. */
async function settings(): Promise<string> {
  const { rows } = await client.query(
    `select string_agg(name || '=' || setting, ' ' order by name) as all from pg_settings
     where name in ('work_mem', 'parallel_tuple_cost')`,
  );
  return rows[0].all;
}

it('change settings for many rows alone, and give them back', async () => {
  const before = await settings();
  const during: string[] = [];
  const note = async () => void during.push(await settings());
  await client.query('begin');
  await withMemory(client, rows - 1, note);
  await withMemory(client, rows, note);
  during.push(await settings());
  await client.query('commit');
  expect(during).toEqual([before, expect.not.stringContaining(before), before]);
});

/** Blocks that a file of 20 known keys and 20 new ones reads after `keys` others, each with two events. */
async function blocksAfter(keys: number): Promise<number> {
  const schema = `seen_${keys}`;
  const seen = { created: 'first_seen', updated: 'last_changed' };
  const { star } = await World.create(client, schema, upsert({ key: ['key'], orderBy: 'ord', seen }));
  const end = async (fileId: number, from: number, upto: number) => {
    await client.query(
      `insert into ${schema}.fact_staging (key, a, b, who_key, _key, _order, _hash, _row, chunk_id)
       select i::text, 'a', ${fileId}, 0, md5('k' || i)::uuid, ${fileId}, md5(i || '/${fileId}')::uuid, i, ${fileId}
       from generate_series(${from}, ${upto}::int) i`,
    );
    const file = { fileId, chunkIds: [fileId], asOf: null, contentHash: '', seenAt: new Date(fileId) };
    await client.query('begin');
    await applyEvents(client, star, [file], fileId);
    await client.query('commit');
  };
  for (const fileId of [1, 2]) await end(fileId, 1, keys);
  const tables = ['current', 'superseded', 'staging'];
  for (const table of tables) await client.query(`vacuum analyze ${schema}.fact_${table}`);
  const read = async () => {
    const { rows } = await client.query<{ blocks: number }>(
      `select sum(pg_stat_get_blocks_fetched(oid))::int as blocks from pg_class where relnamespace = $1::regnamespace`,
      [schema],
    );
    return rows[0].blocks;
  };
  const flush = () => client.query('select pg_stat_force_next_flush()');
  await flush();
  const before = await read();
  await end(3, keys - 19, keys + 20);
  await flush();
  const blocks = (await read()) - before;
  const { rows } = await client.query(
    `select count(*)::int as keys, count(*) filter (where first_seen < last_changed)::int as changed,
       count(*) filter (where b = 3)::int as last from ${schema}.fact`,
  );
  expect(rows).toEqual([{ keys: keys + 20, changed: keys, last: 40 }]);
  return blocks;
}

it('cost the same after few keys and after many, also where they say when they were seen', async () => {
  const [few, many] = [await blocksAfter(2_000), await blocksAfter(20_000)];
  expect(few).toBeGreaterThan(10);
  expect(many / few, `${few} blocks, then ${many}`).toBeLessThanOrEqual(1.5);
});

it('enter, leave and come back in the order of their keys', async () => {
  const mode = upsert({ key: ['key'], orderBy: 'ord' });
  const { star } = await World.create(client, 'large', mode);
  const fileOf = (fileId: number) => ({
    fileId,
    chunkIds: [fileId],
    asOf: null,
    contentHash: '',
    seenAt: new Date(0),
  });
  const end = async (fileId: number) => {
    const table = stagingTable(star, { fileId });
    await client.query(`create table ${table} (like large.fact_staging)`);
    await client.query(
      `insert into ${table} (key, a, b, who_key, _key, _order, _hash, _row, chunk_id)
       select i::text, 'a', ${fileId}, 0, md5('k' || i)::uuid, ${fileId}, md5(i || '/${fileId}')::uuid, i, ${fileId}
       from generate_series(1, ${rows}) i`,
    );
    await applyEvents(client, star, [fileOf(fileId)], fileId);
  };
  const is = async () => {
    const { rows: found } = await client.query(
      `select place, count(*)::int as events, count(distinct _key)::int as keys, min(b) as first, max(b) as last,
         count(*) filter (where _key < before)::int as back
       from (
         select 'current' as place, b, _key, lag(_key) over (order by ctid) as before from large.fact_current
         union all
         select 'superseded', b, _key, lag(_key) over (order by ctid) from large.fact_superseded
       ) e group by place order by place`,
    );
    return found;
  };
  const all = { events: rows, keys: rows, back: 0 };
  await client.query('begin');
  await end(1);
  expect(await is()).toEqual([{ place: 'current', ...all, first: 1, last: 1 }]);
  await end(2);
  expect(await is()).toEqual([
    { place: 'current', ...all, first: 2, last: 2 },
    { place: 'superseded', ...all, first: 1, last: 1 },
  ]);
  await undoEvents(client, star, fileOf(2), 3);
  expect(await is()).toEqual([{ place: 'current', ...all, first: 1, last: 1 }]);
  await client.query('rollback');
});
