import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import type { CompiledDataset } from '../../../../model/compiled.ts';
import {
  bigint,
  boolean,
  date,
  dateDimension,
  defineDataset,
  float8,
  json,
  lookup,
  numeric,
  point,
  smallint,
  table,
  text,
  timestamp,
  uuid,
  view,
} from '../../../../model/index.ts';
import { starDdl } from '../../../../sinks/postgres/ddl/ddl.ts';
import { martDdl } from '../../../../sinks/postgres/ddl/mart-ddl.ts';
import { literal } from '../../../../sinks/postgres/ddl/sql-columns.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

/** Every type, awkward names, two roles of one table; `total`: the SQL of a mart that another reads. */
function dataset(total = 'select count(*) as facts from "my star"."select"'): CompiledDataset {
  const compiled = compileDataset(
    defineDataset({
      name: 'all',
      description: "Everyone's facts: C:\\temp",
      columns: {
        here: text(),
        there: text(),
        small: smallint(),
        big: bigint(),
        price: numeric(12, 2, { required: true }),
        share: float8(),
        good: boolean(),
        on_day: date(),
        at: timestamp({ required: true }),
        id: uuid(),
        place: point(),
        data: json(),
        a_very_long_name_of_a_column_that_nobody_would_ever_write: text(),
      },
      star: {
        schema: 'my_star',
        fact: 'select',
        dimensions: {
          here_key: lookup('dim_place', { name: 'here' }),
          there_key: lookup('dim_place', { name: 'there' }),
          pair_key: lookup('dim_pair', { a: 'small', b: 'on_day' }, { price: 'price', id: 'id' }),
          hashed_key: lookup('dim_hashed', { a: 'here' }, { price: 'price' }, { keys: 'hashed' }),
          date_key: dateDimension('dim_date', 'at'),
        },
        indexes: [
          { columns: ['a_very_long_name_of_a_column_that_nobody_would_ever_write', 'date_key'] },
          { columns: ['date_key'], method: 'brin' },
        ],
      },
      marts: {
        total: view(total),
        doubled: view('select facts * 2 as facts from "my star".total'),
        places: table('select * from "my star".dim_place', { uniqueKey: ['place_key'] }),
      },
    }),
  );
  // A schema that must be quoted: definitions cannot have one, but escaping does not rely on that.
  return { ...compiled, star: { ...compiled.star!, schema: 'my star' } };
}

describe('on a real server', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  const runAll = async (statements: readonly string[]) => {
    for (const statement of statements) await database.pool.query(statement);
  };
  const rows = async (sql: string) => (await database.pool.query(sql)).rows;

  test('the star and its marts can be made twice', async () => {
    for (let time = 0; time < 2; time++) await runAll([...starDdl(dataset()), ...martDdl(dataset())]);
    const columns = await rows(
      `select column_name, data_type, is_nullable from information_schema.columns
       where table_schema = 'my star' and table_name = 'select' order by ordinal_position`,
    );
    expect(columns.map((column) => Object.values(column).join(' '))).toEqual([
      'here_key integer NO',
      'there_key integer NO',
      'pair_key integer NO',
      'hashed_key bigint NO',
      'date_key integer NO',
      'big bigint YES',
      'share double precision YES',
      'good boolean YES',
      'at timestamp with time zone NO',
      'place_lon double precision YES',
      'place_lat double precision YES',
      'data jsonb YES',
      'a_very_long_name_of_a_column_that_nobody_would_ever_write text YES',
      'chunk_id integer NO',
    ]);
    const indexes = await rows(
      `select indexdef from pg_indexes where schemaname = 'my star' and tablename = 'select' order by indexname`,
    );
    expect(indexes.map(({ indexdef }) => indexdef.replace(/^.* USING/, ''))).toEqual([
      ' btree (a_very_long_name_of_a_column_that_nobody_would_ever_write, date_key)',
      ' brin (chunk_id)',
      ' brin (date_key)',
    ]);
    const [{ comment }] = await rows(`select obj_description('"my star"."select"'::regclass) as comment`);
    expect(comment).toBe("Everyone's facts: C:\\temp");
  });

  test('dimensions have the unknown member 0, keys from 1, and no natural key twice', async () => {
    expect(await rows('select * from "my star".dim_place')).toEqual([{ place_key: 0, name: null }]);
    const insert = `insert into "my star".dim_pair (a, b) values (1, null), (1, null), (null, null), (1, '2018-01-01')
      on conflict do nothing returning pair_key`;
    expect((await rows(insert)).length).toBe(2);
    const keys = await rows('select pair_key from "my star".dim_pair order by pair_key');
    expect(keys[0].pair_key).toBe(0);
    expect(keys[1].pair_key).toBeGreaterThan(0);
  });

  test('days know all about themselves', async () => {
    await runAll([
      `insert into "my star".dim_date (date_key, date) values (20180506, '2018-05-06'), (20210103, '2021-01-03')`,
    ]);
    const days = await rows(
      `select date_key, year, quarter, month, month_name, day, day_of_year, iso_year, iso_week,
         week_start::text, day_of_week, day_name, is_weekend from "my star".dim_date order by date_key`,
    );
    expect(days.map((row) => Object.values(row))).toEqual([
      [0, ...Array(12).fill(null)],
      [20180506, 2018, 2, 5, 'May', 6, 126, 2018, 18, '2018-04-30', 7, 'Sunday', true],
      [20210103, 2021, 1, 1, 'January', 3, 3, 2020, 53, '2020-12-28', 7, 'Sunday', true],
    ]);
  });

  test('marts are recreated when the SQL of one has changed, those that read it too', async () => {
    await runAll(martDdl(dataset()));
    const before = await rows(
      `select oid from pg_class where relname in ('total', 'doubled', 'places') order by 1`,
    );
    await runAll(martDdl(dataset()));
    expect(
      await rows(`select oid from pg_class where relname in ('total', 'doubled', 'places') order by 1`),
    ).toEqual(before);
    const changed = 'select 21 as facts, now() as at';
    await runAll(martDdl(dataset(changed)));
    expect(await rows('select facts from "my star".doubled')).toEqual([{ facts: 42 }]);
    await runAll(['refresh materialized view concurrently "my star".places']);
  });
});

test('texts are quoted whatever is in them', () => {
  expect(literal("it's")).toBe("'it''s'");
  expect(literal("a\\b'")).toBe("E'a\\\\b'''");
});

test('the SQL says why there are no foreign keys', () => {
  expect(starDdl(dataset()).join('\n')).toMatch(
    /-- No foreign keys, on purpose[\s\S]*create table if not exists "my star"."select"/,
  );
});
