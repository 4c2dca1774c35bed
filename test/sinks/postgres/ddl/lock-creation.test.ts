/** Datasets that are set up at the same time, in a database without a star. */
import { expect, it } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import { date, dateDimension, defineDataset, integer, lookup, text } from '../../../../model/index.ts';
import { ddlOf } from '../../../../sinks/open-sinks.ts';
import { StarSink } from '../../../../sinks/postgres/star-sink.ts';
import { testDatabase } from '../../../support/index.ts';

const datasets = Array.from({ length: 8 }, (_, n) =>
  compileDataset(
    defineDataset({
      name: `at_once_${n}`,
      columns: { id: integer(), day: date(), city: text() },
      star: {
        fact: `fact_at_once_${n}`,
        dimensions: {
          day_key: dateDimension('dim_day', 'day', { shared: true }),
          city_key: lookup('dim_city', { name: 'city' }, {}, { shared: true }),
        },
        columns: ['id'],
      },
    }),
  ),
);

it.each([1, 2, 3])('share a schema and dimensions, and none fails (%d)', async () => {
  expect(ddlOf(datasets[0]).join()).toContain('create schema if not exists');
  const database = await testDatabase();
  try {
    const sink = new StarSink(database.pool);
    await Promise.all(datasets.map((dataset) => sink.setUp(dataset)));
    const { rows } = await database.pool.query(
      "select count(*)::int as tables from pg_tables where schemaname = 'star' and tablename ~ '^(fact_at_once|dim_(day|city)$)'",
    );
    expect(rows).toEqual([{ tables: datasets.length + 2 }]);
  } finally {
    await database.drop();
  }
});
