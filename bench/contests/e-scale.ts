import { type Contest, ratio } from '../rounds/contest.ts';
import { tripsPipeline } from '../sides/trips-sides.ts';

export const scale: Contest = {
  letter: 'e',
  what: 'rows per second at 100,000,000 rows ÷ at 10,000,000 rows',
  inside:
    'with packed facts: the whole process from its start to its end; the small side has a tenth of --rows',
  goalRows: 100_000_000,
  prepare: async (arena) => [
    await tripsPipeline(arena, { layout: 'packed' }),
    await tripsPipeline(arena, { rows: Math.max(1, Math.floor(arena.rows / 10)), layout: 'packed' }),
  ],
  measure: ([large, small]) => [
    ratio('rate of all rows ÷ rate of a tenth of them', large, small, { atLeast: 0.95 }),
  ],
};
