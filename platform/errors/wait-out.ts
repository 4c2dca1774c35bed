/**
 * Waiting out trouble of the surroundings: the same step again, after pauses that double.
 *
 *   trying ── done ──▶ result
 *     │ ▲
 *     │ └─ pause ── trouble, and patience is left        said once it lasts: onTrouble, then onMended
 *     └──▶ thrown: any other error, or patience is at its end, or the signal is aborted
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isCollision, type Trouble } from './outage.ts';

/** Pauses between tries: the first, and the longest. Servers that are back are found within the second. */
const pausesMsDefault = [100, 5_000] as const;

/** Collisions with other transactions in a row that are not held to be an error. */
const collisionsMost = 8;

/** Trouble that is gone at the second try is not worth a word. */
const triesInSilence = 1;

export interface PatienceOptions {
  /** How long trouble may last. */
  readonly patienceMs: number;
  /** The first pause between tries, which doubles each time, and the longest. Default: 0.1 and 5 s. */
  readonly pausesMs?: readonly [number, number];
  /** Aborted: the pause ends and its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Null where the error is the work's own. */
  troubleOf(error: unknown): Trouble | null;
  /** Called for every failed try once the trouble lasts. */
  onTrouble?(trouble: Trouble): void | Promise<void>;
  /** Called when a try succeeds, or fails for another reason, after onTrouble. */
  onMended?(): void | Promise<void>;
}

/** Runs `work` until it succeeds. `attempt` begins at 1. Throws as drawn above. */
export async function patiently<T>(
  work: (attempt: number) => Promise<T>,
  options: PatienceOptions,
): Promise<T> {
  const { patienceMs, pausesMs = pausesMsDefault, signal, troubleOf } = options;
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
        const trouble = troubleOf(error);
        since ??= performance.now();
        const patient = trouble !== null && performance.now() - since < patienceMs;
        if (!patient && !(isCollision(error) && ++collisions <= collisionsMost)) throw error;
        if (trouble !== null && attempt > triesInSilence) {
          told = true;
          await options.onTrouble?.(trouble);
        }
      }
      // Not all at the same moment: the others of the pool wait for the same server.
      await delay(pauseMs * (0.75 + Math.random() / 4), undefined, { signal }).catch(() => {
        throw signal!.reason;
      });
      pauseMs = Math.min(pausesMs[1], pauseMs * 2);
    }
  } finally {
    if (told) await options.onMended?.();
  }
}
