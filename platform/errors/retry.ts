/**
 * Whether work that an error stopped is tried again. The table of errors decides; worker, coordinator and
 * queue all ask here, and nobody else decides.
 *
 *             worker                             coordinator                        command
 *   never     the chunk and its file fail        the file fails                     fails at once
 *   outage    waits, up to the outage timeout    waits, up to the outage timeout    waits, a minute at its start
 *   again     five attempts, then as never       five attempts, then as never       fails at once
 *
 * An outage that outlasts the outage timeout counts as an attempt. An error without a code (of the system, of
 * a library, of ours) is tried again: nothing says that it would come back.
 */
import { codedError, errorTable, type Retry } from './errors.ts';

/** Attempts at work that is tried again: of a chunk, a scan, and each step of a file. */
export const attemptsMost = 5;

/** The pause after the first attempt, in ms. It doubles after each. */
export const firstPauseMs = 500;

/** What to do after an error. */
export function retryOf(error: unknown): Retry {
  return errorTable[codedError(error).code].retry;
}

/** Whether the error ends the work for good: at once, or after the last attempt. */
export function isFinal(error: unknown, { lastAttempt }: { readonly lastAttempt: boolean }): boolean {
  return lastAttempt || retryOf(error) === 'never';
}

/** How long to wait after this attempt (from 1), in ms. */
export function pauseAfterMs(attempt: number): number {
  return firstPauseMs * 2 ** (attempt - 1);
}

/** SQLSTATE of a transaction that another one was in the way of: serialization, deadlock, lock timeout. */
const collision = /^(40001|40P01|55P03)$/;

/**
 * Whether another transaction was in the way, which is over in a moment: the work is tried again at once,
 * before that counts as an attempt.
 */
export function isCollision(error: unknown): boolean {
  return collision.test((error as { code?: string } | null)?.code ?? '');
}
