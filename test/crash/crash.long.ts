/**
 * Somebody dies at each crash point, on both queues; with LANDFALL_CRASH_TURN=0 or 1, as in CI, each on one: on
 * PostgreSQL those that are on Redis with the other number.
 */
import { testDeaths } from './deaths.ts';
import { deaths } from './scenarios.ts';

const turn = process.env.LANDFALL_CRASH_TURN;

testDeaths(deaths, { atATime: 4, turn: turn ? Number(turn) : null });
