import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UuidVector, Vector } from '../../../kernel/columns/vectors.ts';
import type { LogicalType } from '../../../model/compiled.ts';
import { selectRows } from '../../../model/enrich/select.ts';
import { type HashOf, RowHashes } from '../../../model/events/row-hashes.ts';
import { type Given, rowHash } from '../../oracle/row-hash.ts';
import { plays } from '../../support/long.ts';
import { codesOf, vectorOf } from '../support.ts';

const timestampType = { type: 'timestamp', zone: 'Europe/Berlin' } as const;

/** Values of every type, as its builder takes them. */
const kinds: readonly (readonly [LogicalType, fc.Arbitrary<Given>])[] = [
  [{ type: 'smallint' }, fc.integer({ min: -32768, max: 32767 })],
  [{ type: 'integer' }, fc.integer()],
  [{ type: 'bigint' }, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  [{ type: 'numeric', precision: 12, scale: 2 }, fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n })],
  [{ type: 'numeric', precision: 38, scale: 5 }, fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n })],
  [{ type: 'float8' }, fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Infinity))],
  [{ type: 'boolean' }, fc.boolean()],
  [{ type: 'uuid' }, fc.uuid()],
  [
    { type: 'point' },
    fc.record({ lon: fc.double({ min: -180, max: 180, noNaN: true }), lat: fc.constantFrom(-0, 0, 50.5) }),
  ],
  [{ type: 'json' }, fc.json()],
  [{ type: 'date' }, fc.integer({ min: -700_000, max: 2_900_000 })],
  [timestampType, fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n })],
  [{ type: 'time' }, fc.bigInt({ min: 0n, max: 86_399_999_999n })],
  [{ type: 'interval' }, fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })],
  [{ type: 'text' }, fc.string({ unit: 'grapheme', maxLength: 40 })],
];

interface Table {
  readonly columns: readonly { readonly name: string; readonly logical: LogicalType }[];
  readonly rows: readonly (readonly Given[])[];
}

const tables: fc.Arbitrary<Table> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...'abcdefgh', 'Z', '_a', 'ä'), fc.constantFrom(...kinds)), {
    ...{ minLength: 1, maxLength: 8, selector: ([name]) => name },
  })
  .chain((named) =>
    fc.record({
      columns: fc.constant(named.map(([name, [logical]]) => ({ name, logical }))),
      rows: fc.array(fc.tuple(...named.map(([, [, values]]) => fc.option(values))), { maxLength: 12 }),
    }),
  );

function vectorsOf({ columns, rows }: Table): Map<string, Vector> {
  const of = (logical: LogicalType, c: number) =>
    vectorOf(
      logical,
      rows.map((row) => row[c]),
    );
  return new Map(columns.map(({ name, logical }, c) => [name, of(logical, c)]));
}

function hexOf({ values }: UuidVector): string[] {
  const text = Buffer.from(values).toString('hex');
  return text.match(/.{32}/g) ?? [];
}

function hashes(vectors: ReadonlyMap<string, Vector>, rows: number, ...of: readonly HashOf[]): string[][] {
  return new RowHashes(of).of((name) => vectors.get(name)!, rows).map(hexOf);
}

/** The hash of one row of named values. */
function hashOf(
  row: Readonly<Record<string, readonly [LogicalType, Vector]>>,
  values: HashOf['values'] = 'identical',
): string {
  const columns = Object.entries(row).map(([name, [logical]]) => ({ name, logical }));
  const vectors = new Map(Object.entries(row).map(([name, [, vector]]) => [name, vector]));
  return hashes(vectors, 1, { columns, values })[0][0];
}

const one = (logical: LogicalType, value: Given) => [logical, vectorOf(logical, [value])] as const;
const text = { type: 'text' } as const;
const float = { type: 'float8' } as const;

