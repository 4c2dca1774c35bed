/** A few of the deaths that `npm run test:crash` tries, one for each kind of work that is interrupted. */
import { expect, it } from 'vitest';
import { type CrashPoint, crashPoints } from '../../platform/errors/crash-points.ts';
import { testDeaths } from './deaths.ts';
import { deaths } from './scenarios.ts';
import { queues } from './turn.ts';

const few: readonly CrashPoint[] = [
  'plan.written',
  'lake.part-published',
  'group.published',
  'finalise.committed',
];

testDeaths(
  few.map((name, i) => ({ ...deaths.find(({ point }) => point === name)!, on: [queues[i % queues.length]] })),
  2,
);

it('scenarios come to every crash point', () => {
  const missing = Object.keys(crashPoints).filter((name) => deaths.every(({ point }) => point !== name));
  expect(missing).toEqual([]);
});
