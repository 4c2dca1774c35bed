/** Each rule with each type that it is for, through the real kernel: its reason, and that nulls break none but `required`. */
import { describe, expect, it, test } from 'vitest';
import { createKernel } from '../../../kernel/kernel.ts';
import { RejectReason } from '../../../kernel/types.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { convertFallbacks, needsPlaces } from '../../../model/enrich/fallback.ts';
import {
  bigint,
  boolean,
  date,
  defineDataset,
  float8,
  integer,
  json,
  numeric,
  point,
  rule,
  smallint,
  text,
  timestamp,
  unique,
  uuid,
} from '../../../model/index.ts';
import type { Column } from '../../../model/language/columns.ts';
import { compileLoose } from '../support.ts';

const star = { fact: 'fact_x' };

/** Reason for which each field, quoted, is turned away as column `v`; 0 where it is not. */
async function reasons(dataset: CompiledDataset, fields: readonly string[]): Promise<number[]> {
  const kernel = await createKernel();
  const dialect = { delimiter: ',', quote: '"', trim: false };
  const plan = { dialect, columns: dataset.columns, fieldOfColumn: [0, 1], fieldCount: 2 };
  kernel.begin({ ...plan, places: needsPlaces(dataset) }, { byteStart: 0, skipBytes: 0 });
  const lines = fields.map((field) => `"${field.replaceAll('"', '""')}",1\n`).join('');
  const bytes = Buffer.from(lines);
  kernel.inputSpace().set(bytes);
  kernel.filled(bytes.length, true);
  const batch = convertFallbacks(dataset, kernel.next()!);
  const found = new Array<number>(fields.length).fill(0);
  for (const { record, reason } of batch.rejects) found[record] = reason;
  expect(batch.rows).toBe(found.filter((reason) => reason === 0).length);
  return found;
}

const of = (v: Column, rules?: object) =>
  compileLoose({ name: 'x', columns: { v, n: integer() }, ...(rules && { rules: () => rules }), star });

/** Every type: how it is built, a value, and what a function is given for it. */
const types: [string, (options: object) => Column, string, unknown][] = [
  ['text', text, 'abc', 'abc'],
  ['text in a dictionary', (options) => text({ ...options, encoding: 'dictionary' }), 'abc', 'abc'],
  ['smallint', smallint, '-7', -7],
  ['integer', integer, '70000', 70000],
  ['bigint', bigint, '9007199254740993', 9007199254740993n],
  ['numeric', (options) => numeric(10, 2, options), '12.5', 12.5],
  ['float8', float8, '1e-3', 0.001],
  ['boolean', boolean, 'yes', true],
  ['date', date, '2024-02-29', 19782],
  [
    'date with a month name',
    (options) => date({ ...options, formats: ['d MMMM yyyy'] }),
    '29 February 2024',
    19782,
  ],
  ['timestamp', timestamp, '2024-02-29 12:00:00', Date.parse('2024-02-29T12:00:00Z')],
  ['uuid', uuid, '00000000-0000-4000-8000-00000000000A', '00000000-0000-4000-8000-00000000000a'],
  ['point', point, 'POINT (1.5 -2)', { lon: 1.5, lat: -2 }],
  ['json', json, '{"a": 1}', '{"a": 1}'],
];

describe('required', () => {
  test.each(types)('%s: a null is rejected, a value is not', async (_, build, value) => {
    expect(await reasons(of(build({ required: true })), [value, '', value])).toEqual([
      0,
      RejectReason.missing,
      0,
    ]);
    expect(await reasons(of(build({ required: true, nulls: ['n/a'] })), ['n/a', value])).toEqual([
      RejectReason.missing,
      0,
    ]);
    expect(await reasons(of(build({})), ['', value])).toEqual([0, 0]);
  });
});

