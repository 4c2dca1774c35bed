import { type Contest, ratio } from '../rounds/contest.ts';
import type { Side } from '../rounds/rounds.ts';
import type { Arena } from '../sides/arena.ts';
import { tripsGzip, tripsPipeline } from '../sides/trips-sides.ts';

export const gzip: Contest = {
  letter: 'z',
  what: 'whole pipeline of a gzip file ÷ of the same file, not compressed',
  inside:
    'from the start of the process to its end, Node and workers included; compressing the file is not included',
  goalRows: 10_000_000,
  prepare: async (arena: Arena): Promise<readonly Side[]> => [
    await tripsGzip(arena),
    await tripsPipeline(arena),
  ],
  measure: ([zipped, plain]) => [ratio('gzip ÷ plain, ratio of rates', zipped, plain, { atLeast: 0.85 })],
};
