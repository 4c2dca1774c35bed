/** The splitter against the obvious way: a map from the row's folder to its rows, row by row. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isValid } from '../../../kernel/columns/vectors.ts';
import { CodeSpace } from '../../../sinks/lake/code-space.ts';
import { escapeValue, partitionValue } from '../../../sinks/lake/partition-path.ts';
import { Grouper, Partitioner } from '../../../sinks/lake/partitions.ts';
import { tempFolder } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { GrowingDictionary, type TestColumn, type Value, vectorOf } from './support.ts';

const levels: TestColumn[] = [
  { name: 'year', logical: { type: 'integer' } },
  { name: 'region', logical: { type: 'text' }, kind: 'dictionary' },
  { name: 'day', logical: { type: 'date' } },
  { name: 'kind', logical: { type: 'text' } },
  { name: 'flag', logical: { type: 'boolean' } },
];

const valuesOf: Record<string, fc.Arbitrary<Value>> = {
  year: fc.oneof(fc.integer({ min: 2010, max: 2014 }), fc.constantFrom(-2147483648, 2147483647, 0)),
  region: fc.constantFrom('Prague', 'Turin', 'a/b', '', 'ü', '__HIVE_DEFAULT_PARTITION__'),
  day: fc.integer({ min: -2, max: 900 }),
  kind: fc.constantFrom('x', 'y', 'x=y', '%41'),
  flag: fc.boolean(),
};

/** Batches of rows of the given columns; some values null. */
const batchesOf = (columns: readonly TestColumn[]) =>
  fc.array(
    fc.array(fc.tuple(...columns.map(({ name }) => fc.option(valuesOf[name], { freq: 6 }))), {
      minLength: 1,
      maxLength: 60,
    }),
    { minLength: 1, maxLength: 6 },
  );

function textOf({ logical }: TestColumn, value: Value): string {
  if (value === null) return '__HIVE_DEFAULT_PARTITION__';
  if (logical.type === 'date') return new Date(Number(value) * 86_400_000).toISOString().slice(0, 10);
  if (value === '__HIVE_DEFAULT_PARTITION__') return '%5F_HIVE_DEFAULT_PARTITION__';
  return escapedAsHive(String(value));
}

/** Hive's list, character by character. */
function escapedAsHive(value: string): string {
  const special = [
    ...'"#%\'*/:=?\\\x7f{[]^',
    ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)),
  ];
  const hex = (one: string) => one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  return [...value].map((one) => (special.includes(one) ? `%${hex(one)}` : one)).join('');
}

/** Row numbers by folder. */
function splitRowByRow(columns: readonly TestColumn[], rows: readonly Value[][]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  rows.forEach((row, i) => {
    const path = columns.map((column, c) => `${column.name}=${textOf(column, row[c])}`).join('/');
    groups.set(path, [...(groups.get(path) ?? []), i]);
  });
  return groups;
}

