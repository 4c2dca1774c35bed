import { expect, it } from 'vitest';
import { type AnswerRow, instantOf, shapeOf } from '../../../../dashboard/src/dataset/chart-shape.ts';

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
    ...{ kind: 'bars', measure: 'trips' },
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
