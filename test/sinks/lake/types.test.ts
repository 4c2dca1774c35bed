/** Every type is read back the same by three readers that share no code with us or with each other. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { typeNames, typesFor } from '../../../model/types/column-types.ts';
import { tempFolder } from '../../support/index.ts';
import {
  Folder,
  plain,
  type Row,
  readWithDuck,
  readWithHyparquet,
  readWithParquetWasm,
  type TestColumn,
  type Value,
  writeRows,
} from './support.ts';

const readers = { DuckDB: readWithDuck, hyparquet: readWithHyparquet, 'parquet-wasm': readWithParquetWasm };

const long = 'x'.repeat(70_000);
const samples: { column: TestColumn; values: Value[] }[] = [
  { column: { name: 'small', logical: { type: 'smallint' } }, values: [0, -32768, 32767, 1, -1] },
  {
    column: { name: 'whole', logical: { type: 'integer' } },
    values: [0, -2147483648, 2147483647, 360_036_000],
  },
  { column: { name: 'hour', logical: { type: 'integer' } }, values: [0, 23, 7, 12, 5, 8, 8, 8] },
  {
    column: { name: 'big', logical: { type: 'bigint' } },
    values: [0n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 32n, -(2n ** 32n), 2n ** 31n, 1n, -1n],
  },
  {
    column: { name: 'money', logical: { type: 'numeric', precision: 15, scale: 2 } },
    values: [0n, 1n, -1n, 123456789012345n, -123456789012345n, 100n],
  },
  {
    column: { name: 'wide', logical: { type: 'numeric', precision: 38, scale: 6 } },
    values: [0n, 1n, -1n, 10n ** 38n - 1n, 1n - 10n ** 38n, 2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n],
  },
  {
    column: { name: 'instant', logical: { type: 'timestamp', zone: 'America/New_York' } },
    values: [0n, -1n, 1_509_872_400_000_000n, 253_402_300_799_999_999n, -62_135_596_800_000_000n],
  },
  {
    column: { name: 'clock', logical: { type: 'time' } },
    values: [0n, 1n, 86_399_999_999n, 43_200_000_000n, 999_999n],
  },
  {
    column: { name: 'length', logical: { type: 'interval' } },
    values: [0n, -1n, 2n ** 63n - 1n, 1n - 2n ** 63n, 95_400_000_000n],
  },
  { column: { name: 'day', logical: { type: 'date' } }, values: [0, -1, 17_475, 2_932_896, -719_162] },
  {
    column: { name: 'double', logical: { type: 'float8' } },
    values: [0, -0, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 14.432_118_3, -1.5],
  },
  { column: { name: 'flag', logical: { type: 'boolean' } }, values: [true, false, false, true, true] },
  {
    column: { name: 'text', logical: { type: 'text' } },
    values: ['', 'a', 'Zürich', '日本', '🚲', 'line\nbreak', '"quoted"', '\u0000', long],
  },
  {
    column: { name: 'code', logical: { type: 'text' }, kind: 'dictionary' },
    values: ['', 'Prague', 'Turin', 'Hamburg', 'Zürich', 'Prague', 'Prague'],
  },
  {
    column: { name: 'note', logical: { type: 'json' } },
    values: ['{}', '{"a":[1,2,{"b":null}]}', '"text"', '12'],
  },
  {
    column: { name: 'id', logical: { type: 'uuid' } },
    values: [
      '00000000000000000000000000000000',
      'ffffffffffffffffffffffffffffffff',
      '0123456789abcdef0123456789abcdef',
    ],
  },
];

/** `count` rows that go through the values, with a null wherever `nullAt` says so. */
function rowsOf(count: number, nullAt: (row: number, column: number) => boolean): Row[] {
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(
      samples.map(({ column, values }, i) => [
        column.name,
        nullAt(row, i) ? null : values[(row + (row >> 4)) % values.length],
      ]),
    ),
  );
}

async function expectSame(path: string, columns: readonly TestColumn[], rows: readonly Row[]): Promise<void> {
  for (const [reader, read] of Object.entries(readers)) {
    const found = await read(path, columns);
    expect(found.length, reader).toBe(rows.length);
    for (const { name, logical } of columns) {
      if (reader === 'hyparquet' && logical.type === 'numeric' && logical.precision > 18) {
        expectNear(found, rows, name, logical.scale);
        continue;
      }
      expect(
        found.map((row) => plain(row[name])),
        `${name} by ${reader}`,
      ).toEqual(rows.map((row) => plain(row[name])));
    }
  }
}

/** hyparquet reads long decimals as doubles. */
function expectNear(found: readonly Row[], rows: readonly Row[], name: string, scale: number): void {
  rows.forEach((row, i) => {
    const wanted = Number(row[name]) / 10 ** scale;
    expect(found[i][name] == null).toBe(row[name] === null);
    expect(Math.abs(Number(found[i][name]) - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 1e-14);
  });
}

describe('every type', () => {
  test('has values here, or is never stored whole', () => {
    const sampled = new Set(samples.map(({ column }) => column.logical.type));
    expect(typeNames.filter((name) => !sampled.has(name))).toEqual(typesFor('parts'));
  });

  const columns = samples.map(({ column }) => column);
  const patterns = {
    'no null': () => false,
    'some nulls': (row: number, column: number) => (row * 7 + column) % 3 === 0,
    'only nulls': () => true,
    'nulls in one half': (row: number) => row > 40,
  };
  for (const [pattern, nullAt] of Object.entries(patterns)) {
    for (const count of [1, 8, 101]) {
      test(`${pattern}, ${count} rows`, async () => {
        const lake = new Folder(tempFolder());
        const rows = rowsOf(count, nullAt);
        const [part] = await writeRows(lake, columns, [], rows, { batchRows: 37 });
        expect(part.rows).toBe(count);
        await expectSame(join(lake.root, part.path), columns, rows);
      });
    }
  }

  test('required columns', async () => {
    const lake = new Folder(tempFolder());
    const required = columns.map((column) => ({ ...column, required: true }));
    const rows = rowsOf(300, () => false);
    const [part] = await writeRows(lake, required, [], rows);
    await expectSame(join(lake.root, part.path), required, rows);
  });

  test('several row groups and pages', async () => {
    const lake = new Folder(tempFolder());
    const rows = rowsOf(1000, (row, column) => (row + column) % 5 === 0);
    const [part] = await writeRows(lake, columns, [], rows, { rowGroupRows: 300, batchRows: 128 });
    await expectSame(join(lake.root, part.path), columns, rows);
  });
});
