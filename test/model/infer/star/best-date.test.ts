import { expect, test } from 'vitest';
import type { FoundColumn } from '../../../../model/infer/contract.ts';
import { bestDate, partitionsBy } from '../../../../model/infer/star/best-date.ts';
import { foundColumns } from '../support.ts';

const dates = (...names: string[]): FoundColumn[] => foundColumns(names, [names.map(() => '2024-01-02')]);

test.each([
  [['a', 'b'], 'a'],
  [['ended_at', 'started_at'], 'started_at'],
  [['birth_date', 'x'], 'x'],
  [['date_of_birth', 'updated_at'], 'updated_at'],
  [['due_date', 'invoice_date'], 'invoice_date'],
  [['updated_at', 'created_at'], 'created_at'],
  [['stoptime', 'starttime'], 'starttime'],
  [['tpep_dropoff_datetime', 'tpep_pickup_datetime'], 'tpep_pickup_datetime'],
])('of %j it is %s', (names, best) => {
  expect(bestDate(dates(...names))?.name).toBe(best);
});

test('it is in every row of every file', () => {
  const columns = dates('created_at', 'x');
  const [created, x] = columns;
  expect(bestDate([{ ...created, facts: { ...created.facts, nulls: 1 } }, x])?.name).toBe('x');
  expect(bestDate([{ ...created, optional: true }, x])?.name).toBe('x');
  expect(bestDate([{ ...created, required: false }, x])?.name).toBe('x');
  expect(bestDate([{ ...created, facts: { ...created.facts, rows: 0 } }])).toBeNull();
  expect(bestDate([])).toBeNull();
});

test.each([
  ['2017-02-01', '2017-02-28', ['year', 'month']],
  ['2008-01-01', '2024-08-31', ['year', 'month']],
  ['2008-01-01', '2024-09-01', ['year']],
  ['1825-01-01', '2024-12-31', ['year']],
  ['1824-12-31', '2024-12-31', []],
  ['0001-01-01', '9999-12-31', []],
  ['2024-01-02 10:00:00', '2024-02-02 10:00:00.5+00', ['year', 'month']],
  [null, null, []],
  ['2/1/2017', '3/1/2017', []],
])('dates from %s to %s partition by %j', (least, greatest, parts) => {
  const [column] = dates('day');
  const found = partitionsBy({ ...column, facts: { ...column.facts, least, greatest } }, new Set());
  expect(found.map(({ part }) => part)).toEqual(parts);
});
