/** Somebody dies at each crash point, on both queues or, in turn, on one. */
import { testDeaths } from './deaths.ts';
import { deaths } from './scenarios.ts';
import { queuesAt } from './turn.ts';

const cases = deaths.map((death, place) => ({ ...death, on: queuesAt(place) }));

testDeaths(
  cases.filter(({ on }) => on.length > 0),
  3,
);
