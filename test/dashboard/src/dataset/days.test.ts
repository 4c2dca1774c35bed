import { expect, it } from 'vitest';
import { daysSince } from '../../../../dashboard/src/dataset/days.ts';

it('days without loads are days too', () => {
  const day = { day: '2018-05-02', files: 1, failed: 0, rows: 7, rejected: 0, bytes: 9 };
  const days = daysSince(
    { since: '2018-05-01T00:00:00.000Z', days: [day] },
    Date.parse('2018-05-03T23:00:00Z'),
  );
  expect(days.map(({ day, rows }) => [day, rows])).toEqual([
    ['2018-05-01', 0],
    ['2018-05-02', 7],
    ['2018-05-03', 0],
  ]);
});
