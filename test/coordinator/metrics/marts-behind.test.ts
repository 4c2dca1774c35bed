import { afterAll, beforeAll, expect, it } from 'vitest';
import { martsBehind } from '../../../coordinator/metrics/marts-behind.ts';
import { defineDataset, integer, table } from '../../../model/index.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { Yard } from '../progress/support.ts';

let database: TestDatabase;
let yard: Yard;
beforeAll(async () => {
  database = await testDatabase();
  yard = new Yard(database);
});
afterAll(() => database.drop());

const at = (hour: number) => new Date(Date.UTC(2020, 0, 1, hour));
const seconds = (hour: number) => at(hour).getTime() / 1000;

const trips = defineDataset({
  name: 'trips',
  columns: { n: integer({}) },
  star: { fact: 'fact_n', columns: ['n'] },
  marts: {
    plain: table('select n from star.fact_n'),
    fresh: table('select n from star.fact_n'),
    daily: table('select n from star.fact_n', { maxStale: '1d' }),
    lenient: table('select n from star.fact_n', { maxStale: '365000d' }),
    never: table('select n from star.fact_n'),
  },
});

it('are those that lack a file that is done, since they should show it', async () => {
  const registry = await loadRegistry({ builtin: [trips], paths: [] });
  expect(await martsBehind(database.pool, registry)).toEqual([]);
  for (const hour of [1, 5, 7]) {
    const { fileId } = await yard.land();
    const done = `update landfall.file set state = 'done', finished_at = $2 where file_id = $1`;
    await database.pool.query(done, [fileId, at(hour)]);
  }
  const refreshed = `insert into landfall.mart (dataset, name, refreshed_at) values ('trips', $1, $2)`;
  for (const [name, hour] of [
    ['plain', 3],
    ['fresh', 8],
    ['daily', 3],
    ['lenient', 3],
  ] as const)
    await database.pool.query(refreshed, [name, at(hour)]);
  expect(await martsBehind(database.pool, registry)).toEqual([
    { dataset: 'trips', mart: 'daily', since: seconds(5 + 24) },
    { dataset: 'trips', mart: 'never', since: seconds(1) },
    { dataset: 'trips', mart: 'plain', since: seconds(5) },
  ]);
});

it('and those that show a file that was undone', async () => {
  const registry = await loadRegistry({ builtin: [trips], paths: [] });
  const { pool } = database;
  await pool.query(`update landfall.mart set refreshed_at = $1 where dataset = 'trips'`, [at(9)]);
  const behind = async () =>
    (await martsBehind(pool, registry)).filter(({ mart }) => mart === 'fresh').map(({ since }) => since);
  expect(await behind()).toEqual([]);
  const undone = `update landfall.file set state = 'undone', finished_at = $1
    where file_id = (select min(file_id) from landfall.file)`;
  await pool.query(undone, [at(10)]);
  expect(await behind()).toEqual([seconds(10)]);
  await pool.query(`update landfall.mart set refreshed_at = $1 where name = 'fresh'`, [at(11)]);
  expect(await behind()).toEqual([]);
});
