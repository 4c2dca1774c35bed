import type { Contest, Measure } from '../rounds/contest.ts';
import type { Side } from '../rounds/rounds.ts';
import type { Arena } from '../sides/arena.ts';
import { benchDefinition } from '../sides/ingest-side.ts';
import { secondFileSide } from '../sides/second-file.ts';

/** Rows of the small file. */
const few = 25;

export const smallAfterLarge: Contest = {
  letter: 'm',
  what: 'a file of 25 rows after a large one: its time ÷ its time after another of 25 rows',
  inside:
    'the whole process from its start to its end, with rollups; 3,000,000 rides, 10,000,000 trips and 10,000,000 accounts in the star where --rows is 10,000,000',
  goalRows: 10_000_000,
  prepare: async (arena) => [
    ...(await sidesOf(arena, rides, Math.max(few, Math.floor(arena.rows * 0.3)))),
    ...(await sidesOf(arena, trips, Math.max(few, arena.rows))),
    ...(await sidesOf(arena, accounts, Math.max(few, arena.rows))),
  ],
  measure: (results) =>
    [rides, trips, accounts].map(({ what }, s): Measure => {
      const [small, large] = results.slice(2 * s, 2 * s + 2);
      const value = large.medianSeconds / small.medianSeconds;
      return { name: `${what}: after many ÷ after few`, value, unit: 'ratio', goal: { atMost: 1.2 } };
    }),
};

interface Subject {
  readonly what: string;
  readonly dataset: string;
  readonly datasets: readonly string[];
  readonly large: string;
  readonly small: string;
  readonly fact: string;
}

const rides: Subject = {
  ...{ what: 'rides', dataset: 'citibike', datasets: [], fact: 'fact_ride' },
  ...{ large: 'citibike:quoted', small: 'citibike:quoted' },
};
const trips: Subject = {
  ...{ what: 'trips', dataset: 'trips', datasets: [], fact: 'fact_trip' },
  ...{ large: 'trips', small: 'trips' },
};
const accounts: Subject = {
  ...{ what: 'accounts', dataset: 'upserted', datasets: [benchDefinition('upserted')] },
  ...{ large: 'accounts:first', small: 'accounts:known', fact: 'fact_upserted' },
};

async function sidesOf(arena: Arena, subject: Subject, rows: number): Promise<Side[]> {
  const { what, dataset, datasets, fact } = subject;
  const small = await arena.input(subject.small, few, 7);
  const sides: Side[] = [];
  for (const before of [await arena.input(subject.large, few), await arena.input(subject.large, rows)]) {
    const name = `${few} ${what} after ${before.rows.toLocaleString('en')}`;
    const kept = dataset === 'upserted' ? before.rows : before.rows + few;
    const shows = { sql: `select count(*)::int as rows from star.${fact}`, is: { rows: kept } };
    sides.push(secondFileSide(arena, { name, dataset, datasets, before, input: small, shows }));
  }
  return sides;
}
