/** Bounds in the footer, checked against the values and by what readers skip because of them. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { int64Bounds } from '../../../../sinks/lake/parquet/statistics.ts';
import { tempFolder } from '../../../support/index.ts';
import { plays } from '../../../support/long.ts';
import {
  duckRows,
  Folder,
  hyparquetMetadata,
  plain,
  type Row,
  type TestColumn,
  type Value,
  writeRows,
} from '../support.ts';

/** Order of UTF-8 bytes. */
const byBytes = (a: Value, b: Value) => Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
const byNumber = (a: Value, b: Value) => (a! < b! ? -1 : a! > b! ? 1 : 0);

interface Case {
  readonly column: TestColumn;
  readonly values: readonly Value[];
  readonly order: (a: Value, b: Value) => number;
  /** The bound as hyparquet reads it, as a value. */
  readonly bound?: (bound: never) => Value;
}

const micros = (bound: Date) => BigInt(bound.getTime()) * 1000n;
const days = (bound: Date) => bound.getTime() / 86_400_000;
const hundredths = (bound: number) => BigInt(Math.round(bound * 100));

const cases: Case[] = [
  { column: { name: 'small', logical: { type: 'smallint' } }, values: [5, -7, 300, 0], order: byNumber },
  {
    column: { name: 'whole', logical: { type: 'integer' } },
    values: [1, 2147483647, -2147483648],
    order: byNumber,
  },
  {
    column: { name: 'hour', logical: { type: 'integer' } },
    values: [3, 4, 5, 3, 3, 3, 4, 5, 5, 3, 3, 3, 4],
    order: byNumber,
  },
  {
    column: { name: 'big', logical: { type: 'bigint' } },
    values: [2n ** 40n, 2n ** 31n, -(2n ** 40n), -1n, 2n ** 40n + 1n, -(2n ** 40n) - 1n],
    order: byNumber,
  },
  {
    column: { name: 'money', logical: { type: 'numeric', precision: 12, scale: 2 } },
    values: [199n, -250n, 0n],
    order: byNumber,
    bound: hundredths,
  },
  {
    column: { name: 'wide', logical: { type: 'numeric', precision: 38, scale: 2 } },
    values: [199n, -250n, 0n, 2n ** 70n, -(2n ** 70n)],
    order: byNumber,
    bound: (bound: number) => BigInt(Math.round(bound * 100)),
  },
  {
    column: { name: 'instant', logical: { type: 'timestamp', zone: 'UTC' } },
    values: [1_500_000_000_000_000n, -5_000_000n, 0n],
    order: byNumber,
    bound: micros,
  },
  {
    column: { name: 'day', logical: { type: 'date' } },
    values: [17_000, -3, 40],
    order: byNumber,
    bound: days,
  },
  { column: { name: 'double', logical: { type: 'float8' } }, values: [1.5, -2.25, 7], order: byNumber },
  { column: { name: 'flag', logical: { type: 'boolean' } }, values: [true, true], order: byNumber },
  { column: { name: 'flags', logical: { type: 'boolean' } }, values: [true, false], order: byNumber },
  // '｡' (U+FF61) sorts below '🚲' (U+1F6B2) as UTF-8 but above it as UTF-16.
  {
    column: { name: 'text', logical: { type: 'text' } },
    values: ['b', 'ab', 'é', '🚲', '｡', ''],
    order: byBytes,
  },
  {
    column: { name: 'code', logical: { type: 'text' }, kind: 'dictionary' },
    values: ['｡', '🚲', 'Z', 'a', 'Z', 'a', 'a', 'Z', 'a', '🚲', '｡', 'Z'],
    order: byBytes,
  },
  {
    column: { name: 'id', logical: { type: 'uuid' } },
    values: [
      '80000000000000000000000000000000',
      '7f000000000000000000000000000000',
      '00000000000000000000000000000001',
    ],
    order: byBytes,
    bound: (uuid: string) => uuid.replaceAll('-', ''),
  },
];

/** Statistics of the only column of the only row group. */
async function statisticsOf(column: TestColumn, values: readonly Value[]) {
  const lake = new Folder(tempFolder());
  const [part] = await writeRows(
    lake,
    [column],
    [],
    values.map((value) => ({ [column.name]: value })),
  );
  const path = join(lake.root, part.path);
  const metadata = await hyparquetMetadata(path);
  return { path, statistics: metadata.row_groups[0].columns[0].meta_data!.statistics! };
}

describe('bounds and null counts', () => {
  for (const { column, values, order, bound = (value: never) => value } of cases) {
    test(column.name, async () => {
      const { statistics } = await statisticsOf(column, [null, ...values, null]);
      const sorted = [...values].sort(order);
      expect(plain(bound(statistics.min_value as never))).toBe(plain(sorted[0]));
      expect(plain(bound(statistics.max_value as never))).toBe(plain(sorted[sorted.length - 1]));
      expect(statistics.null_count).toBe(2n);
      expect([statistics.is_min_value_exact, statistics.is_max_value_exact]).toEqual([true, true]);
    });
  }

  test('nulls alone have no bounds', async () => {
    for (const { column } of cases) {
      const { statistics } = await statisticsOf(column, [null, null, null]);
      expect(statistics.min_value).toBeUndefined();
      expect(statistics.max_value).toBeUndefined();
      expect(statistics.null_count).toBe(3n);
    }
  });

  test('each row group has its own', async () => {
    const lake = new Folder(tempFolder());
    const column: TestColumn = { name: 'whole', logical: { type: 'integer' } };
    const rows = Array.from({ length: 1000 }, (_, row) => ({ whole: row * 1000 }));
    const [part] = await writeRows(lake, [column], [], rows, { rowGroupRows: 400, batchRows: 333 });
    const { row_groups } = await hyparquetMetadata(join(lake.root, part.path));
    const bounds = row_groups.map(({ columns: [{ meta_data }] }) => [
      meta_data!.statistics!.min_value,
      meta_data!.statistics!.max_value,
    ]);
    expect(bounds).toEqual([
      [0, 399_000],
      [400_000, 799_000],
      [800_000, 999_000],
    ]);
  });
});

