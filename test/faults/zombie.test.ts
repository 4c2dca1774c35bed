/** A worker that is frozen past its lock and thawed later; `npm run test:faults` freezes at more points. */
import { it } from 'vitest';
import { freezeAt } from './zombies.ts';

it(
  'a worker frozen with half of its parts published neither commits twice nor changes what the winner wrote',
  {
    timeout: 120_000,
  },
  () => freezeAt('lake.part-published', 'postgres'),
);
