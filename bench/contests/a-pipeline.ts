import { tripsFlatCopy, tripsPipeline } from '../lib/trips.ts';
import { type Contest, ratio } from './contest.ts';

export const pipeline: Contest = {
  letter: 'a',
  what: 'whole pipeline ÷ `psql \\copy` into a flat table, same server, same file',
  inside: 'both: the whole process from its start to its end, Node, workers and psql included',
  goalRows: 10_000_000,
  prepare: async (arena) => [await tripsPipeline(arena), await tripsFlatCopy(arena)],
  measure: ([ours, theirs]) => [
    {
      name: 'landfall ÷ COPY, ratio of rates',
      value: ratio(ours, theirs),
      unit: 'ratio',
      goal: { atLeast: 3 },
    },
  ],
};
