/** Whatever is written in whatever pieces is read back: any types, nulls, partitions, bounds and batches. */

import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 90 }),
  fc.constantFrom('', 'a', 'the same text again and again'),
);
const column = (name: string, logical: TestColumn['logical'], kind?: TestColumn['kind']): TestColumn => ({
  name,
  logical,
  kind,
});

const kinds: [TestColumn, fc.Arbitrary<Value>][] = [
  [column('small', { type: 'smallint' }), fc.integer({ min: -32768, max: 32767 })],
  [column('whole', { type: 'integer' }), fc.integer()],
  [column('hour', { type: 'integer' }), fc.integer({ min: 0, max: 23 })],
  [column('big', { type: 'bigint' }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  [
    column('money', { type: 'numeric', precision: 12, scale: 3 }),
    fc.bigInt({ min: -(10n ** 12n) + 1n, max: 10n ** 12n - 1n }),
  ],
  // hyparquet's timestamps and DuckDB's epoch_us both reach from the year 1 to 9999.
  [
    column('instant', { type: 'timestamp', zone: 'UTC' }),
    fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }),
  ],
  [column('clock', { type: 'time' }), fc.bigInt({ min: 0n, max: 86_399_999_999n })],
  [column('length', { type: 'interval' }), fc.bigInt({ min: 1n - 2n ** 63n, max: 2n ** 63n - 1n })],
  [column('day', { type: 'date' }), fc.integer({ min: -700_000, max: 2_900_000 })],
  [column('double', { type: 'float8' }), fc.double()],
  [
    column('place', { type: 'float8' }),
    fc.constantFrom(
      40.71737016848365,
      -74.04888305252724,
      0,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      5e-324,
    ),
  ],
  [column('flag', { type: 'boolean' }), fc.boolean()],
  [column('text', { type: 'text' }), text],
  [
    column('code', { type: 'text' }, 'dictionary'),
    fc.oneof(fc.constantFrom('Prague', 'Turin', 'Hamburg', ''), text),
  ],
  [
    column('id', { type: 'uuid' }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  ],
];
const columns = kinds.map(([of]) => of);

const row = fc.record(
  Object.fromEntries(kinds.map(([{ name }, values]) => [name, fc.option(values, { freq: 5 })])),
);
const part = fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 9 });
const rows = fc.array(fc.record({ row, part }), { minLength: 1, maxLength: 250, size: 'max' });

const settings = fc.record({
  batchRows: fc.integer({ min: 1, max: 90 }),
  rowGroupRows: fc.integer({ min: 1, max: 300 }),
  memoryBytes: fc.constantFrom(3000, 30_000, 1 << 24),
});

const partColumn = column('part', { type: 'text' }, 'dictionary');

describe('round trip', () => {
  for (const [reader, read] of Object.entries({
    DuckDB: readWithDuck,
    hyparquet: readWithHyparquet,
    'parquet-wasm': readWithParquetWasm,
  })) {
    test(reader, async () => {
      await fc.assert(
        fc.asyncProperty(rows, settings, async (drawn, options) => {
          const lake = new Folder(tempFolder());
          const written = drawn.map(({ row, part }) => ({ ...row, part })) as Row[];
          const by = [{ name: 'part', vector: 'part', pad: 0 }];
          const parts = await writeRows(lake, [...columns, partColumn], by, written, options);
          expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(written.length);
          for (const { path } of parts) {
            const value = /part=([^/]+)/.exec(path)![1];
            const expected = written.filter(({ part }) => (part ?? '__HIVE_DEFAULT_PARTITION__') === value);
            const found = await read(join(lake.root, path), columns);
            for (const { name } of columns) {
              expect(found.map((values) => plain(values[name]))).toEqual(
                expected.map((values) => plain(values[name])),
              );
            }
          }
        }),
        { numRuns: 25 },
      );
    });
  }
});
