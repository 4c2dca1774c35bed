/**
 * What webhooks are told. It is noted in the transaction in which it happens, so whoever dies afterwards loses nothing,
 * and once for each endpoint, however many processes see it.
 *
 *   waiting ──claim, each an attempt──▶ waiting ──▶ delivered, failed
 *      ▲                                                   │
 *      └────────────────────── replay ─────────────────────┘
 *
 * A claim holds for a time. A process that dies meanwhile has it no more than that, and the next one sends it again.
 */
import type { WebhookEndpoint, WebhookEvent } from '../../platform/config/webhook-endpoints.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { toJson } from '../json.ts';
import type { DeliveryRow } from '../statements/row-types.ts';
import { type Client, count, run } from '../statements/run.ts';

export type DeliveryState = DeliveryRow['state'];

/** What an endpoint is told. */
export interface Delivery
  extends Pick<DeliveryRow, 'endpoint' | 'subject' | 'state' | 'attempts' | 'status' | 'answer'> {
  readonly deliveryId: number;
  /** The receiver knows it by this, however often it is sent. */
  readonly webhookId: string;
  readonly event: WebhookEvent;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  /** When it is sent again at the earliest. */
  readonly nextAt: Date;
  readonly attemptAt: Date | null;
  readonly endedAt: Date | null;
}

/** What of an endpoint's settings decides what is noted. */
export type Wanting = Pick<WebhookEndpoint, 'name' | 'events' | 'rejectsOver'>;

/** Notes what endpoints want to know of files that end, in the transaction that ends them. */
export async function noteFileEvents(
  client: Client,
  fileIds: readonly number[],
  endpoints: readonly Wanting[],
): Promise<void> {
  const wanting = endpoints.map(({ name, events, rejectsOver }) => ({ name, events, rejectsOver }));
  await run(client, 'deliveries/note-file-events', [fileIds, toJson(wanting)]);
}

/** Notes something else that happened. Returns what was not noted yet. `subject`: tells one occurrence from the next. */
export async function noteEvent(
  client: Client,
  endpoints: readonly string[],
  event: WebhookEvent,
  { subject, data }: { readonly subject: string; readonly data: Readonly<Record<string, unknown>> },
): Promise<Delivery[]> {
  const rows = await run(client, 'deliveries/note-event', [endpoints, event, subject, toJson(data)]);
  return rows.map(toDelivery);
}

/**
 * Takes what the endpoint has to be told next, for so many seconds. Null: nothing, or another process has it. `only`:
 * this delivery, whether it is time or not.
 */
export async function claimDelivery(
  client: Client,
  endpoint: string,
  { seconds, only }: { readonly seconds: number; readonly only?: number },
): Promise<Delivery | null> {
  const [row] = await run(client, 'deliveries/claim-delivery', [endpoint, only, seconds]);
  return row === undefined ? null : toDelivery(row);
}

export interface AttemptEnd {
  readonly state: DeliveryState;
  /** Of HTTP; null: there was no answer. */
  readonly status: number | null;
  readonly answer: string;
  /** Until the next attempt. */
  readonly seconds: number;
}

/** Notes what came of an attempt. */
export async function endAttempt(
  client: Client,
  { deliveryId, attempts }: Pick<Delivery, 'deliveryId' | 'attempts'>,
  { state, status, answer, seconds }: AttemptEnd,
): Promise<void> {
  await count(client, 'deliveries/end-attempt', [deliveryId, attempts, state, status, answer, seconds]);
}

/** Takes an attempt back that was interrupted. */
export async function releaseDelivery(
  client: Client,
  { deliveryId, attempts }: Pick<Delivery, 'deliveryId' | 'attempts'>,
): Promise<void> {
  await count(client, 'deliveries/release-delivery', [deliveryId, attempts]);
}

/** In how many seconds the endpoint has to be told something; null: nothing waits. */
export async function secondsToNext(client: Client, endpoint: string): Promise<number | null> {
  const [row] = await run(client, 'deliveries/next-delivery', [endpoint]);
  return row?.seconds ?? null;
}

export interface DeliveryFilter {
  /** Only those with a smaller number. */
  readonly before?: number | null;
  readonly states?: readonly DeliveryState[];
  readonly endpoint?: string | null;
  readonly limit: number;
}

export const deliveryStates = ['waiting', 'delivered', 'failed'] as const satisfies readonly DeliveryState[];

/** Deliveries, newest first. */
export async function deliveriesLike(client: Client, filter: DeliveryFilter): Promise<Delivery[]> {
  const { before, states = deliveryStates, endpoint, limit } = filter;
  return (await run(client, 'deliveries/deliveries', [before, states, endpoint, limit])).map(toDelivery);
}

/** The delivery of a number that somebody has written. Throws LF_WEBHOOK_DELIVERY: there is none. */
export async function deliveryNumbered(client: Client, text: string): Promise<Delivery> {
  const [row] = /^\d{1,15}$/.test(text) ? await run(client, 'deliveries/delivery', [Number(text)]) : [];
  if (row === undefined) throw new LandfallError('LF_WEBHOOK_DELIVERY', { delivery: text });
  return toDelivery(row);
}

/** Has a delivery made again. */
export async function replayDelivery(client: Client, deliveryId: number): Promise<void> {
  await count(client, 'deliveries/replay-delivery', [deliveryId]);
}

/** What an endpoint has not been told. */
export interface EndpointReport {
  readonly endpoint: string;
  readonly waiting: number;
  /** Given up. */
  readonly failed: number;
  /** When the first of them was noted that was tried in vain; null: none was. */
  readonly failingSince: Date | null;
  /** What came of the last attempt in vain. */
  readonly answer: string | null;
}

export async function endpointReports(client: Client): Promise<EndpointReport[]> {
  const rows = await run(client, 'deliveries/endpoints', []);
  return rows.map(({ failing_since: failingSince, ...row }) => ({ ...row, failingSince }));
}

/** Removes deliveries of a dataset that were noted before a time, at most `most`. Returns how many. `dry`: counts. */
export async function pruneDeliveries(
  client: Client,
  dataset: string,
  { before, most, dry }: { readonly before: Date; readonly most: number; readonly dry: boolean },
): Promise<number> {
  const [row] = await run(client, 'deliveries/prune-deliveries', [dataset, before, most, dry]);
  return row.deliveries;
}

function toDelivery(row: DeliveryRow): Delivery {
  const { endpoint, subject, state, attempts, status, answer } = row;
  return {
    ...{ endpoint, subject, state, attempts, status, answer },
    deliveryId: row.delivery_id,
    webhookId: row.webhook_id,
    event: row.event as WebhookEvent,
    data: row.data as Delivery['data'],
    createdAt: row.created_at,
    nextAt: row.next_at,
    attemptAt: row.attempt_at,
    endedAt: row.ended_at,
  };
}
