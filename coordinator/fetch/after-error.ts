/** What becomes of a run whose attempt has failed. */
import type { LedgerRun } from '../../ledger/runs.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { attemptsMost, retryOf } from '../../platform/errors/retry.ts';

/** How long a run waits, in ms. */
export interface Pauses {
  readonly leastMs: number;
  readonly mostMs: number;
}

export const pausesDefault: Pauses = { leastMs: 1_000, mostMs: 5 * 60_000 };

/** Each attempt waits so many times as long as the one before. */
const pauseFactor = 4;

/** Null: the run has failed. */
export type Wait = Pick<LedgerRun, 'dueAt' | 'attempts' | 'waitsSince'> | null;

/**
 * `run`: as the ledger has it after the attempt. A source that is away uses up an attempt only when it has been away for
 * `outageTimeoutMs`. `random`: 0 to 1, so that runs which wait for the same server do not return together.
 */
export function afterError(
  run: Pick<LedgerRun, 'attempts' | 'waitsSince'>,
  error: unknown,
  { now, outageTimeoutMs, pauses = pausesDefault, random = Math.random() }: AfterErrorOptions,
): Wait {
  const retry = retryOf(error);
  if (retry === 'never') return null;
  const since = run.waitsSince ?? now;
  const awayMs = now.getTime() - since.getTime();
  const waitsOut = retry === 'outage' && awayMs < outageTimeoutMs;
  const attempts = waitsOut ? run.attempts : run.attempts + 1;
  if (attempts >= attemptsMost) return null;
  // Half as long again as it has been away.
  const usualMs = retry === 'outage' ? awayMs / 2 : pauses.leastMs * pauseFactor ** (attempts - 1);
  const pauseMs = Math.min(pauses.mostMs, Math.max(pauses.leastMs, usualMs)) * (0.75 + random / 4);
  const askedMs = error instanceof LandfallError ? Number(error.values.retryAfterMs ?? 0) : 0;
  return {
    dueAt: new Date(now.getTime() + Math.max(pauseMs, askedMs)),
    attempts,
    waitsSince: retry !== 'outage' ? null : waitsOut ? since : now,
  };
}

export interface AfterErrorOptions {
  readonly now: Date;
  readonly outageTimeoutMs: number;
  readonly pauses?: Pauses;
  readonly random?: number;
}