describe('an expression', () => {
  test.each(types)('%s: is asked with the value, and not about nulls', async (_, build, value, given) => {
    const asked: unknown[] = [];
    const dataset = compileLoose({
      name: 'x',
      columns: { v: build({}), n: integer() },
      rules: (c: Record<string, never>) => ({
        never: rule([c.v], (seen) => {
          asked.push(seen);
          return asked.length > 1;
        }),
      }),
      star,
    });
    expect(await reasons(dataset, ['', value, '', value])).toEqual([0, RejectReason.rule, 0, 0]);
    expect(asked).toEqual([given, given]);
  });

  it('over several columns is not asked where one of them is null', async () => {
    const dataset = compileDataset(
      defineDataset({
        name: 'x',
        columns: { v: integer(), n: integer() },
        rules: (c) => ({ less: rule([c.v, c.n], (v, n) => v < n) }),
        star,
      }),
    );
    expect(await reasons(dataset, ['0', '1', ''])).toEqual([0, RejectReason.rule, 0]);
  });

  it('that fails, or a conversion that does, is named', async () => {
    const fails = () => {
      throw new Error('no answer');
    };
    const code = (place: string) =>
      expect.objectContaining({ code: 'LF_RULE', message: `${place} of x failed: no answer` });
    const ruled = compileLoose({
      ...{ name: 'x', columns: { v: text(), n: integer() }, star },
      rules: (c: Record<string, never>) => ({ good: rule([c.v], fails) }),
    });
    await expect(reasons(ruled, ['a'])).rejects.toThrow(code('rules.good'));
    await expect(reasons(of(text({ convert: fails })), ['a'])).rejects.toThrow(code('columns.v'));
  });
});

describe('range', () => {
  const cases: [string, Column, string[], string[]][] = [
    ['smallint', smallint({ min: -1, max: 5 }), ['-1', '5'], ['-2', '6', '40000']],
    ['integer', integer({ min: -1, max: 5 }), ['-1', '5'], ['-2', '6', '3000000000']],
    [
      'bigint',
      bigint({ min: -1n, max: 9007199254740993n }),
      ['-1', '9007199254740993'],
      ['-2', '9007199254740994', '9223372036854775808'],
    ],
    [
      'numeric',
      numeric(10, 2, { min: -0.5, max: 99.99 }),
      ['-0.50', '99.99'],
      ['-0.51', '100', '12345678901'],
    ],
    ['float8', float8({ min: 0, max: 1 }), ['0', '1', '-0'], ['-1e-300', '1.0000001']],
    [
      'date',
      date({ min: '2024-01-01', max: '2024-12-31' }),
      ['2024-01-01', '2024-12-31'],
      ['2023-12-31', '2025-01-01'],
    ],
    [
      'timestamp',
      timestamp({ zone: 'Europe/Berlin', min: '2024-01-01', max: '2024-06-01T12:00:00+02:00' }),
      ['2024-01-01 01:00:00', '2024-06-01 12:00:00'],
      ['2024-01-01 00:59:59', '2024-06-01 12:00:01'],
    ],
    ['point', point(), ['POINT (180 -90)'], ['POINT (180.1 0)', 'POINT (0 90.1)']],
  ];
  test.each(cases)('%s: both ends are within, nulls are nothing', async (_, column, good, bad) => {
    expect(await reasons(of(column), [...good, '', ...bad])).toEqual([
      ...good.map(() => 0),
      0,
      ...bad.map(() => RejectReason.range),
    ]);
  });

  it('has one end where only one is given, and no bounds that are not values', async () => {
    expect(await reasons(of(float8({ min: 2 })), ['1e300', '1'])).toEqual([0, RejectReason.range]);
    expect(await reasons(of(date({ max: '2024-01-01' })), ['0001-01-01', '2024-01-02'])).toEqual([
      0,
      RejectReason.range,
    ]);
    for (const min of ['2024-01-01T00:00:00', 'soon']) {
      expect(() => of(timestamp({ min }))).toThrow(/columns\.v\.min: it is not a value of the column/);
    }
    expect(() => of(timestamp({ min: '2024-01-02', max: '2024-01-01' }))).toThrow(/min is above max/);
  });
});

