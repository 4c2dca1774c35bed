import type { Contest } from '../rounds/contest.ts';
import { tripsPipeline } from '../sides/trips-sides.ts';

export const memory: Contest = {
  letter: 'f',
  what: 'peak memory of a worker process at 100,000,000 rows',
  inside:
    'with packed facts: the largest resident size that any worker had in any round, as the operating system recorded it',
  goalRows: 100_000_000,
  prepare: async (arena) => [await tripsPipeline(arena, { layout: 'packed' })],
  measure: ([ours]) => [
    {
      name: 'largest worker process',
      value: Math.max(...ours.rounds.map((round) => round.workerPeakBytes ?? Number.NaN)),
      unit: 'bytes',
      goal: { atMost: 300 * 1024 * 1024 },
    },
  ],
};
