/** A rollup that is built while files of the dataset end and are undone, and while its readers read. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { lockDatasets } from '../../../../ledger/tables/snapshots.ts';
import { count, max, median, rollup, sum, view } from '../../../../model/index.ts';
import type { Rollup } from '../../../../model/language/rollups.ts';
import { inTransaction, transactionKept } from '../../../../platform/database/transaction.ts';
import { martDdl } from '../../../../sinks/postgres/ddl/mart-ddl.ts';
import { buildBeside, endBuild } from '../../../../sinks/postgres/rollups/build-beside.ts';
import { makeRollups, noteRollups, oldRollupDrops } from '../../../../sinks/postgres/rollups/make-rollups.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { Readers } from '../../../support/readers.ts';
import { Facts, measured } from './support.ts';

let database: TestDatabase;
let facts: Facts;
let session: pg.Client;

const declared = (measures: Rollup<string>['measures']) =>
  measured({
    one: rollup({ by: ['region'], measures }) as unknown as Rollup<never>,
    two: view('select region, rows from star.one') as unknown as Rollup<never>,
  });
const before = declared({ rows: count() });
const after = declared({ rows: count(), paid: sum('paid'), last: max('at'), half: median('whole') });

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  facts = await Facts.fresh(database.pool, before);
  session = new pg.Client(database.url);
  await session.connect();
  return () => session.end();
});

/** Facts of a file, all of them in three regions. */
const some = (from: number, count = 30) =>
  facts.loadFrom(
    `(region, station_key, at, whole, paid, chunk_id) select 'r' || n % 3, 0, timestamptz '2024-01-01Z' + n * interval '1 s', n % 7, n / 4.0, $1
     from generate_series($2::int, $3::int) n`,
    [from, from + count - 1],
  );

/** What makeStar does once the rollup is built beside. */
async function takeOver(beside: Awaited<ReturnType<typeof buildBeside>>): Promise<void> {
  facts.dataset = after;
  await transactionKept(session, async (client) => {
    const changes = await makeRollups(client, after, { hadFacts: true, beside });
    await noteRollups(client, after.name, changes);
    const drops = await oldRollupDrops(client, changes, new Set(after.marts.map(({ name }) => name)));
    for (const statement of [...martDdl(after), ...drops]) await client.query(statement);
  });
  await endBuild(session, after.name);
}

it('is built while another transaction has the dataset, and then has the files that ended meanwhile', async () => {
  const first = await some(0);
  await facts.end([first]);
  const beside = await inTransaction(database.pool, async (client) => {
    await lockDatasets(client, [after.name]);
    return buildBeside(session, after);
  });
  expect(beside!.rollups).toHaveLength(1);
  await facts.end([await some(100)]);
  // The facts of the first file are not read again: they seem to be gone.
  await database.pool.query('create table kept as select * from star.fact_measured where paid < 20');
  await database.pool.query('delete from star.fact_measured where paid < 20');
  await takeOver(beside);
  await database.pool.query('insert into star.fact_measured table kept');
  expect(await facts.differences()).toEqual([]);
  const { rows } = await database.pool.query('select sum(rows)::int as rows from star.one');
  expect(rows).toEqual([{ rows: 60 }]);
  await facts.undo(first);
  expect(await facts.differences()).toEqual([]);
});

it('is built again if a file was undone meanwhile, or a builder died', async () => {
  const first = await some(0);
  await facts.end([first, await some(100)]);
  await buildBeside(session, after);
  await endBuild(session, after.name);
  const beside = await buildBeside(session, after);
  await facts.undo(first);
  await takeOver(beside);
  expect(await facts.differences()).toEqual([]);
  const { rows } = await database.pool.query('select sum(rows)::int as rows from star.one');
  expect(rows).toEqual([{ rows: 30 }]);
});

it('is built once by several, and lets readers read, without waiting, what one moment has', async () => {
  await facts.end([await some(0, 20_000)]);
  const seen = new Set<number>();
  let reads = 0;
  const readers = new Readers(database.url);
  for (const views of [
    'star.one join star.two using (region, rows)',
    'star.two join star.one using (region, rows)',
  ])
    readers.start(async (client) => {
      const { rows } = await client.query(`select sum(rows)::int as rows from ${views}`);
      seen.add(rows[0].rows);
      reads++;
    });
  const more = await some(30_000);
  try {
    await Promise.all([facts.make(after), facts.make(after), facts.end([more])]);
  } finally {
    await readers.end();
  }
  expect(reads).toBeGreaterThan(10);
  expect([...seen].every((rows) => rows === 20_000 || rows === 20_030)).toBe(true);
  expect(await facts.differences()).toEqual([]);
  const built = await database.pool.query('select count(*)::int as built from landfall.rollup');
  expect(built.rows).toEqual([{ built: 1 }]);
});
