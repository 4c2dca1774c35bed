/** Asking the star: what comes, what is refused, and in which words. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, AnswerRow } from '../../../coordinator/ask/answer.ts';
import { askStar } from '../../../coordinator/ask/ask-star.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query(
    `create schema star; create table star.fact (n int, note text); create sequence star.numbers;
     insert into star.fact select n, 'note ' || n from generate_series(1, 12000) n;
     create table star._hidden (n int)`,
  );
});
afterAll(() => database.drop());

const all = async ({ columns, batches }: Answer) => {
  const rows: AnswerRow[] = [];
  for await (const batch of batches) rows.push(...batch);
  return { names: columns.map(({ name }) => name), types: columns.map(({ type }) => type), rows };
};

const ask = (sql: string, { values = [] as (string | number)[], seconds = 30 } = {}) =>
  askStar(database.pool, { sql, values, seconds }, ['star'], all);

const failure = (sql: string, seconds?: number) =>
  ask(sql, { seconds }).then(
    () => 'it was answered',
    (error) => `${error.code}: ${error.message}`,
  );

describe('an answer', () => {
  it('has all rows, in more batches than one', async () => {
    const { rows } = await ask('select n from fact order by n');
    expect(rows.length).toBe(12_000);
    expect(rows.map(([n]) => Number(n)).every((n, i) => n === i + 1)).toBe(true);
  });

  it('has the types of its columns, and texts with all digits', async () => {
    const { types, rows } = await ask(
      `select true, 1::int2, 2::int8, 0.1::float8, 1.50::numeric(5,2), avg(n), '2018-05-01'::date,
         '2018-05-01 10:00:00.5+02'::timestamptz, '2018-05-01 10:00'::timestamp, '{"a": 1}'::jsonb, null::text
       from generate_series(1, 2) n`,
    );
    expect(types).toEqual([
      { kind: 'boolean' },
      { kind: 'int32' },
      { kind: 'int64' },
      { kind: 'double' },
      { kind: 'decimal', precision: 5, scale: 2 },
      { kind: 'number' },
      { kind: 'date' },
      { kind: 'timestamp', zoned: true },
      { kind: 'timestamp', zoned: false },
      { kind: 'json' },
      { kind: 'text' },
    ]);
    expect(rows).toEqual([
      [
        'true',
        '1',
        '2',
        '0.1',
        '1.50',
        '1.5000000000000000',
        '2018-05-01',
        '2018-05-01T08:00:00.5Z',
        '2018-05-01T10:00:00',
        '{"a": 1}',
        null,
      ],
    ]);
  });

  it('takes values, names columns apart, and may be of no row', async () => {
    expect(await ask('select n, n, note n from fact where n = $1 -- the end', { values: [7] })).toMatchObject(
      {
        names: ['n', 'n_2', 'n_3'],
        rows: [['7', '7', 'note 7']],
      },
    );
    expect((await ask('select n from fact where false;')).rows).toEqual([]);
  });

  it.each([
    '(select 1)',
    '/* first */ values (1)',
    'with a as (select 1) table a',
    'show timezone',
    'explain select 1',
  ])('comes of %s', async (sql) => expect((await ask(sql)).rows.length).toBe(1));
});

describe('what is refused', () => {
  it.each([
    ['delete from fact', /LF_SQL_READ_ONLY: .*begins with delete/],
    ['with gone as (delete from fact returning n) select * from gone', /LF_SQL_FAILED: .*data-modifying/],
    [`select nextval('numbers')`, /LF_SQL_READ_ONLY: .*nextval/],
    [`select set_config('transaction_read_only', 'off', true), nextval('numbers')`, /LF_SQL_/],
    ['explain analyze delete from fact', /LF_SQL_READ_ONLY: .*DELETE/],
    ['select 1; commit; delete from fact', /LF_SQL_FAILED: .*more than one statement/],
    ['commit', /LF_SQL_READ_ONLY: .*begins with commit/],
    [' -- nothing', /LF_USAGE: .*empty/],
  ])('%s', async (sql, said) => {
    expect(await failure(sql)).toMatch(said);
    expect((await ask('select count(*) from fact')).rows).toEqual([['12000']]);
  });

  it('names the place in the text as it was written', async () => {
    expect(await failure('select n,\n  nowhere from fact')).toBe(
      'LF_SQL_FAILED: The query failed: column "nowhere" does not exist (line 2, character 3)',
    );
    expect(await failure(`select 'ä😀', noto from fact`)).toMatch(
      /line 1, character 15\)\. Perhaps you meant .*note/,
    );
  });

  it('names the tables that there are, but none that is not for people', async () => {
    expect(await failure('select * from facts')).toMatch(
      /^LF_SQL_TABLE: .*"facts" does not exist \(line 1, character 15\)\. There are: fact$/,
    );
  });

  it('stops what takes too long, at its beginning and between batches', async () => {
    expect(await failure('select pg_sleep(30)', 1)).toMatch(/^LF_SQL_TIMEOUT: .* 1 s /);
    expect(await failure('select n, case when n > 5000 then pg_sleep(30) end from fact', 1)).toMatch(
      /^LF_SQL_TIMEOUT/,
    );
  });

  it('passes on what the reader throws, and gives the connection back', async () => {
    const reading = askStar(
      database.pool,
      { sql: 'select n from fact', seconds: 30 },
      ['star'],
      async ({ batches }) => {
        for await (const _ of batches) throw new Error('enough');
      },
    );
    await expect(reading).rejects.toThrow('enough');
    expect(database.pool.waitingCount + database.pool.totalCount - database.pool.idleCount).toBe(0);
  });
});
