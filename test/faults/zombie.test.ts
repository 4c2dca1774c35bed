/** A worker that is frozen past its lock and thawed later; `npm run test:faults` freezes at more points. */
import { it } from 'vitest';
import { onBothBackends } from '../e2e/site.ts';
import { freezeAt } from './zombies.ts';

onBothBackends('a worker frozen with its rows copied, or half of its parts published', (backend) => {
  it.each(['chunk.copying', 'lake.part-published'] as const)(
    'at %s, neither commits twice nor changes what the winner wrote',
    { timeout: 120_000 },
    (point) => freezeAt(point, backend),
  );
});
