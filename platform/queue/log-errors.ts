/** Logs BullMQ's errors for a reader: once, and under the right name. */
import type { Log } from '../log/log.ts';

/** The same error is not logged again within this time, in ms. */
const repeatMs = 30_000;

/** Another worker has taken the job over. The ledger prevents that anything is done twice. */
const lostLock = /could not renew lock|Missing (lock|key)|Lock mismatch|is not in the active state/;

/** Logs errors of a queue's connections and workers. */
export function logQueueErrors(log: Pick<Log, 'warn' | 'debug'>): (error: Error) => void {
  const told = new Map<string, number>();
  return (error) => {
    if (lostLock.test(error.message)) {
      log.debug({ reason: error.message }, 'a job was taken over by another worker');
      return;
    }
    const reason = error.message || (error as { code?: string }).code || error.name;
    const now = performance.now();
    if (now - (told.get(reason) ?? Number.NEGATIVE_INFINITY) < repeatMs) return;
    if (told.size > 100) told.clear();
    told.set(reason, now);
    log.warn({ reason }, 'the queue is unavailable; trying again');
  };
}
