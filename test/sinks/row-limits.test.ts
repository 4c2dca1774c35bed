/** Rows past a limit, against the obvious way: the bytes of each row's texts, added up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineDataset, integer, lookup, numeric, text } from '../../model/index.ts';
import { rowLimitsOf } from '../../sinks/open-sinks.ts';
import { type RowLimit, RowLimits } from '../../sinks/row-limits.ts';
import { compileLoose } from '../model/support.ts';
import { GrowingDictionary, type TestColumn, vectorOf } from './lake/support.ts';

const columns: readonly TestColumn[] = [
  { name: 'a', logical: { type: 'text' }, kind: 'dictionary' },
  { name: 'b', logical: { type: 'text' } },
  { name: 'n', logical: { type: 'integer' } },
];

const tripled = { of: (value: Uint8Array) => value.length * 2 + 1, most: (bytes: number) => bytes * 3 + 1 };
const limits: readonly RowLimit[] = [
  { columns: ['a'], what: 'a', most: 6 },
  { columns: ['b'], what: 'b', most: 6, size: tripled },
  { columns: ['a', 'b', 'n'], what: 'all', most: 9 },
];

const value = fc.option(fc.string({ unit: fc.constantFrom('x', 'ü', '字'), maxLength: 5 }), { freq: 4 });
const batches = fc.array(fc.array(fc.tuple(value, value), { maxLength: 12 }), { minLength: 1, maxLength: 4 });

function obvious(row: readonly (string | null)[]) {
  const [a, b] = row.map((one) => Buffer.byteLength(one ?? ''));
  return [
    ...(a > 6 ? [{ what: 'a', column: 'a', bytes: a }] : []),
    ...(row[1] !== null && 2 * b + 1 > 6 ? [{ what: 'b', column: 'b', bytes: 2 * b + 1 }] : []),
    ...(a + b > 9 ? [{ what: 'all', column: a >= b ? 'a' : 'b', bytes: a + b }] : []),
  ];
}

describe('rows past a limit', () => {
  it('are those of the obvious way, in whatever batches they come', () => {
    fc.assert(
      fc.property(batches, (all) => {
        const checked = new RowLimits(limits);
        const dictionary = new GrowingDictionary();
        for (const rows of all) {
          const of = (c: number) => rows.map((row) => row[c]);
          const vectors = new Map([
            ['a', vectorOf(columns[0], of(0), dictionary)],
            ['b', vectorOf(columns[1], of(1))],
            [
              'n',
              vectorOf(
                columns[2],
                rows.map(() => 7),
              ),
            ],
          ]);
          const found = checked.past({ rows: rows.length, vectors });
          const each = rows.flatMap((row, i) => obvious(row).map((past) => ({ row: i, ...past })));
          const expected = limits.flatMap(({ what }) => each.filter((past) => past.what === what));
          expect(
            found.map(({ row, limit: { what }, column, bytes }) => ({ row, what, column, bytes })),
          ).toEqual(expected);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

it('a definition has those of its indexes and folders', () => {
  const dataset = compileLoose(
    defineDataset({
      name: 'trial',
      columns: { a: text(), b: text(), c: text(), d: text(), n: integer(), p: numeric(9, 2) },
      lake: { partitionBy: ['a', 'n'] },
      star: {
        fact: 'fact_trial',
        dimensions: {
          one_key: lookup('dim_one', { name: 'b' }, { long: 'd' }),
          two_key: lookup('dim_two', { name: 'b', other: 'c', price: 'p' }),
          hashed_key: lookup('dim_hashed', { name: 'd' }, {}, { keys: 'hashed' }),
        },
        columns: ['n', 'd'],
        indexes: [{ columns: ['n'] }, { columns: ['d', 'one_key'] }, { columns: ['d'], method: 'brin' }],
      },
    }).source as never,
  );
  expect(rowLimitsOf(dataset).map(({ columns, what, most }) => [columns, what, most])).toEqual([
    [['a'], 'the name of its folder in the lake', 255],
    [['b'], 'the key of dim_one', 2681],
    [['b', 'c'], 'the key of dim_two', 2642],
    [['d'], 'the index of fact_trial over d, one_key', 2649],
  ]);
});
