import { encodedCopySide } from '../sides/encoded-copy.ts';
import { tripsPipeline } from '../sides/trips-sides.ts';
import { type Contest, ratio } from './contest.ts';

export const ceiling: Contest = {
  letter: 'b',
  what: 'whole pipeline ÷ binary COPY of the same fact rows, encoded in advance, over two connections (the most that the server can do)',
  inside:
    'landfall: the whole process from start to end; COPY: two processes that stream a file each, from their start to their end. Encoding, and the members of the dimensions, are outside',
  goalRows: 10_000_000,
  prepare: async (arena) => [await tripsPipeline(arena), await encodedCopySide(arena)],
  measure: ([ours, theirs]) => [
    ratio('landfall ÷ COPY of encoded rows, ratio of rates', ours, theirs, { atLeast: 0.85 }),
  ],
};
