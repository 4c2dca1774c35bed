import { expect, test } from 'vitest';
import { createKernel } from '../../kernel/kernel.ts';
import { RejectReason } from '../../kernel/types.ts';
import { compileDataset } from '../../model/compile.ts';
import { enrichBatch } from '../../model/enrich.ts';
import { convertFallbacks, needsPlaces } from '../../model/fallback.ts';
import {
  compute,
  date,
  defineDataset,
  float8,
  integer,
  json,
  rule,
  text,
  timestamp,
} from '../../model/index.ts';
import { batchOf, codesOf, valuesOf, vectorOf } from './support.ts';

const textType = { type: 'text' } as const;
const texts = (values: readonly (string | null)[]) => vectorOf(textType, values);
const star = { fact: 'f' };

/** Values of one column after the fallbacks, and the rejects as [record, reason]. */
function converted(
  columns: Parameters<typeof defineDataset>[0]['columns'],
  values: readonly (string | null)[],
) {
  const dataset = compileDataset(defineDataset({ name: 'x', columns, star }));
  const batch = convertFallbacks(dataset, batchOf([texts(values)], values.length));
  return {
    values: valuesOf(batch.vectors[0], dataset.columns[0].logical),
    rejects: batch.rejects.map(({ record, reason, column }) => [record, reason, column]),
    batch,
  };
}

const days = (text: string) => Date.parse(`${text}T00:00Z`) / 86_400_000;
const milliseconds = (text: string) => Date.parse(text);

test('a batch that needs nothing is the same batch', () => {
  const dataset = compileDataset(defineDataset({ name: 'x', columns: { a: text() }, star }));
  const batch = batchOf([texts(['a'])], 1);
  expect(convertFallbacks(dataset, batch)).toBe(batch);
});

test('English month names, long and short', () => {
  const { values, rejects } = converted({ on: date({ formats: ['d MMMM yyyy', 'MMM dd, yy'] }) }, [
    ...['1 March 2018', 'FEB 29, 16', '3 Sept. 2001', null, '30 February 2018', '1 Mars 2018', '12 May 0001'],
  ]);
  expect(values).toEqual([
    days('2018-03-01'),
    days('2016-02-29'),
    days('2001-09-03'),
    null,
    days('0001-05-12'),
  ]);
  expect(rejects).toEqual([
    [4, RejectReason.type, 0],
    [5, RejectReason.type, 0],
  ]);
});

test('Russian month names: nominative, genitive and short', () => {
  const { values, rejects } = converted(
    { on: date({ formats: ["d MMMM yyyy' г.'", 'd MMM yyyy'], locale: 'ru' }) },
    [...['5 мая 2018 г.', '1 Январь 2018', '17 ИЮНЯ 2018', '2 нояб. 2018', '9 сен 2018', '1 may 2018']],
  );
  expect(values).toEqual(['2018-05-05', '2018-01-01', '2018-06-17', '2018-11-02', '2018-09-09'].map(days));
  expect(rejects).toEqual([[5, RejectReason.type, 0]]);
});

test('local times with month names become instants by the zone’s rules, or rejects', () => {
  const formats = ['d MMM yyyy h:mm a', 'd MMM yyyy HH:mm:ss.SSSSSS X'];
  const zone = 'America/New_York';
  const given = [
    '5 Nov 2017 12:30 AM',
    '5 Nov 2017 1:30 am',
    '11 Mar 2018 2:30 AM',
    '1 Jul 2018 13:00:00.25 +03:00',
  ];
  const strict = converted({ at: timestamp({ formats, zone }) }, given);
  expect(strict.values).toEqual([
    milliseconds('2017-11-05T04:30Z'),
    milliseconds('2018-07-01T10:00:00.250Z'),
  ]);
  expect(strict.rejects).toEqual([
    [1, RejectReason.ambiguousTime, 0],
    [2, RejectReason.skippedTime, 0],
  ]);
  const lenient = converted(
    { at: timestamp({ formats, zone, ambiguous: 'later', skipped: 'later' }) },
    given,
  );
  expect(lenient.values.slice(1, 3)).toEqual(['2017-11-05T06:30Z', '2018-03-11T07:30Z'].map(milliseconds));
  const [vector] = lenient.batch.vectors;
  expect(vector).toMatchObject({ kind: 'timestamp' });
  // What the clocks in New York showed then: 1:30 and, an hour after the gap began, 3:30.
  expect(vector.kind === 'timestamp' && [...vector.localSecond.subarray(1, 3)]).toEqual([5400, 12600]);
});

test('JSON is checked and kept as it is', () => {
  const { values, rejects } = converted({ data: json() }, ['{"a": [1]}', '{a:1}', null, '3']);
  expect(values).toEqual(['{"a": [1]}', null, '3']);
  expect(rejects).toEqual([[1, RejectReason.type, 0]]);
});

test('a text’s own conversion normalises, nulls and refuses', () => {
  const convert = (value: string) =>
    value === '?' ? null : value === '!' ? undefined : value.trim().toUpperCase();
  expect(converted({ code: text({ convert }) }, [' ab', '?', '!', null, 'é'])).toMatchObject({
    values: ['AB', null, null, 'É'],
    rejects: [[2, RejectReason.type, 0]],
  });
  expect(converted({ code: text({ convert, required: true }) }, [' ab', '?'])).toMatchObject({
    values: ['AB'],
    rejects: [[1, RejectReason.missing, 0]],
  });
});