describe('a hash', () => {
  test('is that of its description, for values of every type', () => {
    fc.assert(
      fc.property(tables, (table) => {
        const { columns, rows } = table;
        const some = columns.slice(0, 3);
        const [identical, equal, part] = hashes(
          vectorsOf(table),
          rows.length,
          { columns, values: 'identical' },
          { columns: [...columns].reverse(), values: 'equal' },
          { columns: some, values: 'equal' },
        );
        expect(identical).toEqual(rows.map((row) => rowHash(columns, row)));
        expect(equal).toEqual(rows.map((row) => rowHash(columns, row, true)));
        expect(part).toEqual(rows.map((row) => rowHash(some, row.slice(0, 3), true)));
      }),
      { numRuns: plays(100, 1_500) },
    );
  });

  test('is the same in a batch of any size, and after rows before it were rejected', () => {
    const values = Array.from({ length: 5000 }, (_, i) => (i % 7 === 0 ? null : `row ${i % 3000}`));
    const columns = [
      { name: 'a', logical: text },
      { name: 'n', logical: { type: 'integer' } as const },
    ];
    const vectors = new Map<string, Vector>([
      ['a', codesOf(values)],
      [
        'n',
        vectorOf(
          { type: 'integer' },
          values.map((_, i) => (i % 5 === 0 ? null : i)),
        ),
      ],
    ]);
    const hasher = new RowHashes([{ columns, values: 'identical' }]);
    const all = hexOf(hasher.of((name) => vectors.get(name)!, 5000)[0]);
    expect(all).toEqual(values.map((value, i) => rowHash(columns, [value, i % 5 === 0 ? null : i])));
    const kept = Int32Array.from({ length: 1700 }, (_, i) => i * 2 + 1000);
    const fewer = hexOf(hasher.of((name) => selectRows(vectors.get(name)!, kept), 1700)[0]);
    expect(fewer).toEqual([...kept].map((row) => all[row]));
  });

  test('does not know how a text is held', () => {
    const held = hashOf({ a: one(text, 'Praha') });
    expect(hashOf({ a: [text, codesOf(['Praha'])] })).toBe(held);
    // Another dictionary may have the same codes for other texts.
    const hasher = new RowHashes([{ columns: [{ name: 'a', logical: text }], values: 'identical' }]);
    const [first] = hexOf(hasher.of(() => codesOf(['Brno', 'Praha']), 2)[0]);
    expect(hexOf(hasher.of(() => codesOf(['Praha']), 1)[0])).toEqual([held]);
    expect(first).not.toBe(held);
  });

  test('is the same for whole numbers of every width, and decimals of every precision', () => {
    const seven = ['smallint', 'integer', 'bigint'].map((type) =>
      hashOf({ a: one({ type } as LogicalType, type === 'bigint' ? -7n : -7) }),
    );
    expect(new Set(seven).size).toBe(1);
    const numeric = (precision: number, scale: number) => ({ type: 'numeric', precision, scale }) as const;
    const short = hashOf({ a: one(numeric(9, 2), -1250n) });
    expect(hashOf({ a: one(numeric(38, 2), -1250n) })).toBe(short);
    expect(hashOf({ a: one(numeric(9, 3), -1250n) })).not.toBe(short);
    expect(seven).not.toContain(hashOf({ a: one(numeric(9, 0), -7n) }));
  });

  test('takes a null for a column that does not exist, and not for an empty text', () => {
    const alone = hashOf({ a: one(text, 'x') });
    expect(hashOf({ a: one(text, 'x'), b: one(text, null), c: one(float, null) })).toBe(alone);
    expect(hashOf({ a: one(text, 'x'), b: one(text, '') })).not.toBe(alone);
  });

  test('does not confuse columns', () => {
    const rows: Parameters<typeof hashOf>[0][] = [
      { a: one(text, 'x') },
      { b: one(text, 'x') },
      { a: one(text, 'x'), b: one(text, 'y') },
      { a: one(text, 'y'), b: one(text, 'x') },
      { a: one(text, 'xy'), b: one(text, '') },
      { a: one(text, ''), b: one(text, 'xy') },
      { a: one({ type: 'date' }, 7) },
      { a: one({ type: 'integer' }, 7) },
      { a: one({ type: 'time' }, 7n) },
      { a: one({ type: 'json' }, '7') },
      { a: one(text, '7') },
      {},
    ];
    expect(new Set(rows.map((row) => hashOf(row))).size).toBe(rows.length);
  });

  test('tells 0 from -0 in content, not in keys; every NaN is the same', () => {
    const both = [0, -0].map((zero) => one(float, zero));
    expect(hashOf({ a: both[0] })).not.toBe(hashOf({ a: both[1] }));
    expect(hashOf({ a: both[0] }, 'equal')).toBe(hashOf({ a: both[1] }, 'equal'));
    const place = [0, -0].map((zero) => one({ type: 'point' }, { lon: 1, lat: zero }));
    expect(hashOf({ a: place[0] }, 'equal')).toBe(hashOf({ a: place[1] }, 'equal'));
    expect(hashOf({ a: one(float, 1) }, 'equal')).not.toBe(hashOf({ a: one(float, -1) }, 'equal'));
    const odd = new Float64Array(1);
    new BigUint64Array(odd.buffer)[0] = 0xfff4000000000001n;
    const negative = { kind: 'float64', length: 1, values: odd, validity: null, nullCount: 0 } as const;
    expect(hashOf({ a: [float, negative] })).toBe(hashOf({ a: one(float, Number.NaN) }));
    expect(hashOf({ a: one(float, Infinity) })).not.toBe(hashOf({ a: one(float, Number.NaN) }));
  });
});

test('a million rows that are nearly alike have a million hashes, in each half of them', () => {
  const rows = 1_000_000;
  const int = { type: 'integer' } as const;
  const numbers = (at: (i: number) => number): Vector => ({
    ...{ kind: 'int32', length: rows, validity: null, nullCount: 0 },
    values: Int32Array.from({ length: rows }, (_, i) => at(i)),
  });
  const vectors = new Map([
    ['a', numbers((i) => i % 100)],
    ['b', numbers((i) => Math.floor(i / 100) % 100)],
    ['c', numbers((i) => Math.floor(i / 10_000) << 20)],
    ['d', numbers(() => 1)],
  ]);
  const columns = ['a', 'b', 'c', 'd'].map((name) => ({ name, logical: int }));
  const [{ values }] = new RowHashes([{ columns, values: 'identical' }]).of(
    (name) => vectors.get(name)!,
    rows,
  );
  const halves = new BigUint64Array(values.buffer, values.byteOffset, rows * 2);
  for (const half of [0, 1]) {
    const sorted = halves.filter((_, i) => i % 2 === half).sort();
    let equal = 0;
    for (let i = 1; i < rows; i++) if (sorted[i] === sorted[i - 1]) equal++;
    expect(equal).toBe(0);
  }
});
