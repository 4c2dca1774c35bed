import { expect, it } from 'vitest';
import { Limit } from '../../platform/limit.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('runs so much work at once and no more, in the order in which it came, also after a failure', async () => {
  const limit = new Limit(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const runs = [0, 1, 2, 3].map((i) =>
    limit.run(async () => {
      started.push(i);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (i === 0) throw new Error('the first');
      return i;
    }),
  );
  const settled = Promise.allSettled(runs);
  await turn();
  expect(started).toEqual([0, 1]);
  ends[0]();
  await turn();
  expect(started).toEqual([0, 1, 2]);
  // One that comes while others wait does not overtake them.
  const late = limit.run(async () => void started.push(4));
  ends[1]();
  await turn();
  expect(started).toEqual([0, 1, 2, 3]);
  ends[2]();
  ends[3]();
  await late;
  expect(started).toEqual([0, 1, 2, 3, 4]);
  expect((await settled).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
});