test('rules of columns and rows turn rows away, first rule first, with their place', () => {
  const dataset = compileDataset(
    defineDataset({
      name: 'x',
      columns: {
        code: text({ minLength: 2, maxLength: 3, pattern: /^[A-Z😀]+$/u }),
        kind: text({ oneOf: ['a', 'b'] }),
        share: float8({ min: 0, max: 1 }),
        low: integer(),
        high: integer(),
      },
      rules: (c) => ({ ordered: rule([c.low, c.high], (low, high) => low <= high) }),
      star,
    }),
  );
  const rows: readonly [string | null, string | null, number | null, number | null, number | null][] = [
    ['AB', 'a', 0.5, 1, 2],
    ['A', 'a', 0.5, 1, 2],
    ['ABCD', 'c', 7, 3, 2],
    ['ab', 'a', 0.5, 1, 2],
    ['😀😀😀', 'b', 1, 2, 2],
    ['AB', 'c', 0.5, 1, 2],
    ['AB', 'a', -0.01, 1, 2],
    ['AB', 'a', 0.5, 3, 2],
    [null, null, null, 3, null],
  ];
  const column = <T>(c: number) => rows.map((row) => row[c]) as T;
  const batch = convertFallbacks(
    dataset,
    batchOf(
      [
        texts(column<(string | null)[]>(0)),
        codesOf(column<(string | null)[]>(1)),
        vectorOf({ type: 'float8' }, column(2)),
        vectorOf({ type: 'integer' }, column(3)),
        vectorOf({ type: 'integer' }, column(4)),
      ],
      rows.length,
    ),
  );
  expect(batch.rejects.map(({ record, reason, column, rule }) => [record, reason, column, rule])).toEqual([
    [1, RejectReason.length, 0, undefined],
    [2, RejectReason.length, 0, undefined],
    [3, RejectReason.pattern, 0, undefined],
    [5, RejectReason.value, 1, undefined],
    [6, RejectReason.range, 2, undefined],
    [7, RejectReason.rule, -1, 'ordered'],
  ]);
  expect(batch.rejects[1]).toMatchObject({ byteOffset: 20, byteLength: 9, line: 2, raw: 'row 2' });
  expect(batch.rows).toBe(3);
  expect([...batch.byteOffsets]).toEqual([0, 40, 80]);
  expect(batch.parsed).toBe(9);
  dataset.columns.forEach(({ logical }, c) => {
    expect(valuesOf(batch.vectors[c], logical)).toEqual([0, 4, 8].map((row) => rows[row][c]));
  });
});

test('bounds of whole numbers are the kernel’s', () => {
  const { columns, rules } = compileDataset(
    defineDataset({ name: 'x', columns: { a: integer({ min: 1, max: 5 }) }, star }),
  );
  expect(columns[0].type).toEqual({ kind: 'int32', min: 1, max: 5 });
  expect(rules).toEqual([]);
});

test('a definition’s function that fails is named', () => {
  const dataset = compileDataset(
    defineDataset({
      name: 'x',
      columns: { a: text() },
      enrich: (c) => ({ first: compute('integer', [c.a], (a) => JSON.parse(a).first) }),
      star,
    }),
  );
  expect(() => enrichBatch(dataset, [texts(['{'])], 1)).toThrow(
    expect.objectContaining({
      code: 'LF_ENRICHMENT',
      message: expect.stringMatching(/^The enrichment first of x failed: .*JSON/),
    }),
  );
});

test('behind the real kernel, rejects of both stand in the order of their records, with their places', async () => {
  const dataset = compileDataset(
    defineDataset({
      name: 'x',
      columns: {
        on: date({ formats: ['d MMMM yyyy'], locale: 'ru' }),
        low: integer({ max: 9 }),
        high: integer(),
      },
      rules: (c) => ({ ordered: rule([c.low, c.high], (low, high) => low <= high) }),
      star,
    }),
  );
  const lines = [
    '1 мая 2018,1,2',
    '1 may 2018,1,2',
    '2 мая 2018,10,2',
    '"3\nмая 2018",5,2',
    '4 мая 2018,3,3',
    '5 мая 2018,2',
  ];
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const kernel = await createKernel();
  const dialect = { delimiter: ',', quote: '"', trim: false };
  kernel.begin(
    {
      dialect,
      columns: dataset.columns,
      fieldOfColumn: [0, 1, 2],
      fieldCount: 3,
      places: needsPlaces(dataset),
    },
    { byteStart: 0, skipBytes: 0 },
  );
  kernel.inputSpace().set(bytes);
  kernel.filled(bytes.length, true);
  const batch = convertFallbacks(dataset, kernel.next()!);
  const reasons = batch.rejects.map(({ record, line, column, reason, raw }) => [
    record,
    line,
    column,
    reason,
    raw,
  ]);
  expect(reasons).toEqual([
    [1, 1, 0, RejectReason.type, lines[1]],
    [2, 2, 1, RejectReason.range, lines[2]],
    [3, 3, -1, RejectReason.rule, lines[3]],
    [5, 6, -1, RejectReason.fieldCount, lines[5]],
  ]);
  for (const { byteOffset, byteLength, raw } of batch.rejects) {
    expect(bytes.toString('utf8', byteOffset, byteOffset + byteLength)).toBe(raw);
  }
  expect(valuesOf(batch.vectors[0], dataset.columns[0].logical)).toEqual(
    ['2018-05-01', '2018-05-04'].map(days),
  );
  expect(batch.parsed).toBe(batch.rows + batch.rejects.length);
});
