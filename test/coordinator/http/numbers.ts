/** A dataset whose named queries take parameters of every type, go wrong, sleep, and try to write. */
import { date, defineDataset, text } from '../../../model/index.ts';

export const numbers = defineDataset({
  name: 'numbers',
  columns: { region: text({ required: true }), day: date({}) },
  star: { fact: 'fact_number', columns: ['region'] },
  queries: {
    first: {
      description: 'The first numbers',
      sql: 'select n from generate_series(1, 3) n limit :limit',
      parameters: { limit: { type: 'integer', default: 2 } },
    },
    series: {
      description: 'Numbers up to one.',
      sql: `select n, n * 1.5::numeric as half_more, 12345678901234567890.5::numeric as long, :word::text as word,
                   :day::date as day, :at::timestamptz as at, :share::float8 as share
            from generate_series(1, :up_to::int) as n order by n;`,
      parameters: {
        up_to: { type: 'integer' },
        word: { type: 'text', default: 'none' },
        day: { type: 'date', default: '2017-11-05' },
        at: { type: 'timestamp', default: '2017-11-05T01:30:00Z' },
        share: { type: 'float8', default: 0.5 },
      },
    },
    pairs: {
      description: 'Pairs in an order of their own, with nulls.',
      sql: `select a, b::text as b, at from (
              select nullif(n % 7, 3) as a, nullif(n / 7, 5) as b, timestamptz '2017-11-05 01:30:00.123456Z' + n * interval '1 hour' as at
              from generate_series(0, :up_to::int - 1) n) as pairs`,
      parameters: { up_to: { type: 'integer' } },
      order: ['a desc', 'at'],
    },
    tied: {
      description: 'Rows that share a place.',
      sql: 'select n::numeric(9, 1) / 2 as half, n / 2 as a from generate_series(0, 9) n',
      order: ['a'],
    },
    long: {
      description: 'As many rows as are wished, each of a hundred letters.',
      sql: `select n, repeat('x', 100) as word, 1 / (:up_to::int + :more::int - n) as left from generate_series(1, :up_to) n`,
      parameters: { up_to: { type: 'integer' }, more: { type: 'integer', default: 1 } },
    },
    wrong: { description: 'Divides by zero.', sql: 'select 1 / 0 as infinite' },
    unloaded: { description: 'Reads a table that is not there yet.', sql: 'select * from star.fact_number' },
    slow: { description: 'Sleeps.', sql: 'select pg_sleep(30)' },
    writer: { description: 'Tries to write.', sql: `select nextval('landfall_test_sequence') as n` },
  },
});
