import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../../platform/database/database.ts';
import { openServer } from '../../../platform/database/embedded/embedded-server.ts';
import { sweepTable, type TableSweep } from '../../../sources/postgres/sweep-table.ts';
import type { TableFetch } from '../../../sources/postgres/table.ts';
import { tempFolder } from '../../support/index.ts';
import { randomFrom } from '../../support/random.ts';
import { HeldStar } from './held-star.ts';
import { type NotedPage, Puller } from './puller.ts';

let server: Awaited<ReturnType<typeof openServer>>;
let database: Database;
beforeAll(async () => {
  server = await openServer(tempFolder(), { settings: { fsync: 'off', full_page_writes: 'off' } });
  const url = new URL(server.url);
  url.pathname = '/postgres';
  database = connectDatabase(url.href, { name: 'test' });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(async () => {
  await sql('drop schema if exists app cascade; create schema app');
  await sql(`create table app.customers (shop text not null, id int not null, name text, note text,
    updated_at timestamptz, primary key (shop, id))`);
});

const sql = async (text: string, values?: unknown[]) => (await database.pool.query(text, values)).rows;
const table = 'app.customers';
const sweep = { of: 'crm', deleted: 'landfall_deleted', word: 'true' };
const columns = ['shop', 'id', 'name', 'note', 'updated_at'];

/** A source, the source that sweeps it, and the star that both load. */
function pair(options: Partial<TableFetch> = {}) {
  const star = new HeldStar();
  const source = { url: database.url, table, key: ['shop', 'id'], sweep, pageRows: 7, ...options };
  const live = new Puller(source);
  const sweeps = new Puller({ ...source, name: 'crm-sweep' }, (own, task) =>
    sweepTable(own as TableSweep, { ...task, held: star }),
  );
  const run = async (puller: Puller, options?: Parameters<Puller['run']>[0]) => {
    const pages = await puller.run(options);
    star.load(pages);
    return pages;
  };
  return { star, live, sweeps, run };
}

const texts = (rows: readonly Readonly<Record<string, unknown>>[]) =>
  rows.map((row) => columns.map((name) => row[name] ?? null).join('|')).sort();
const tableRows = async () =>
  texts(
    await sql(`select shop, id::text, name, note, (updated_at at time zone 'UTC')::text as updated_at
    from ${table}`),
  );
const rowsOf = (pages: readonly NotedPage[]) => pages.flatMap(({ rows }) => rows);
const insert = (from: number, to: number, at = 'now()') =>
  sql(
    `insert into ${table} select 'a, "b"', i, 'name ' || i, e'line\\nend, ''', ${at} from generate_series(${from}, ${to}) i`,
  );

it('sends what the star lacks, what is another there, and what is gone, and then nothing', async () => {
  await insert(1, 100);
  const { star, live, sweeps, run } = pair();
  await run(live);
  expect(texts(star.shown())).toEqual(await tableRows());
  expect(await run(sweeps)).toEqual([]);
  await sql(`delete from ${table} where id between 11 and 20`);
  // Neither moves the cursor.
  await sql(`update ${table} set name = 'silent' where id between 21 and 25`);
  await sql(`update ${table} set name = 'older', updated_at = '2001-01-01' where id between 26 and 30`);
  await insert(101, 103);
  expect(await run(live)).toHaveLength(2);
  const sent = rowsOf(await run(sweeps));
  expect(sent.filter((row) => row.landfall_deleted === 'true')).toHaveLength(10);
  expect(sent.length).toBeLessThanOrEqual(20);
  expect(sent.length).toBeGreaterThanOrEqual(15);
  expect(texts(star.shown())).toEqual(await tableRows());
  expect(await run(sweeps)).toEqual([]);
  // With the cursor that they had.
  await sql(
    `insert into ${table} select 'a, "b"', i, 'back', 'n', '2001-01-01' from generate_series(11, 12) i`,
  );
  expect(rowsOf(await run(sweeps))).toHaveLength(2);
  expect(texts(star.shown())).toEqual(await tableRows());
  expect(await run(sweeps)).toEqual([]);
});

it('does not take for deleted what changes while it runs', async () => {
  await insert(1, 50, `now() - interval '1 day'`);
  const { star, live, sweeps, run } = pair();
  await run(live);
  await sql(`delete from ${table} where id <= 30`);
  // It begins before the snapshot, and commits after it.
  const late = new pg.Client(database.url);
  await late.connect();
  await late.query('begin');
  await late.query(`insert into ${table} values ('a, "b"', 1, 'late', '', now())`);
  let once = false;
  const onPage = async () => {
    if (once) return;
    once = true;
    await late.query('commit');
    await insert(2, 5);
    await sql(`update ${table} set name = 'meanwhile', updated_at = clock_timestamp() where id > 45`);
    await insert(200, 210);
  };
  const sent = rowsOf(await run(sweeps, { onPage }));
  expect(sent).toHaveLength(30);
  expect(once).toBe(true);
  await run(live);
  expect(texts(star.shown())).toEqual(await tableRows());
  expect(await run(sweeps)).toEqual([]);
  await late.end();
});

it('equals the table after each sweep, in random order and killed at random pages', async () => {
  const random = randomFrom(11);
  const { star, live, sweeps, run } = pair({ pageRows: 3 });
  let killed = 0;
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 12; i++) {
      const id = 1 + random.below(60);
      const at = random.pick([
        'clock_timestamp()',
        `timestamptz '2020-01-01' + ${id} * interval '1 s'`,
        'null',
        `'infinity'`,
      ]);
      const change = random.pick([
        `insert into ${table} values ('s', ${id}, 'n${round}', null, ${at}) on conflict do nothing`,
        `insert into ${table} values ('s', ${id}, 'n${round}', null, ${at}) on conflict do nothing`,
        `update ${table} set name = 'm${round}.${i}' where id = ${id}`,
        `update ${table} set name = 'u${round}', updated_at = ${at} where id = ${id}`,
        `delete from ${table} where id = ${id}`,
      ]);
      await sql(change);
    }
    if (random.below(3) > 0) await run(live);
    while (random.below(2) > 0) {
      killed++;
      const before = JSON.stringify(sweeps.position);
      await run(sweeps, { killAfter: random.below(3) });
      if (sweeps.position !== null && JSON.stringify(sweeps.position) !== before)
        await sql(`update ${table} set name = 'k${killed}' where id = ${1 + random.below(60)}`);
    }
    await run(sweeps);
    // A sweep that was killed has compared its first rows with an older snapshot.
    await run(sweeps);
    expect(texts(star.shown())).toEqual(await tableRows());
    expect(await run(sweeps)).toEqual([]);
  }
  expect(killed).toBeGreaterThan(10);
});

it('refuses a cursor that is not a time, and windows', async () => {
  const { sweeps, live } = pair({ cursor: { column: 'id' } });
  await expect(sweeps.run()).rejects.toMatchObject({ code: 'LF_SOURCE_SWEEP' });
  await expect(live.run()).rejects.toMatchObject({ code: 'LF_SOURCE_SWEEP' });
  await expect(pair().sweeps.run({ backfill: true })).rejects.toMatchObject({ code: 'LF_SOURCE_NO_WINDOWS' });
});
