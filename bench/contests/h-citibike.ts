import { type Contest, ratio } from '../rounds/contest.ts';
import { flatCopySide } from '../sides/flat-copy.ts';
import { benchDefinition, ingestSide } from '../sides/ingest-side.ts';
import { sumsOfRides, sumsOfRidesCsv } from '../sides/ride-sums.ts';

const columns = [
  ...['tripduration', 'starttime', 'stoptime', 'start station id', 'start station name'],
  ...['start station latitude', 'start station longitude', 'end station id', 'end station name'],
  ...['end station latitude', 'end station longitude', 'bikeid', 'usertype', 'birth year', 'gender'],
];

export const citibike: Contest = {
  letter: 'h',
  what: 'citibike, amplified to 5,000,000 rides (quoted, local times with zones, look-up dimensions): whole pipeline with packed facts ÷ `psql \\copy`',
  inside: 'the whole process from its start to its end; there are half as many rides as --rows',
  goalRows: 10_000_000,
  prepare: async (arena) => {
    const input = await arena.input('citibike:quoted', Math.max(1, Math.floor(arena.rows / 2)));
    const sums = await sumsOfRidesCsv(input.path);
    const what = `${input.rows.toLocaleString('en')} bike rides`;
    const ours = (layout: string, only?: readonly string[]) =>
      ingestSide(arena, input, {
        what: `${what}${layout}`,
        dataset: 'citibike',
        ...(only && { only }),
        verify: async ({ client }) => {
          const found = JSON.stringify(await sumsOfRides(client));
          if (found !== JSON.stringify(sums))
            throw new Error(`the star has ${found}, not ${JSON.stringify(sums)}`);
        },
      });
    return [
      ours(', packed', [benchDefinition('packed/citibike')]),
      ours(''),
      flatCopySide(arena, input, {
        what,
        columns,
        check: { sql: 'sum(tripduration::bigint)', is: sums.durationSeconds },
      }),
    ];
  },
  measure: ([packed, rows, theirs]) => [
    ratio('landfall, packed ÷ COPY, ratio of rates', packed, theirs, { atLeast: 1.3 }),
    ratio('landfall ÷ COPY, ratio of rates', rows, theirs, null),
  ],
};