describe('splitting', () => {
  for (const columns of [
    levels.slice(0, 1),
    levels.slice(1, 2),
    levels.slice(0, 2),
    levels.slice(2),
    levels,
    [],
  ]) {
    test(columns.map(({ name }) => name).join(', ') || 'no column', () => {
      fc.assert(
        fc.property(batchesOf(columns), (batches) => {
          const partitioner = new Partitioner(
            columns.map((column) => ({ ...column, vector: column.name, pad: 0 })),
          );
          const grouper = new Grouper();
          const dictionaries = columns.map(() => new GrowingDictionary());
          for (const rows of batches as Value[][][]) {
            const vectors = new Map(
              columns.map((column, c) => [
                column.name,
                vectorOf(
                  column,
                  rows.map((row) => row[c]),
                  dictionaries[c],
                ),
              ]),
            );
            const ordinals = partitioner.assign(rows.length, (name) => vectors.get(name)!);
            const { order, starts } = grouper.group(ordinals, rows.length, partitioner.paths.length);
            const found = partitioner.paths.map(
              (path, p) => [path, [...order.subarray(starts[p], starts[p + 1])]] as const,
            );
            expect(new Map(found.filter(([, members]) => members.length > 0))).toEqual(
              splitRowByRow(columns, rows),
            );
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  test('two codes of one text are one partition', () => {
    const dictionary = {
      size: 3,
      text: (code: number) => ['a', 'b', 'a'][code],
      bytes: () => new Uint8Array(0),
    };
    const vector = {
      kind: 'dictionary',
      length: 4,
      validity: null,
      nullCount: 0,
      values: Int32Array.of(0, 2, 1, 2),
      dictionary,
    } as const;
    const partitioner = new Partitioner([{ name: 'k', vector: 'k', logical: { type: 'text' }, pad: 0 }]);
    expect([...partitioner.assign(4, () => vector)].slice(0, 4)).toEqual([0, 0, 1, 0]);
    expect(partitioner.paths).toEqual(['k=a', 'k=b']);
  });
});

describe('partition values', () => {
  const text = (column: TestColumn, value: Value, pad = 0) =>
    partitionValue(vectorOf(column, [value]), 0, column.logical, pad);

  test.each<[TestColumn['logical'], Value, number, string]>([
    [{ type: 'integer' }, 5, 2, '05'],
    [{ type: 'integer' }, -5, 3, '-005'],
    [{ type: 'integer' }, 2018, 2, '2018'],
    [{ type: 'bigint' }, -(2n ** 63n), 0, '-9223372036854775808'],
    [{ type: 'date' }, -1, 0, '1969-12-31'],
    [{ type: 'date' }, -735_160, 0, '-0043-03-15'],
    [{ type: 'boolean' }, false, 0, 'false'],
    [{ type: 'text' }, null, 0, '__HIVE_DEFAULT_PARTITION__'],
  ])('%j %s', (logical, value, pad, expected) => {
    expect(text({ name: 'k', logical }, value, pad)).toBe(expected);
  });

  // compileDataset names these as mistakes.
  test.each<[TestColumn['logical'], Value]>([
    [{ type: 'numeric', precision: 9, scale: 3 }, -5n],
    [{ type: 'timestamp', zone: 'UTC' }, -1n],
    [{ type: 'float8' }, 0.5],
    [{ type: 'uuid' }, '0123456789abcdef0123456789abcdef'],
    [{ type: 'json' }, '{}'],
  ])('%j cannot be one', (logical, value) => {
    expect(() => text({ name: 'k', logical }, value)).toThrow(`a ${logical.type} cannot be a partition`);
  });

  test('no text leaves its folder, looks like a glob or breaks a file system', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('..', '.', '/', 'a*[b]?', "'", '~')),
        (value) => {
          const escaped = escapeValue(value);
          expect(escaped).toBe(escapedAsHive(value));
          expect(escaped).not.toMatch(/[/\\*?[\]{=]/);
          expect(
            escaped.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
          ).toBe(value);
        },
      ),
    );
    expect(escapeValue('\ud800')).toBe('\ufffd');
    expect(escapeValue('Москва, 東京 (100 %)')).toBe('Москва, 東京 (100 %25)');
    expect(escapeValue('null')).toBe('%6Eull');
  });
});

test('DuckDB reads the values of folders, also of those that earlier versions named otherwise', async () => {
  const lake = tempFolder();
  const values = ['Москва', '東京', "a'b (100 %)", 'x=y/z', 'NULL', 'a+b c', '{k}[*]?', 'ü\\"'];
  const connection = await (await DuckDBInstance.create()).connect();
  const earlier = (value: string) =>
    encodeURIComponent(value === 'NULL' ? '\0' : value)
      .replace('%00', '%4EULL')
      .replace(/[!'()*~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  for (const [name, inPath] of Object.entries({ now: escapeValue, earlier })) {
    for (const value of values) {
      const folder = join(lake, `k=${inPath(value)}`);
      mkdirSync(folder, { recursive: true });
      await connection.run(`copy (select 1 as x) to '${folder.replaceAll("'", "''")}/${name}.parquet'`);
    }
  }
  const { columns } = await connection
    .runAndReadAll(
      `select k, count(*)::int as n from read_parquet('${lake}/**/*.parquet', hive_partitioning = true) group by 1`,
    )
    .then((answer) => ({ columns: answer.getRows() }));
  expect(columns.map(([k, n]) => `${k} ${n}`).sort()).toEqual(values.map((value) => `${value} 2`).sort());
  connection.closeSync();
});

describe('a code space', () => {
  const vector = (texts: string[], dictionary: GrowingDictionary) => {
    const column: TestColumn = { name: 'k', logical: { type: 'text' }, kind: 'dictionary' };
    return vectorOf(column, texts, dictionary) as Extract<
      ReturnType<typeof vectorOf>,
      { kind: 'dictionary' }
    >;
  };

  test('takes the codes of one growing dictionary as they are', () => {
    const space = new CodeSpace();
    const dictionary = new GrowingDictionary();
    for (const texts of [
      ['a', 'b'],
      ['c', 'a'],
    ]) {
      const batch = vector(texts, dictionary);
      expect(space.codes(batch)).toBe(batch.values);
    }
    expect([space.size, Buffer.from(space.bytes(2)).toString()]).toEqual([3, 'c']);
  });

  test('knows a text whichever dictionaries bring it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat(2),
            fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 8 }),
          ),
          { maxLength: 12 },
        ),
        (batches) => {
          const space = new CodeSpace();
          const dictionaries = [new GrowingDictionary(), new GrowingDictionary(), new GrowingDictionary()];
          const held: { code: number; text: string }[] = [];
          for (const [which, texts] of batches) {
            const batch = vector(texts, dictionaries[which]);
            const codes = space.codes(batch);
            texts.forEach((text, row) => {
              expect(isValid(batch, row)).toBe(true);
              held.push({ code: codes[row], text });
            });
            // Buffers hold codes of earlier batches: what they mean must not change.
            for (const { code, text } of held) expect(Buffer.from(space.bytes(code)).toString()).toBe(text);
          }
          for (const { code } of held) expect(code).toBeLessThan(space.size);
        },
      ),
      { numRuns: plays(70, 1_000) },
    );
  });
});
