/** A thousand sets of files a mode, each in five orders, on both queues: `npm run test:order`. */
import { it } from 'vitest';
import { onBothBackends } from '../../site.ts';
import { modes } from './modes.ts';
import { expectMade, runOrders } from './runs.ts';

const seeds = 4;
const areas = 250;

onBothBackends('whatever the order', (backend) => {
  for (const mode of modes) {
    for (let seed = 1; seed <= seeds; seed++) {
      it(`${mode.name}, seed ${seed}: ${areas} sets of files in five orders`, async () => {
        const made = await runOrders({ mode, backend, seed: `${mode.name} ${seed}`, areas, orders: 4 });
        expectMade(made, 20);
      });
    }
  }
});
