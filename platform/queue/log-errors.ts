/** What BullMQ complains of, as a person should read it: once, and under its right name. */
import type { Log } from '../log/log.ts';

/** The same complaint is not repeated within this time. */
const repeatMs = 30_000;

/** Of a job that another worker has taken over: the ledger sees to it that nothing is done twice. */
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
