/**
 * Job schedulers of BullMQ, one for each source that ticks. They live in the queue's server, so they tick whichever
 * coordinator is there to hear them. A tick that nobody hears waits, and there is never more than one of a source.
 */
import type { Queue } from 'bullmq';
import type { Ticking } from './contract.ts';

type Schedulers = Pick<Queue, 'getJobSchedulers' | 'upsertJobScheduler' | 'removeJobScheduler'>;

/** Names of schedulers begin with it. Neither datasets nor sources have a dot in their names. */
const prefix = 'tick.';

export async function setTicks(queue: Schedulers, tickings: readonly Ticking[]): Promise<void> {
  const wanted = new Map(tickings.map((one) => [`${prefix}${one.dataset}.${one.source}`, one]));
  for (const { key, pattern } of await queue.getJobSchedulers()) {
    const ticking = wanted.get(key);
    // One that is as it should be is left alone: setting it again would move the tick that waits.
    if (ticking !== undefined && pattern === ticking.when) wanted.delete(key);
    else await queue.removeJobScheduler(key);
  }
  for (const [key, { dataset, source, when }] of wanted) {
    const opts = { removeOnComplete: true, removeOnFail: true };
    await queue.upsertJobScheduler(key, { pattern: when }, { name: 'tick', data: { dataset, source }, opts });
  }
}
