import { expect, it } from 'vitest';
import { Pace } from '../../../sources/http/pace.ts';

it('requests are sent no faster than their rate, and without one are not kept waiting', async () => {
  let now = 0;
  const slept: number[] = [];
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
  };
  const { signal } = new AbortController();
  const pace = new Pace(5, clock);
  await pace.next(signal);
  await pace.next(signal);
  now += 150;
  await pace.next(signal);
  now += 1000;
  await pace.next(signal);
  expect(slept).toEqual([200, 50]);
  const any = new Pace(null, clock);
  for (let i = 0; i < 3; i++) await any.next(signal);
  expect(slept).toHaveLength(2);
});
