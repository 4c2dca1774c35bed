import { describe, expect, it } from 'vitest';
import {
  type AnswerRow,
  instantOf,
  misfitOf,
  shapeOf,
} from '../../../../dashboard/src/dataset/chart-shape.ts';
import type { ChartDetail } from '../../../../platform/progress/dataset-detail.ts';

const day = (text: string) => Date.parse(text) / 1000;

it('numbers over time are lines, one for each measure', () => {
  const rows = [
    { at: '2018-05-02', n: 2, m: null },
    { at: '2018-05-01', n: 1, m: 5 },
  ];
  expect(shapeOf(rows)).toEqual({
    ...{ kind: 'lines', x: [day('2018-05-01'), day('2018-05-02')], isTime: true, left: 0 },
    lines: [
      { name: 'n', values: [1, 2] },
      { name: 'm', values: [5, null] },
    ],
  });
});

it('what stands before the time, or is a text, divides the rows into lines, of which the largest are drawn', () => {
  const rows: AnswerRow[] = [1, 2, 3, 4, 5].flatMap((key) => [
    { key, at: '2018-05-01', n: key },
    { key, at: '2018-05-02', n: key * 2 },
  ]);
  expect(shapeOf(rows)).toMatchObject({
    left: 1,
    lines: [2, 3, 4, 5].map((key) => ({ name: String(key), values: [key, key * 2] })),
  });
  expect(shapeOf([...rows, rows[0]])).toBeNull();
});

it('few names with a number are bars, a rising number is an axis, and anything else is a table', () => {
  const named = [
    { region: 'a', trips: 3 },
    { region: 'b', trips: 4 },
  ];
  expect(shapeOf(named)).toEqual({
    ...{ kind: 'bars', measure: 'trips', left: 0 },
    bars: [
      { name: 'a', value: 3 },
      { name: 'b', value: 4 },
    ],
  });
  expect(shapeOf(named.slice(1))).toBeNull();
  expect(shapeOf([{ a: 'x' }, { a: 'y' }])).toBeNull();
  expect(shapeOf([3, 4].map((hour) => ({ hour, n: 9 })))).toMatchObject({
    kind: 'lines',
    x: [3, 4],
    isTime: false,
  });
  expect(shapeOf([4, 3].map((hour) => ({ hour, n: 9 })))).toMatchObject({
    kind: 'bars',
    bars: [{ name: '4' }, { name: '3' }],
  });
});

it('times are read as PostgreSQL writes them, without a zone in UTC', () => {
  const at = Date.parse('2018-05-01T10:00:00Z');
  for (const text of [
    '2018-05-01T10:00:00',
    '2018-05-01T12:00:00+02:00',
    '2018-05-01T10:00:00.000Z',
    '2018-05-01T10:00:00+00',
  ])
    expect(instantOf(text), text).toBe(at);
  expect(instantOf('2018-05-01')).toBe(Date.parse('2018-05-01T00:00:00Z'));
  for (const other of ['May', '2018-05', 3, null]) expect(instantOf(other)).toBeNull();
});

describe('a chart that the definition declares', () => {
  const rows = [
    { week: '2018-05-07', region: 'a', trips: 3, riders: 1 },
    { week: '2018-04-30', region: 'a', trips: 2, riders: null },
    { week: '2018-05-07', region: 'b', trips: 5, riders: 4 },
  ];
  const weeks = [day('2018-04-30'), day('2018-05-07')];
  const lines: ChartDetail = { kind: 'lines', x: 'week', y: ['trips'], series: 'region' };

  it('is drawn as it says, whatever the values suggest', () => {
    expect(shapeOf(rows, lines)).toEqual({
      ...{ kind: 'lines', x: weeks, isTime: true, left: 0 },
      lines: [
        { name: 'a', values: [2, 3] },
        { name: 'b', values: [null, 5] },
      ],
    });
    const two: ChartDetail = { ...lines, y: ['trips', 'riders'], series: null };
    expect(shapeOf(rows.slice(0, 2), two)).toMatchObject({
      lines: [
        { name: 'trips', values: [2, 3] },
        { name: 'riders', values: [null, 1] },
      ],
    });
    const numbers = [
      { hour: 7, n: 1 },
      { hour: 3, n: 2 },
    ];
    expect(shapeOf(numbers, { ...lines, x: 'hour', y: ['n'], series: null })).toMatchObject({
      ...{ x: [3, 7], isTime: false, lines: [{ name: 'n', values: [2, 1] }] },
    });
    expect(shapeOf(rows, { kind: 'bars', x: 'week', y: ['riders'], series: 'region' })).toEqual({
      ...{ kind: 'bars', measure: 'riders', left: 0 },
      bars: [
        { name: '2018-05-07 · a', value: 1 },
        { name: '2018-04-30 · a', value: 0 },
        { name: '2018-05-07 · b', value: 4 },
      ],
    });
    const many = Array.from({ length: 30 }, (_, i) => ({ name: `n${i}`, value: i }));
    const bars: ChartDetail = { kind: 'bars', x: 'name', y: ['value'], series: null };
    expect(shapeOf(many)).toBeNull();
    expect(shapeOf(many, bars)).toMatchObject({ left: 6, bars: { length: 24 } });
  });

  it.each<[Partial<ChartDetail>, string]>([
    [{ x: 'day' }, 'the rows have no column day'],
    [{ series: 'city' }, 'the rows have no column city'],
    [{ y: ['region'], series: null }, 'region is not a number in every row'],
    [{ x: 'region', series: null }, 'region is neither a time nor a number in every row'],
    [{ series: null }, 'two rows have the same line and week'],
  ])('is guessed, and the page says why, where it does not fit: %j', (part, why) => {
    expect(misfitOf(rows, { ...lines, ...part })).toBe(why);
    expect(shapeOf(rows, { ...lines, ...part })).toEqual(shapeOf(rows));
  });

  it('of bars does not fit numbers below 0, and fits an answer without rows', () => {
    const bars: ChartDetail = { kind: 'bars', x: 'a', y: ['b'], series: null };
    expect(misfitOf([{ a: 1, b: -1 }], bars)).toBe('b is less than 0 in some rows');
    expect(misfitOf([], bars)).toBeNull();
  });
});
