import { expect, test } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import { canonical, versionOf } from '../../../model/compile/version.ts';
import {
  boolean,
  compute,
  type Definition,
  date,
  defineDataset,
  float8,
  integer,
  numeric,
  text,
  timestamp,
  view,
} from '../../../model/index.ts';

test('canonical text does not depend on the order of members', () => {
  expect(canonical({ b: [1, 2n, /x/i], a: null })).toBe(
    canonical({ a: null, b: [1, 2n, /x/i], c: undefined }),
  );
  expect(versionOf([1, 2])).not.toBe(versionOf([2, 1]));
});

interface Variation {
  readonly plus?: (count: number) => number;
  readonly max?: number;
  readonly sql?: string;
  readonly convert?: (value: string) => string;
}

function variant({
  plus = (count) => count + 1,
  max = 9,
  sql = 'select 1 as one',
  convert,
}: Variation): string {
  const definition: Definition = defineDataset({
    name: 'versions',
    columns: { count: integer({ max }), name: text(convert ? { convert } : {}) },
    enrich: (c) => ({ more: compute('integer', [c.count], plus) }),
    star: { fact: 'fact_version' },
    marts: { one: view(sql) },
  });
  return compileDataset(definition).version;
}

test('what decides what becomes of a row makes the version; marts do not', () => {
  const first = variant({});
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(variant({})).toBe(first);
  expect(variant({ sql: 'select 2 as two' })).toBe(first);
  const others = [
    variant({ plus: (count) => count + 2 }),
    variant({ max: 10 }),
    variant({ convert: (value) => value.trim() }),
    variant({ convert: (value) => value.toUpperCase() }),
  ];
  expect(new Set([first, ...others]).size).toBe(5);
});

test('what a column is read by makes the version, whoever reads it', () => {
  const columns = [
    date({ formats: ['d MMM yyyy'] }),
    date({ formats: ['dd MMM yyyy'] }),
    date({ formats: ['d MMM yyyy'], locale: 'ru' }),
    timestamp({ formats: ['d MMM yyyy H:mm'] }),
    timestamp({ formats: ['d MMM yyyy H:mm'], ambiguous: 'later' }),
    timestamp({ formats: ['d MMM yyyy H:mm'], leapSecond: 'clamp' }),
    timestamp(),
    timestamp({ leapSecond: 'clamp' }),
    boolean(),
    boolean({ true: ['ja'], false: ['nein'] }),
    boolean({ true: ['nein'], false: ['ja'] }),
    float8(),
    float8({ nonFinite: 'keep' }),
    float8({ nonFinite: 'null' }),
    numeric(38, 2),
    numeric(38, 3),
  ];
  const versions = columns.map(
    (column) =>
      compileDataset(defineDataset({ name: 'x', columns: { a: column }, star: { fact: 'f' } })).version,
  );
  expect(new Set(versions).size).toBe(columns.length);
});
