/** The views over parts that DuckDB itself has written: folders of several levels, nulls, names that are patterns. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { lakeView } from '../../../coordinator/ask/lake-views.ts';
import type { LakeContent } from '../../../ledger/tables/parts.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { defineDataset, integer, text, upsert } from '../../../model/index.ts';
import { tempFolder } from '../../support/index.ts';

const definition = compileDataset(
  defineDataset({
    name: 'things',
    columns: { id: integer({ required: true }), city: text(), size: integer(), n: integer() },
    lake: { partitionBy: ['city', 'size'] },
    mode: upsert({ key: ['id'], orderBy: 'n' }),
    star: { fact: 'fact_thing', columns: ['id', 'n'] },
  }),
);

/** Asks the view of parts, each with its path, the SQL of its rows and the version that wrote it. */
async function shown(
  parts: readonly (readonly [path: string, rows: string, version: string])[],
  deleted: LakeContent['deleted'],
  keyed = true,
) {
  const lake = join(tempFolder(), `lake [a*] 'b'`);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run('create schema landfall');
    for (const [path, rows] of parts) {
      const file = join(lake, path);
      mkdirSync(join(file, '..'), { recursive: true });
      await connection.run(`copy (${rows}) to '${file.replaceAll("'", "''")}' (format parquet)`);
    }
    const content = {
      parts: parts.map(([path, , version], i) => ({ path, chunk_id: i + 1, version })),
      deleted,
      versions: [],
    };
    const of = keyed ? definition : { ...definition, star: null };
    const { places, rows, view } = lakeView('things', content, { lake, definition: of })!;
    await connection.run(places.sql);
    for (const { chunk_id, row } of rows)
      await connection.run(`insert into landfall."${places.name}" values (${chunk_id}, ${row}, null, null)`);
    await connection.run(view);
    return (await connection.runAndReadAll('select city, size, id from things order by id')).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

it('reads partitions with their types, nulls and escaped names, at every level', async () => {
  const rows = await shown(
    [
      ['things/city=Praha%20%3D1/size=07/f1.parquet', 'select 1 as id', 'a'],
      ['things/city=__HIVE_DEFAULT_PARTITION__/size=8/f2.parquet', 'select 2 as id', 'a'],
      ['things/city=Turin/f3.parquet', 'select 3 as id, 9 as size', 'b'],
      ['things/f4.parquet', `select 4 as id, 'Lyon' as city`, 'c'],
    ],
    [],
    false,
  );
  expect(rows).toEqual([
    ['Praha =1', 7, 1],
    [null, 8, 2],
    ['Turin', 9, 3],
    ['Lyon', null, 4],
  ]);
});

it('leaves out the rows that a later event has replaced, and shows all of parts from before the mode', async () => {
  const place = 'things/city=A/size=1';
  const rows = await shown(
    [
      [`${place}/f1.parquet`, 'select i as id, i::int as _row from range(3) t(i)', 'b'],
      [`${place}/f2.parquet`, 'select 10 + i as id, i::int as _row from range(2) t(i)', 'b'],
      [`${place}/f3.parquet`, 'select 20 as id', 'a'],
    ],
    [
      { chunk_id: 1, row: 1 },
      { chunk_id: 2, row: 0 },
      { chunk_id: 3, row: 0 },
    ],
  );
  expect(rows.map(([, , id]) => Number(id))).toEqual([0, 2, 11, 20]);
});

it('has none, where there is no part', () => {
  expect(
    lakeView('things', { parts: [], deleted: [], versions: [] }, { lake: '/lake', definition }),
  ).toBeNull();
});