describe('doubles', () => {
  const column: TestColumn = { name: 'double', logical: { type: 'float8' } };

  test('zeros are widened to -0 … +0, as a reader may tell them apart', async () => {
    const high = await statisticsOf(column, [0, 5]);
    expect(plain(high.statistics.min_value)).toBe('-0');
    const low = await statisticsOf(column, [-5, -0]);
    expect(plain(low.statistics.max_value)).toBe('0');
  });

  test('a NaN leaves no bounds, and no reader skips it', async () => {
    const { path, statistics } = await statisticsOf(column, [1, Number.NaN, 3]);
    expect(statistics.min_value).toBeUndefined();
    expect(statistics.null_count).toBe(0n);
    const rows = await duckRows(`select count(*) as n from '${path}' where double > 1000`);
    expect(rows).toEqual([{ n: 1n }]);
  });

  test('infinities are bounds', async () => {
    const { statistics } = await statisticsOf(column, [
      Number.NEGATIVE_INFINITY,
      0,
      Number.POSITIVE_INFINITY,
    ]);
    expect([statistics.min_value, statistics.max_value]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

describe('long texts', () => {
  for (const kind of ['utf8', 'dictionary'] as const) {
    const column: TestColumn = { name: 'text', logical: { type: 'text' }, kind };
    const outside = async (values: string[]) => {
      const { path, statistics } = await statisticsOf(column, [...values, ...values, ...values]);
      const [min, max] = [statistics.min_value, statistics.max_value] as string[];
      for (const value of values) {
        expect(byBytes(min, value)).toBeLessThanOrEqual(0);
        expect(byBytes(max, value)).toBeGreaterThanOrEqual(0);
        const found = await duckRows(`select count(*) as n from '${path}' where text = '${value}'`);
        expect(found).toEqual([{ n: 3n }]);
      }
      return { min, max, statistics };
    };

    test(`${kind}: bounds are shortened and say so`, async () => {
      const { min, max, statistics } = await outside(['a'.repeat(100), 'm', `zz${'z'.repeat(100)}`]);
      expect([min, max]).toEqual(['a'.repeat(64), `${'z'.repeat(63)}{`]);
      expect([statistics.is_min_value_exact, statistics.is_max_value_exact]).toEqual([false, false]);
    });

    test(`${kind}: no character is cut in two, and the last before the surrogates is stepped over`, async () => {
      const { min, max } = await outside([`a${'é'.repeat(60)}`, `${'é'.repeat(31)}\ud7ff${'é'.repeat(31)}`]);
      expect(min).toBe(`a${'é'.repeat(31)}`);
      expect(max).toBe(`${'é'.repeat(30)}ê`);
      const stepped = await outside([`${'é'.repeat(30)}z\ud7ff${'é'.repeat(31)}`]);
      expect(stepped.max).toBe(`${'é'.repeat(30)}z\ue000`);
    });

    test(`${kind}: what cannot be raised has no bounds`, async () => {
      const { statistics } = await statisticsOf(column, ['a', '\u{10ffff}'.repeat(20)]);
      expect(statistics.max_value).toBeUndefined();
      expect(statistics.min_value).toBeUndefined();
    });
  }
});

test('DuckDB reads the same bounds', async () => {
  const lake = new Folder(tempFolder());
  const columns = cases
    .map(({ column }) => column)
    .filter(({ name }) => ['small', 'whole', 'big', 'day', 'text', 'flags'].includes(name));
  const length = Math.max(...cases.map(({ values }) => values.length));
  const rows: Row[] = Array.from({ length }, (_, i) =>
    Object.fromEntries(cases.map(({ column, values }) => [column.name, values[i] ?? null])),
  );
  const [part] = await writeRows(lake, columns, [], rows);
  const found = await duckRows(`
    select path_in_schema, stats_min_value, stats_max_value, stats_null_count, num_values
    from parquet_metadata('${join(lake.root, part.path)}')`);
  const expected = columns.map(({ name }) => {
    const { values, order } = cases.find(({ column }) => column.name === name)!;
    const sorted = [...values].sort(order);
    const text = (value: Value) =>
      name === 'day' ? new Date(Number(value) * 86_400_000).toISOString().slice(0, 10) : String(value);
    return {
      path_in_schema: name,
      stats_min_value: text(sorted[0]),
      stats_max_value: text(sorted[sorted.length - 1]),
      stats_null_count: BigInt(length - values.length),
      num_values: BigInt(length),
    };
  });
  expect(found).toEqual(expected);
});

test('64-bit integers are ordered by both words', () => {
  const near = fc.tuple(fc.bigInt({ min: -2n, max: 2n }), fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }));
  const number = fc.oneof(
    near.map(([high, low]) => (high << 32n) + low),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 40 }), (numbers) => {
      const values = BigInt64Array.from(numbers);
      const { min, max } = int64Bounds(new Int32Array(values.buffer), values.length)!;
      const found = [min, max].map((bound) => Buffer.from(bound).readBigInt64LE());
      const sorted = [...values].sort(byNumber as (a: bigint, b: bigint) => number);
      expect(found).toEqual([sorted[0], sorted[sorted.length - 1]]);
    }),
    { numRuns: plays(170, 2_500) },
  );
});
