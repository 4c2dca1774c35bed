/**
 * What a dataset holds is a function of the set of its files that are done. `npm run test:order` plays a thousand sets
 * of files a mode; here are a few.
 */
import { describe, it } from 'vitest';
import { redisUrl } from '../../../support/index.ts';
import { modes } from './modes.ts';
import { expectMade, runOrders } from './runs.ts';

describe('whatever the order, the star shows what a fresh load of the remaining files would', () => {
  it.each(modes)('in the mode $name', async (mode) => {
    // Each mode is played on one of the queues here, and on both by `npm run test:order`.
    const backend = redisUrl() !== null && modes.indexOf(mode) % 2 === 1 ? 'redis' : 'postgres';
    const made = await runOrders({ mode, backend, seed: `short ${mode.name}`, areas: 80, orders: 1 });
    expectMade(made, 10);
  });
});
