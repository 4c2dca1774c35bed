/** The oracle itself: it must find what differs, or its agreement says nothing. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateCitibike } from '../../datasets/citibike/generate.ts';
import { writeGenerated } from '../../datasets/generated.ts';
import { type Oracle, openOracle } from './duckdb.ts';

let folder: string;
let oracle: Oracle;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-oracle-'));
  oracle = await openOracle();
  const csv = join(folder, 'rides.csv');
  await writeGenerated(csv, generateCitibike({ rows: 500, seed: 3, variant: 'quoted' }));
  await oracle.expect('citibike', [csv]);
  await oracle.connection.run(
    `copy (select * replace (started_at::timestamptz as started_at, hour::smallint as hour) from expected)
     to '${join(folder, 'lake')}' (format parquet, partition_by (year, month))`,
  );
});

afterAll(() => {
  oracle.close();
  rmSync(folder, { recursive: true });
});

it('reads a hive-partitioned lake back to the same rows, whatever the width of its types', async () => {
  const files = readdirSync(join(folder, 'lake'), { recursive: true, encoding: 'utf8' });
  const parts = files.filter((name) => name.endsWith('.parquet')).map((name) => join(folder, 'lake', name));
  await oracle.lake('citibike', parts);
  expect(await oracle.compare('expected', 'lake')).toMatchObject({ missing: 0, extra: 0 });
});

it('finds a changed value, a lost row, a doubled row and a null', async () => {
  const spoil = async (statement: string) => {
    await oracle.connection.run('create or replace table spoilt as from expected');
    await oracle.connection.run(statement);
    const { missing, extra } = await oracle.compare('expected', 'spoilt');
    return [missing, extra];
  };
  const first = 'where rowid = 0';
  expect(await spoil(`update spoilt set end_longitude = end_longitude + 1e-12 ${first}`)).toEqual([1, 1]);
  expect(await spoil(`delete from spoilt ${first}`)).toEqual([1, 0]);
  expect(await spoil(`insert into spoilt select * from spoilt ${first}`)).toEqual([0, 1]);
  expect(await spoil(`update spoilt set bike_id = null ${first}`)).toEqual([1, 1]);
  expect(await spoil(`update spoilt set ended_at = ended_at + interval 1 microsecond ${first}`)).toEqual([
    1, 1,
  ]);
});
