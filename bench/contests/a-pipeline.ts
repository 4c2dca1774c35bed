import { droppedSide } from '../sides/dropped.ts';
import { tripsFlatCopy, tripsPipeline } from '../sides/trips-sides.ts';
import { type Contest, ratio } from './contest.ts';

export const pipeline: Contest = {
  letter: 'a',
  what: 'whole pipeline ÷ `psql \\copy` of the same file into a flat table, on the same server',
  inside:
    'ingest and psql are timed from the start of their process to its end, Node, workers and psql included; up is timed from the rename into the landing folder of a running Landfall until the file is done',
  goalRows: 10_000_000,
  prepare: async (arena) => [
    await tripsPipeline(arena),
    await tripsFlatCopy(arena),
    droppedSide(arena, await arena.trips()),
  ],
  measure: ([ours, theirs, dropped]) => [
    ratio('landfall ÷ COPY, ratio of rates', ours, theirs, { atLeast: 3 }),
    ratio('dropped into a running landfall ÷ COPY, ratio of rates', dropped, theirs, null),
  ],
};
