/**
 * Which queues are tried: both, or with LANDFALL_CRASH_TURN=0 to 3, as in CI, a quarter of it all. Every other
 * death then, in turn on the one queue and on the other; four runs with different numbers try everything.
 */
import { describe } from 'vitest';
import { type Backend, onBothBackends } from '../e2e/site.ts';
import { redisUrl } from '../support/index.ts';

/** Queues that there are. */
export const queues: readonly Backend[] = redisUrl() === null ? ['postgres'] : ['postgres', 'redis'];

const turn = process.env.LANDFALL_CRASH_TURN ? Number(process.env.LANDFALL_CRASH_TURN) : null;

/** Those on which something is tried now, by its place in a list. */
export function queuesAt(place: number): readonly Backend[] {
  if (turn === null) return queues;
  return (place + turn) % 2 === 0 ? [queues[((place + turn) / 2) % queues.length]] : [];
}

/** Tests that are made once for each queue. */
export function onQueues(name: string, body: (backend: Backend) => void): void {
  if (turn === null) return void onBothBackends(name, body);
  const backend = queues[turn % queues.length];
  describe(`${name}, queue on ${backend}`, () => body(backend));
}
