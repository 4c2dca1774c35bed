/** Which queues are tried: both, or in a turn (support/turn.ts) one, and of the deaths every eighth. */
import { describe } from 'vitest';
import type { Backend } from '../e2e/site.ts';
import { redisUrl } from '../support/index.ts';
import { isTurnOf, turnsOf } from '../support/turn.ts';

/** Queues that there are. */
export const queues: readonly Backend[] = redisUrl() === null ? ['postgres'] : ['postgres', 'redis'];

/** Those on which something is tried now, by its place in a list. */
export function queuesAt(place: number): readonly Backend[] {
  return queues.filter((_, i) => isTurnOf(place * queues.length + i, 8 * queues.length));
}

/** Tests that are made once for each queue. */
export function onQueues(name: string, body: (backend: Backend) => void): void {
  for (const backend of turnsOf(queues, name)) describe(`${name}, queue on ${backend}`, () => body(backend));
}
