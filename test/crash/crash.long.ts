/** Somebody dies at each crash point, on both queues. */
import { testDeaths } from './deaths.ts';
import { deaths } from './scenarios.ts';

testDeaths(deaths);
