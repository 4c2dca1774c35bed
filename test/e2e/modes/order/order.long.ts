/** A thousand sets of files a mode, each in five orders, on both queues: `npm run test:order`. */
import { it } from 'vitest';
import { onBothBackends } from '../../site.ts';
import { modes } from './modes.ts';
import { expectMade, runOrders } from './runs.ts';

/** Files of several chunks. A step costs nearly the same for many sets as for few. */
const areas = 1_000;

onBothBackends('whatever the order', (backend) => {
  for (const mode of modes) {
    it(`${mode.name}: ${areas} sets of files in five orders`, async () => {
      const made = await runOrders({ mode, backend, seed: `${mode.name} on ${backend}`, areas, orders: 4 });
      expectMade(made, 50);
    });
  }
});
