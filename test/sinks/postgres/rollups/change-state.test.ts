/** What a small file changes in rollups costs the same after few facts and after many: blocks are counted. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  average,
  count,
  countDistinct,
  max,
  median,
  min,
  mostCommon,
  rollup,
  sql,
  sum,
  variance,
} from '../../../../model/index.ts';
import type { Rollup } from '../../../../model/language/rollups.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { Facts, measured } from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
/** Ten facts a group, in files of 500. */
const many = `(region, station_key, day, at, whole, large, paid, km, member, chunk_id)
  select 'r' || n / 10, 0, date '2024-01-01' + n % 4, timestamptz '2024-01-01Z' + n * interval '1 s',
    n % 3, n, n % 50 / 4.0, n % 13 / 10.0, n % 2 = 0, $1
  from generate_series($2::int, $2::int + 499) n`;

const rollups = {
  sums: rollup({ by: ['region'], measures: { rows: count(), paid: sum('paid'), whole: average('whole') } }),
  doubles: rollup({ by: ['region'], measures: { km: sum('km'), spread: variance('km') } }),
  counted: rollup({ by: ['region'], measures: { usual: mostCommon('whole'), days: countDistinct('day') } }),
  pieces: rollup({ by: ['region'], measures: { first: min('at'), last: max('at'), half: median('whole') } }),
  // Its groups are in all files.
  wide: rollup({ by: ['member'], measures: { first: min('at'), last: max('at'), rows: count() } }),
  touched: rollup({ by: ['region'], measures: { fit: sql('regr_count(whole, paid)', 'bigint') } }),
};

/** Blocks that a file of four rows reads after `facts` others: of each rollup, and of facts and ledger. */
async function blocksOf(facts: number): Promise<Map<string, number>> {
  const world = await Facts.fresh(
    database.pool,
    measured(rollups as unknown as Readonly<Record<string, Rollup<never>>>),
  );
  // In few blocks, BRIN does not tell the facts of chunks apart, and the planner takes now this one, now that.
  await database.pool.query('drop index star.fact_measured_chunk_id_idx');
  await database.pool.query('create index on star.fact_measured (chunk_id)');
  const files: number[] = [];
  for (let n = 0; n < facts; n += 500) files.push(await world.loadFrom(many, [n]));
  await world.end(files);
  const { rows: tables } = await database.pool.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('star', 'landfall')`,
  );
  for (const { name } of tables) await database.pool.query(`vacuum analyze ${name}`);
  const small = [3, 277, 278].map((n) => ({
    ...{ region: `r${n}`, day: '2024-02-01', at: '2024-01-01T00:00:07.5Z', whole: 3, large: -n, paid: 1.5 },
    ...{ km: 0.7, member: true },
  }));
  const file = await world.load([...small, { ...small[0], region: null }]);
  const found = new Map<string, number>();
  let sign = -1;
  await world.end([file], [], async (client) => {
    // The session has counted blocks before.
    const { rows } = await client.query<{ what: string; blocks: number }>(
      `select coalesce((regexp_match(relname, '^_([a-z]+)_'))[1], 'facts and ledger') as what,
         sum(pg_stat_get_xact_blocks_fetched(oid))::int as blocks
       from pg_class where relnamespace in ('star'::regnamespace, 'landfall'::regnamespace) group by 1`,
    );
    for (const { what, blocks } of rows) found.set(what, (found.get(what) ?? 0) + sign * blocks);
    sign = 1;
  });
  expect(await world.differences()).toEqual([]);
  return found;
}

it('costs the same after few facts and after many', async () => {
  const [few, lots] = [await blocksOf(4_000), await blocksOf(40_000)];
  expect([...few.keys()].toSorted()).toEqual([...Object.keys(rollups), 'facts and ledger'].toSorted());
  for (const [what, blocks] of few) {
    expect(blocks, what).toBeGreaterThan(10);
    expect(lots.get(what)! / blocks, `${what}: ${blocks} blocks, then ${lots.get(what)}`).toBeLessThanOrEqual(
      1.5,
    );
  }
});
