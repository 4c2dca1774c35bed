/** What is asked of the server about members' attributes is what a plain map of all rows gives. */
import { expect, it } from 'vitest';
import type { Vector } from '../../../../../kernel/columns/vectors.ts';
import type { CompiledLookup, DimensionColumn } from '../../../../../model/compiled.ts';
import type { Batch } from '../../../../../model/enrich/batch.ts';
import { type LogicalType, typeOf } from '../../../../../model/types/column-types.ts';
import {
  type FirstTable,
  FirstValues,
} from '../../../../../sinks/postgres/dimensions/attributes/first-values.ts';
import type { KeyVector } from '../../../../../sinks/postgres/facts/fact-fields.ts';
import { type Random, randomFrom } from '../../../../support/random.ts';

const columns: readonly DimensionColumn[] = (
  [
    ['name', { type: 'text' }],
    ['lat', { type: 'float8', nonFinite: 'keep' }],
    ['docks', { type: 'integer' }],
    ['open', { type: 'boolean' }],
  ] as [string, LogicalType][]
).map(([name, logical]) => ({ name, vector: name, logical }));

/** Text in the format of COPY, by column. */
const texts: Readonly<Record<string, (random: Random) => readonly [unknown, string]>> = {
  name: ({ pick }) =>
    pick([
      ['North', 'North'],
      ['a\tb', 'a\\tb'],
      ['', ''],
      [null, '\\N'],
    ] as const),
  lat: ({ pick }) =>
    pick([
      [0.5, '0.5'],
      [-0, '0'],
      [0, '0'],
      [1e300, '1e+300'],
      [null, '\\N'],
    ] as const),
  docks: ({ pick }) =>
    pick([
      [0, '0'],
      [-1, '-1'],
      [2147483647, '2147483647'],
      [null, '\\N'],
    ] as const),
  open: ({ pick }) =>
    pick([
      [true, 'true'],
      [false, 'false'],
      [null, '\\N'],
    ] as const),
};

const zeros = [
  ['', ''],
  [0, '0'],
  [0, '0'],
  [false, 'false'],
] as const;

/** A vector with the values, and whether a text has codes of a dictionary. */
function vectorOf({ name, logical }: DimensionColumn, given: readonly unknown[]): Vector {
  if (name === 'name' && given.length % 2 === 0) return dictionaryOf(given as (string | null)[]);
  const builder = typeOf(logical).build(given.length, logical);
  given.forEach((value, i) => {
    builder.set(i, value);
  });
  return builder.finish();
}

function dictionaryOf(given: readonly (string | null)[]): Vector {
  const all = ['x', '', 'a\tb', 'North'];
  const validity = new Uint8Array(Math.ceil(given.length / 8));
  const values = Int32Array.from(given, (text, i) => {
    if (text !== null) validity[i >> 3] |= 1 << (i & 7);
    return text === null ? 0 : all.indexOf(text);
  });
  const dictionary = {
    size: 4,
    text: (code: number) => all[code],
    bytes: (code: number) => Buffer.from(all[code]),
  };
  const nullCount = given.filter((text) => text === null).length;
  return { kind: 'dictionary', values, dictionary, validity, nullCount, length: given.length };
}

it.each([1, 2, 3, 4, 5, 6])('compares the attributes of all rows (seed %i)', async (seed) => {
  const random = randomFrom(seed);
  const members = random.pick([1, 7, 3000]);
  // Most rows have the attributes that their member always has.
  const usual = Array.from({ length: members }, () => columns.map(({ name }) => texts[name](random)));
  const even = seed % 2 === 0 ? 0 : 1;
  const asked = new Set<string>();
  const answersOf = async (keys: readonly string[], attributes: readonly string[]) => {
    for (const [i, key] of keys.entries()) asked.add(`${key}\t${attributes[i]}`);
    return keys.map(() => null);
  };
  const role = { attributes: columns } as unknown as CompiledLookup;
  const values = new FirstValues({ answersOf } as unknown as FirstTable, role);
  const wanted = new Set<string>();
  for (let n = 0; n < 5; n++) {
    const rows = 1000 * random.below(3) + even;
    const keys = Array.from({ length: rows }, () => random.below(members + 1));
    let given = keys.map((key) =>
      key > 0 && random.below(10) > 0 ? usual[key - 1] : columns.map(({ name }) => texts[name](random)),
    );
    // Batches without nulls: the words of a null may be those of a zero.
    if (n % 2 === 1) given = given.map((row) => row.map((one, c) => (one[0] === null ? zeros[c] : one)));
    const vectors = new Map(
      columns.map((column, c) => [
        column.vector,
        vectorOf(
          column,
          given.map((row) => row[c][0]),
        ),
      ]),
    );
    for (const [row, key] of keys.entries())
      if (key !== 0) wanted.add(`${key}\t${given[row].map(([, text]) => text).join('\t')}`);
    const key = { kind: 'int32', length: rows, validity: null, nullCount: 0, values: Int32Array.from(keys) };
    values.observe({ rows, vectors } as unknown as Batch, key as KeyVector);
  }
  await values.differing();
  expect([...asked].toSorted()).toEqual([...wanted].toSorted());
});
