import { type Contest, ratio } from '../rounds/contest.ts';
import { encodedCopySide } from '../sides/encoded-copy.ts';
import { tripsPipeline } from '../sides/trips-sides.ts';

export const ceiling: Contest = {
  letter: 'b',
  what: 'whole pipeline ÷ binary COPY of the same fact rows, encoded in advance, over two connections (the most that the server can do)',
  inside:
    'landfall is timed from the start of its process to its end, COPY from the start of two processes that stream a file each to the end of the last; encoding and creating the members of dimensions are not included',
  goalRows: 10_000_000,
  prepare: async (arena) => [await tripsPipeline(arena), await encodedCopySide(arena)],
  measure: ([ours, theirs]) => [
    ratio('landfall ÷ COPY of encoded rows, ratio of rates', ours, theirs, { atLeast: 0.85 }),
  ],
};
