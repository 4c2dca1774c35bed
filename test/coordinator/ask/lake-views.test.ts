/** The views over parts that DuckDB itself has written: folders of several levels, nulls, names that are patterns. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { lakeView } from '../../../coordinator/ask/lake-views.ts';
import type { LakeContent } from '../../../ledger/tables/lake/parts.ts';
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
  shared: readonly Pick<LakeContent['parts'][number], 'path' | 'chunk_id' | 'rows' | 'shared_rows'>[] = [],
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
      parts: parts.flatMap(([path, , version], i) => {
        const chunks = shared.filter((part) => part.path === path);
        if (chunks.length > 0) return chunks.map((part) => ({ ...part, version }));
        return { path, chunk_id: i + 1, version, rows: 1, shared_rows: null };
      }),
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

it('reads of parts that chunks share the rows that count, beside parts of one chunk', async () => {
  const place = 'things/city=A/size=1';
  const parts = [
    [`${place}/s1.parquet`, 'select i as id, 11 + i::int // 2 as _chunk from range(6) t(i)', 'a'],
    [`${place}/s2.parquet`, 'select 20 + i as id, 14 as _chunk from range(2) t(i)', 'a'],
    [`${place}/f3.parquet`, 'select 30 as id', 'a'],
  ] as const;
  const some = [
    { path: parts[0][0], chunk_id: 11, rows: 2, shared_rows: 6 },
    { path: parts[0][0], chunk_id: 13, rows: 2, shared_rows: 6 },
    { path: parts[1][0], chunk_id: 14, rows: 2, shared_rows: 2 },
  ];
  const all = [...some, { path: parts[0][0], chunk_id: 12, rows: 2, shared_rows: 6 }];
  const ids = async (...[shared, keyed]: [typeof some, boolean]) =>
    (await shown(parts, [], keyed, shared)).map(([, , id]) => Number(id));
  for (const keyed of [true, false]) {
    expect(await ids(some, keyed)).toEqual([0, 1, 4, 5, 20, 21, 30]);
    expect(await ids(all, keyed)).toEqual([0, 1, 2, 3, 4, 5, 20, 21, 30]);
  }
});

it('leaves out rows by chunk and number in parts that chunks share', async () => {
  const path = 'things/city=A/size=1/s1.parquet';
  const events = 'select i as id, 11 + i::int // 2 as _chunk, i::int % 2 as _row from range(6) t(i)';
  const shared = [11, 13].map((chunk_id) => ({ path, chunk_id, rows: 2, shared_rows: 6 }));
  const rows = await shown([[path, events, 'a']], [{ chunk_id: 13, row: 0 }], true, shared);
  expect(rows.map(([, , id]) => Number(id))).toEqual([0, 1, 5]);
});

it('has none, where there is no part', () => {
  expect(
    lakeView('things', { parts: [], deleted: [], versions: [] }, { lake: '/lake', definition }),
  ).toBeNull();
});
