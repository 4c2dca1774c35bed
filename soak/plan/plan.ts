/** Draws everything that a run will do from its seed. The same seed, length, backend and hosts give the same plan. */
import { Draw } from '../draw.ts';
import { drawDrops } from './drops.ts';
import { type Backend, drawFaults, drawOperations } from './faults.ts';
import type { Plan } from './types.ts';

export function drawPlan(seed: number, backend: Backend, forMs: number, hosts = false): Plan {
  const draw = new Draw(seed);
  return {
    seed,
    forMs,
    chunkBytes: draw.of('chunk').pick([256 * 1024, 1024 * 1024, 4 * 1024 * 1024]),
    ...drawDrops(draw.of('drops'), forMs),
    operations: drawOperations(draw.of('operations'), forMs),
    faults: drawFaults(draw.of(`faults on ${backend}`), backend, forMs, hosts),
  };
}
