import { expect, test } from 'vitest';
import { type Decimal128Vector, decimal128At, isValid } from '../../../kernel/columns/vectors.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import { RejectReason } from '../../../kernel/types.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { enrichBatch } from '../../../model/enrich/enrich.ts';
import { convertFallbacks, needsPlaces } from '../../../model/enrich/fallback.ts';
import {
  boolean,
  compute,
  date,
  defineDataset,
  float8,
  integer,
  json,
  numeric,
  rule,
  text,
  timestamp,
} from '../../../model/index.ts';
import { batchOf, codesOf, valuesOf, vectorOf } from '../support.ts';

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
    [4, RejectReason.range, 0],
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
  const formats = ['d MMM yyyy h:mm a', 'd MMM yyyy HH:mm:ss.S X'];
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

test('years before ours, by sign and by era', () => {
  const formats = ['uuuu-MM-dd', 'yyyy-MM-dd G', "d MMMM y' г.' G"];
  const { values, rejects } = converted({ on: date({ formats, locale: 'ru' }) }, [
    ...['-0043-03-15', '0000-02-29', '0044-03-15 BC', '15 марта 44 г. до н. э.', '1 мая 7 г. н.э.'],
    ...[
      '-4713-11-24',
      '-4713-11-23',
      '+12345-01-01',
      '0000-01-01 BC',
      '-0001-02-29',
      '2018-05-05',
      '2018-05-05 XY',
    ],
  ]);
  const ides = -735_160;
  expect(values).toEqual([ides, -719_469, ides, ides, -716_851, -2_440_588, 17_656]);
  expect(rejects.map(([record, reason]) => [record, reason])).toEqual([
    ...[6, 7, 8, 9].map((record) => [record, RejectReason.range]),
    [11, RejectReason.type],
  ]);
});

test('times in a zone that the text names, by the policies of the column', () => {
  const formats = ['yyyy-MM-dd HH:mm VV', "yyyy-MM-dd'T'HH:mm:ssXXX'['VV']'", 'uuuu-MM-dd HH:mm:ss'];
  const given = [
    ...['2024-01-01 10:00 Europe/Moscow', '2024-01-01 10:00 UTC', '2024-01-01 10:00 Mars/Olympus'],
    ...['2024-10-27 02:30 Europe/Berlin', '2024-03-31 02:30 Europe/Berlin'],
    ...['2024-07-01T10:00:00+02:00[Europe/Berlin]', '2016-12-31 23:59:60', '-0043-03-15 00:00:01'],
    ...['2024-01-01T10:00:00+25:00[Europe/Berlin]', '2024-01-01 24:00 UTC'],
  ];
  const { values, rejects } = converted({ at: timestamp({ formats, ambiguous: 'later' }) }, given);
  expect(values).toEqual([
    milliseconds('2024-01-01T07:00Z'),
    milliseconds('2024-01-01T10:00Z'),
    milliseconds('2024-10-27T01:30Z'),
    milliseconds('2024-07-01T08:00Z'),
    milliseconds('-000043-03-15T00:00:01Z'),
  ]);
  expect(rejects.map(([record, reason]) => [record, reason])).toEqual([
    [2, RejectReason.zone],
    [4, RejectReason.skippedTime],
    [6, RejectReason.range],
    [8, RejectReason.type],
    [9, RejectReason.range],
  ]);
  const clamped = converted({ at: timestamp({ formats, leapSecond: 'clamp' }) }, ['2016-12-31 23:59:60']);
  expect(clamped.values).toEqual([milliseconds('2016-12-31T23:59:59Z')]);
});

test('literals of formats stand for themselves', () => {
  const formats = ["d-MMM-yyyy 'o''clock'"];
  expect(converted({ on: date({ formats }) }, ["1-May-2018 o'clock", '1-May-2018 oclock'])).toMatchObject({
    values: [days('2018-05-01')],
    rejects: [[1, RejectReason.type, 0]],
  });
});

test('decimals of more digits than 64 bits hold are exact', () => {
  const nines = '9'.repeat(33);
  const { batch, rejects } = converted({ amount: numeric(38, 5) }, [
    ...[`${nines}.99999`, `-${nines}.99999`, `1${'0'.repeat(33)}`, '0.000010', '0.000001', '-0.00001'],
    ...['.5', '5.', '.', '1e5', '', `${'0'.repeat(50)}1`, '+7', null, 'NaN'],
  ]);
  const [vector] = batch.vectors;
  const found = Array.from({ length: vector.length }, (_, i) =>
    isValid(vector, i) ? decimal128At(vector as Decimal128Vector, i) : null,
  );
  const most = 10n ** 38n - 1n;
  expect(found).toEqual([most, -most, 1n, -1n, 50_000n, 500_000n, 100_000n, 700_000n, null]);
  expect(rejects.map(([record, reason]) => [record, reason])).toEqual([
    [2, RejectReason.range],
    [4, RejectReason.range],
    ...[8, 9, 10, 14].map((record) => [record, RejectReason.type]),
  ]);
});

test('functions see the double nearest to a decimal', () => {
  const { batch } = converted({ amount: numeric(38, 20) }, [
    '0.1',
    '123456789012345678.00000000000000000001',
  ]);
  const logical = { type: 'numeric', precision: 38, scale: 20 } as const;
  expect(valuesOf(batch.vectors[0], logical)).toEqual([0.1, 123456789012345680]);
  const short = { type: 'numeric', precision: 18, scale: 17 } as const;
  expect(valuesOf(vectorOf({ type: 'bigint' }, [110000000000000001n]), short)).toEqual([1.1]);
});

test('booleans by words of one’s own', () => {
  const known = { true: ['ja', 'İ'], false: ['nein', ''], nulls: ['?'] };
  expect(converted({ ok: boolean(known) }, ['JA', 'Nein', 'true', 'i\u0307', null])).toMatchObject({
    values: [true, false, true, null],
    rejects: [[2, RejectReason.type, 0]],
  });
});

test('JSON that jsonb cannot hold is out of range', () => {
  const fine = [
    '{"a":"\\\\u0000"}',
    '"\\ud83d\\ude00"',
    '1e4000',
    `"${'x'.repeat(15 << 20)}"`,
    `${'[7],'.repeat(9000)}`,
  ];
  fine[4] = `[${fine[4].slice(0, -1)}]`;
  expect(converted({ data: json() }, fine).rejects).toEqual([]);
  const odd = [
    ...['"\\u0000"', '{"a\\u0000":1}', '"\\ud800"', '"\\ude00x"', '1e200000', '1e-20000'],
    ...[`${'1'.repeat(140_000)}`, `0.${'1'.repeat(17_000)}`, `${'['.repeat(1500)}${']'.repeat(1500)}`],
  ];
  const { rejects } = converted({ data: json() }, odd);
  expect(rejects.map(([, reason]) => reason)).toEqual(odd.map(() => RejectReason.range));
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

test('a byte order mark is not JSON, and part of a text', () => {
  expect(converted({ at: json() }, ['{}', '\ufeff{}'])).toMatchObject({
    values: ['{}'],
    rejects: [[1, RejectReason.type, 0]],
  });
  const mark = '\ufeffx';
  expect(converted({ at: text({ convert: (value) => `${value.length}` }) }, [mark]).values).toEqual(['2']);
});
