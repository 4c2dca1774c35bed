/** Sends deliveries of the ledger, and notes what came of them. */
import type pg from 'pg';
import { claimDelivery, type Delivery, endAttempt, releaseDelivery } from '../../ledger/tables/deliveries.ts';
import type { WebhookEndpoint } from '../../platform/config/webhook-endpoints.ts';
import { answerMs, type Sent, send } from './send.ts';

/**
 * Pauses between attempts, in s: about three days in all. Each is up to a tenth longer, so that what failed together
 * does not come back together.
 */
export const pausesSeconds: readonly number[] = [
  5, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 86_400,
];

/** A claim lasts longer than any attempt, and not much: what a dead process had is sent again then. */
const claimSeconds = (answerMs / 1000) * 3;

export interface Delivered {
  readonly delivery: Delivery;
  readonly sent: Sent;
  /** `failed`: it is given up. */
  readonly state: Sent['state'];
  /** Until the next attempt; 0 if there is none. */
  readonly seconds: number;
}

export interface DeliverOptions {
  readonly signal: AbortSignal;
  /** This delivery, whether it is time or not. */
  readonly only?: number;
  readonly pauses?: readonly number[];
}

/** Sends what the endpoint has to be told next. Null: nothing, now. Throws what `signal` is aborted with. */
export async function deliverNext(
  pool: pg.Pool,
  endpoint: WebhookEndpoint,
  { signal, only, pauses = pausesSeconds }: DeliverOptions,
): Promise<Delivered | null> {
  signal.throwIfAborted();
  const delivery = await claimDelivery(pool, endpoint.name, { seconds: claimSeconds, only });
  if (delivery === null) return null;
  let sent: Sent;
  try {
    sent = await send(endpoint, { id: delivery.webhookId, told: delivery, signal });
  } catch (error) {
    await releaseDelivery(pool, delivery);
    throw error;
  }
  const pause = pauses[delivery.attempts - 1];
  const state = sent.state === 'waiting' && pause === undefined ? 'failed' : sent.state;
  const own = state === 'waiting' ? pause * (1 + Math.random() / 10) : 0;
  const seconds = state === 'waiting' ? Math.max(own, sent.retryAfterMs / 1000) : 0;
  const { status, answer } = sent;
  await endAttempt(pool, delivery, { state, status, answer, seconds });
  return { delivery, sent, state, seconds };
}
