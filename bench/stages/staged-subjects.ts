/** The datasets that can be loaded in stages, with their input and the expected content of the star. */
import citibike from '../../datasets/citibike/dataset.ts';
import trips from '../../datasets/trips/dataset.ts';
import type { Definition } from '../../model/index.ts';
import { type Arena, type Input, withClient } from '../sides/arena.ts';
import { sumsOfRides, sumsOfRidesCsv } from '../sides/ride-sums.ts';
import { mustAgree, sumsOfStar } from '../sides/trip-sums.ts';

export interface StagedSubject {
  readonly definition: Definition;
  /** The generator of its input. */
  readonly input: string;
  readonly fact: string;
  /** Throws if the star does not contain the rows of the file. */
  readonly verify: (arena: Arena, input: Input) => Promise<void>;
}

const subjects: Readonly<Record<string, StagedSubject>> = {
  trips: {
    definition: trips,
    input: 'trips',
    fact: 'fact_trip',
    verify: async (arena, input) => {
      mustAgree('star', await withClient(arena.databaseUrl, sumsOfStar), await arena.tripSums(input));
    },
  },
  citibike: {
    definition: citibike,
    input: 'citibike:quoted',
    fact: 'fact_ride',
    verify: async (arena, input) => {
      const found = JSON.stringify(await withClient(arena.databaseUrl, sumsOfRides));
      const expected = JSON.stringify(await sumsOfRidesCsv(input.path));
      if (found !== expected) throw new Error(`the star has ${found}, not ${expected}`);
    },
  },
};

export const subjectNames = Object.keys(subjects);

export function subjectOf(dataset: string): StagedSubject {
  const subject = subjects[dataset];
  if (subject === undefined) throw new Error(`${dataset} is not one of ${subjectNames.join(', ')}`);
  return subject;
}
