import { type Contest, ratio } from '../rounds/contest.ts';
import { microsOfCpu } from '../rounds/cpu.ts';
import { droppedSide } from '../sides/dropped.ts';
import { tripsFlatCopy, tripsPipeline } from '../sides/trips-sides.ts';

export const pipeline: Contest = {
  letter: 'a',
  what: 'whole pipeline with packed facts, and with rows ÷ `psql \\copy` of the same file into a flat table, on the same server',
  inside:
    'ingest and psql are timed from the start of their process to its end, Node, workers and psql included; up is timed from the rename into the landing folder of a running Landfall until the file is done; packed facts are not what `\\copy` makes, and take longer to read (contest r)',
  goalRows: 10_000_000,
  prepare: async (arena) => [
    await tripsPipeline(arena),
    await tripsPipeline(arena, { layout: 'packed' }),
    await tripsFlatCopy(arena),
    droppedSide(arena, await arena.trips()),
  ],
  measure: ([rows, packed, theirs, dropped]) => [
    ratio('landfall, packed ÷ COPY, ratio of rates', packed, theirs, { atLeast: 2.8 }),
    ratio('landfall ÷ COPY, ratio of rates', rows, theirs, { atLeast: 1.7 }),
    ratio('dropped into a running landfall ÷ COPY, ratio of rates', dropped, theirs, null),
    { name: 'CPU of all processes, packed', value: microsOfCpu(packed), unit: 'µs a row', goal: null },
    { name: 'CPU of all processes', value: microsOfCpu(rows), unit: 'µs a row', goal: null },
    { name: 'CPU of all processes, COPY', value: microsOfCpu(theirs), unit: 'µs a row', goal: null },
  ],
};
