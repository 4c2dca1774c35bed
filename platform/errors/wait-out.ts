/**
 * Waiting out an outage: the same step again, after pauses that double.
 *
 *   trying ── done ──▶ result
 *     │ ▲
 *     │ └─ pause ── outage, and the outage timeout is left        said once it lasts: onOutage, then onRecovered
 *     └──▶ thrown: any other error, or the outage timeout is at its end, or the signal is aborted
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Outage, outageOf } from './outage.ts';
import { isCollision } from './retry.ts';

/** Pauses between tries: the first, and the longest. Servers that are back are found within the second. */
const pausesMsDefault = [100, 5_000] as const;

/** Collisions with other transactions in a row that are not held to be an error. */
const collisionsMost = 8;

/** Outage that is gone at the second try is not worth a word. */
const triesInSilence = 1;

export interface WaitOutOptions {
  /** How long outage may last. */
  readonly outageTimeoutMs: number;
  /** The first pause between tries, which doubles each time, and the longest. Default: 0.1 and 5 s. */
  readonly pausesMs?: readonly [number, number];
  /** Aborted: the pause ends and its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Whether this outage is waited out. Default: every one. */
  waitsFor?(outage: Outage): boolean;
  /** Called for every failed try once the outage lasts. */
  onOutage?(outage: Outage): void | Promise<void>;
  /** Called when a try succeeds, or fails for another reason, after onOutage. */
  onRecovered?(): void | Promise<void>;
}

/** Runs `work` until it succeeds. `attempt` begins at 1. Throws as drawn above. */
export async function waitOut<T>(work: (attempt: number) => Promise<T>, options: WaitOutOptions): Promise<T> {
  const { outageTimeoutMs, pausesMs = pausesMsDefault, signal } = options;
  let since: number | null = null;
  let collisions = 0;
  let [pauseMs] = pausesMs;
  let told = false;
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(attempt);
      } catch (error) {
        if (signal?.aborted) throw error;
        const outage = outageOf(error);
        since ??= performance.now();
        const waits =
          outage !== null &&
          performance.now() - since < outageTimeoutMs &&
          (options.waitsFor?.(outage) ?? true);
        if (!waits && !(isCollision(error) && ++collisions <= collisionsMost)) throw error;
        if (outage !== null && attempt > triesInSilence) {
          told = true;
          await options.onOutage?.(outage);
        }
      }
      // Not all at the same moment: the others of the pool wait for the same server.
      await delay(pauseMs * (0.75 + Math.random() / 4), undefined, { signal }).catch(() => {
        throw signal!.reason;
      });
      pauseMs = Math.min(pausesMs[1], pauseMs * 2);
    }
  } finally {
    if (told) await options.onRecovered?.();
  }
}
