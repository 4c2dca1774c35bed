/** Rollups equal their definition as plain SQL after each step of random loads, undos and replacements. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { type Random, randomFrom } from '../../../support/random.ts';
import { allRollups, Facts, measured } from './support.ts';

let database: TestDatabase;
let facts: Facts;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  facts = await Facts.fresh(database.pool, measured(allRollups));
});

const doubles = [
  ...[0, '-0', 0.1, 0.2, 0.30000000000000004, -0.1, 1e16, 1, -1e16, 1e-300, 5e-324, 3.7e300, -3.7e300],
  ...[1.7976931348623157e308, 123456.789, 2 / 3, 'NaN', 'Infinity', '-Infinity', null],
];

function factOf({ pick, below }: Random, finite = false): object {
  const km = pick(
    finite ? doubles.filter((one) => typeof one === 'number' && Math.abs(one) < 1e300) : doubles,
  );
  return {
    region: pick(['north', 'Süd', 'a', 'B', '', null, 'x'.repeat(5000)]),
    station_key: below(3),
    day: pick(['2024-01-01', '2024-02-29', '2023-12-31', '4714-11-24 BC', '9999-12-31', null]),
    at: pick([
      '2024-03-10T06:59:59Z',
      '2024-03-10T07:00:00Z',
      '2024-11-03T05:30:00Z',
      '1969-12-31T23:59:59.999999Z',
      null,
    ]),
    small: pick([-32768, 32767, 0, null]),
    whole: pick([-2147483648, 2147483647, -1, 0, 1, 2, 6, 7, null]),
    large: pick(['-9223372036854775808', '9223372036854775807', 5, null]),
    paid: pick(['9999999999.99', '-0.01', '12.30', 0, null]),
    km,
    member: pick([true, true, false, null]),
    id: pick(['00000000-0000-0000-0000-000000000001', 'ffffffff-ffff-ffff-ffff-ffffffffffff', null]),
    clock: pick(['00:00:00', '23:59:59.999999', '12:00', null]),
    span: pick(['00:00:01', '-48:00:00', '24:00:00', null]),
  };
}

const rowsOf = (random: Random, most: number, finite = false) =>
  Array.from({ length: 1 + random.below(most) }, () => factOf(random, finite));

describe('rollups', () => {
  it.each([1, 2, 3])('equal their definitions after each step (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const done: number[] = [];
    const waiting: number[] = [];
    for (let step = 0; step < 16; step++) {
      const what = random.below(10);
      if (what < 5 || done.length === 0) {
        // Facts of files that are not done are in the star too, and do not count.
        waiting.push(await facts.load(rowsOf(random, 20)));
        if (random.below(3) > 0) {
          await facts.end(waiting);
          done.push(...waiting.splice(0));
        }
      } else if (what < 8) {
        const [file] = done.splice(random.below(done.length), 1);
        await facts.undo(file);
      } else {
        const [file] = done.splice(random.below(done.length), 1);
        const next = await facts.load(rowsOf(random, 20));
        await facts.end([next], [file]);
        done.push(next);
      }
      expect(await facts.differences(), `after step ${step}`).toEqual([]);
    }
    for (const file of done) await facts.undo(file);
    expect(await facts.differences()).toEqual([]);
    expect(await stateRows()).toBe(0);
  });

  it('show what PostgreSQL says of the same facts, and exact sums of doubles', async () => {
    const km = [0.1, 0.2, 1e16, 1, -1e16, 123456.78901234567];
    const rows = km.map((one, i) => ({
      region: 'a',
      member: true,
      whole: [7, 7, 9, 100, -3, null][i],
      km: one,
    }));
    await facts.end([await facts.load(rows)]);
    const { rows: shown } = await database.pool.query(
      `select d.total, d.half, d.tenth, c.whole, c.whole_average, c.whole_variance from star.doubles d, star.counted c`,
    );
    const { rows: said } = await database.pool.query(
      `select 123458.08901234567::float8 as total, 0.6::float8 as half, -5e15::float8 as tenth,
         sum(whole) as whole, avg(whole) as whole_average, variance(whole) as whole_variance from star.fact_measured`,
    );
    expect(shown).toEqual(said);
  });
});

/** The rows of all tables that hold the state. */
async function stateRows(): Promise<number> {
  const { rows } = await database.pool.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'star' and tablename like '\\_%'`,
  );
  let total = 0;
  for (const { name } of rows)
    total += (await database.pool.query(`select count(*)::int as n from ${name}`)).rows[0].n;
  return total;
}