describe('length, pattern and one of', () => {
  test.each(['utf8', 'dictionary'] as const)(
    'count characters and ask for the form, in %s',
    async (encoding) => {
      const length = of(text({ encoding, minLength: 2, maxLength: 3 }));
      expect(await reasons(length, ['ab', '😀😀😀', '', 'a', 'abcd'])).toEqual([
        0,
        0,
        0,
        RejectReason.length,
        RejectReason.length,
      ]);
      // A sticky or global expression does not remember where it was.
      const pattern = of(text({ encoding, pattern: /^[a-zé]+$/gy }));
      expect(await reasons(pattern, ['ab', 'é', '', 'A', 'ab', 'a b'])).toEqual([
        0,
        0,
        0,
        RejectReason.pattern,
        0,
        RejectReason.pattern,
      ]);
      const oneOf = of(text({ encoding, oneOf: ['a', 'B', '1'] }));
      expect(await reasons(oneOf, ['a', 'B', '', 'b', 'A'])).toEqual([
        0,
        0,
        0,
        RejectReason.value,
        RejectReason.value,
      ]);
    },
  );

  test.each([smallint, integer])('one of numbers', async (build) => {
    const dataset = of(build({ oneOf: [1, -3] }));
    expect(await reasons(dataset, ['1', '+1', '-3', '', '3'])).toEqual([0, 0, 0, 0, RejectReason.value]);
  });

  it('are asked in this order: type, range, length, pattern, one of, expression', async () => {
    const dataset = compileDataset(
      defineDataset({
        name: 'x',
        columns: { v: text({ maxLength: 2, pattern: /^a/, oneOf: ['aa', 'ab'] }), n: integer() },
        rules: (c) => ({ not_ab: rule([c.v], (v) => v !== 'ab') }),
        star,
      }),
    );
    expect(await reasons(dataset, ['bbb', 'bb', 'ac', 'ab', 'aa'])).toEqual([
      RejectReason.length,
      RejectReason.pattern,
      RejectReason.value,
      RejectReason.rule,
      0,
    ]);
  });
});

describe('unique, as it is written', () => {
  const columns = { id: integer(), day: date(), at: point(), share: float8(), doc: json() };
  const compiled = (rules: (c: Record<string, never>) => object) =>
    compileLoose({ name: 'x', columns, rules, star });

  it('has columns, a scope that is the star unless it says otherwise, and asks for places', () => {
    const dataset = compiled((c) => ({ one: unique([c.id]), two: unique([c.day, c.id], { scope: 'file' }) }));
    expect(dataset.unique).toEqual([
      { name: 'one', scope: 'star', columns: [0] },
      { name: 'two', scope: 'file', columns: [1, 0] },
    ]);
    expect(dataset.rules).toEqual([]);
    expect(needsPlaces(dataset)).toBe(true);
    const other = compiled((c) => ({
      one: unique([c.id], { scope: 'file' }),
      two: unique([c.day, c.id], { scope: 'file' }),
    }));
    expect(other.version).not.toBe(dataset.version);
  });

  it.each<[string, (c: Record<string, never>) => object, RegExp]>([
    ['no columns', () => ({ one: unique([]) }), /rules\.one: a key consists of columns/],
    ['no column', () => ({ one: unique(['id' as never]) }), /rules\.one: a key consists of columns/],
    ['a double', (c) => ({ one: unique([c.share]) }), /share is a float8, which cannot be in a key/],
    ['a point', (c) => ({ one: unique([c.id, c.at]) }), /at is a point, which cannot be in a key/],
    ['a document', (c) => ({ one: unique([c.doc]) }), /doc is a json, which cannot be in a key/],
    ['a column twice', (c) => ({ one: unique([c.id, c.id]) }), /a column is listed twice/],
    [
      'another scope',
      (c) => ({ one: unique([c.id], { scope: 'lake' as never }) }),
      /there is no scope "lake"/,
    ],
    [
      'the same columns twice',
      (c) => ({ one: unique([c.id]), two: unique([c.id], { scope: 'file' }) }),
      /rules\.two: one has the same columns/,
    ],
  ])('refuses %s', (_, rules, message) => {
    expect(() => compiled(rules)).toThrow(message);
  });
});
