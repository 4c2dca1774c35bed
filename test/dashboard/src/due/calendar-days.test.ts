import { expect, it } from 'vitest';
import { calendarDays, type ListedRun } from '../../../../dashboard/src/due/calendar-days.ts';
import { sourcesOf } from '../../scripted.ts';

const [{ last }] = sourcesOf({ code: 'LF_X', message: 'It failed.', fix: 'Wait.' });
const run = (runId: number, from: string | null, plannedAt = '2026-11-05T00:00:00.000Z'): ListedRun => ({
  ...last!,
  ...{ runId, plannedAt, files: [] },
  window: from === null ? null : { from, to: from },
});

it('runs are listed by the day of their window, the latest day first, and its earliest window first', () => {
  const days = calendarDays([
    run(1, '2026-11-01T06:00:00.000Z'),
    run(2, '2026-11-02T00:00:00.000Z'),
    run(3, '2026-11-01T05:00:00.000Z'),
    run(4, null),
  ]);
  expect(days.map(({ day, runs }) => [day, runs.map(({ runId }) => runId)])).toEqual([
    ['2026-11-05', [4]],
    ['2026-11-02', [2]],
    ['2026-11-01', [3, 1]],
  ]);
});
