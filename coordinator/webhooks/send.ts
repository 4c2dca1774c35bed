/**
 * Sends what an endpoint is told, once. No redirect is followed. What the endpoint answers is read up to a bound, and
 * kept for people.
 *
 *   2xx                          delivered
 *   408, 429, 5xx, no answer     tried again, not before the time that the answer names
 *   any other                    not tried again: the same request would be refused the same way
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookEndpoint } from '../../platform/config/webhook-endpoints.ts';
import { reasonOf } from '../../platform/errors/network.ts';
import { packageVersion } from '../../platform/package/package-version.ts';
import { retryAfter } from '../../sources/http/request.ts';
import { bodyOf, signatureOf, type Told } from './message.ts';

/** How long an endpoint may take to answer, with the body that is read of it. */
export const answerMs = 10_000;

/** What is read of an answer. */
const answerBytes = 1000;

export interface Sent {
  readonly state: 'delivered' | 'waiting' | 'failed';
  /** Of HTTP; null: there was no answer. */
  readonly status: number | null;
  /** The beginning of the body, or why there is none. */
  readonly answer: string;
  /** How long the endpoint asks to be left alone, in ms; 0: it does not. */
  readonly retryAfterMs: number;
}

export interface SendOptions {
  /** By which the receiver knows what it is told. */
  readonly id: string;
  readonly told: Told;
  readonly signal: AbortSignal;
  /** Default: answerMs. */
  readonly withinMs?: number;
}

/** Throws what `signal` is aborted with, and nothing else. */
export async function send(
  endpoint: Pick<WebhookEndpoint, 'url' | 'format' | 'secrets'>,
  { id, told, signal, withinMs = answerMs }: SendOptions,
): Promise<Sent> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${withinMs / 1000} s`)), withinMs);
  try {
    const response = await fetch(endpoint.url, {
      ...requestOf(endpoint, id, told),
      redirect: 'manual',
      signal: AbortSignal.any([signal, late.signal]),
    });
    return { ...judge(response), answer: await beginningOf(response, late.signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { state: 'waiting', status: null, answer: reasonOf(error), retryAfterMs: 0 };
  } finally {
    clearTimeout(timer);
  }
}

/** Tells an endpoint that this is a test. Nothing is noted of it. */
export function testEndpoint(endpoint: WebhookEndpoint): Promise<Sent> {
  const told = { event: 'webhook.test', data: { endpoint: endpoint.name }, createdAt: new Date() } as const;
  const { signal } = new AbortController();
  return send(endpoint, { id: `msg_${randomUUID().replaceAll('-', '')}`, told, signal });
}

function requestOf({ format, secrets }: Pick<WebhookEndpoint, 'format' | 'secrets'>, id: string, told: Told) {
  const body = bodyOf(told, format);
  const seconds = Math.floor(Date.now() / 1000);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': `landfall/${packageVersion()}`,
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
  };
  if (secrets.length > 0) headers['webhook-signature'] = signatureOf(secrets, { id, seconds, body });
  return { method: 'POST', headers, body };
}

function judge({ status, headers }: Response): Omit<Sent, 'answer'> {
  const retryAfterMs = retryAfter(headers.get('retry-after'), Date.now());
  const isAgain = status >= 500 || status === 408 || status === 429;
  const state = status >= 200 && status < 300 ? 'delivered' : isAgain ? 'waiting' : 'failed';
  return { state, status, retryAfterMs: isAgain ? retryAfterMs : 0 };
}

/** The endpoint has answered with its status: a body that breaks off, or that does not end, changes nothing. */
async function beginningOf(response: Response, late: AbortSignal): Promise<string> {
  const location = response.headers.get('location');
  if (response.status >= 300 && response.status < 400 && location !== null) {
    await response.body?.cancel().catch(() => {});
    return printable(`It redirects to ${location}, which is not followed.`);
  }
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of response.body ?? []) {
      pieces.push(piece.subarray(0, answerBytes - bytes));
      bytes += pieces.at(-1)!.length;
      if (bytes >= answerBytes || late.aborted) break;
    }
  } catch {
    // What has come is enough.
  }
  return printable(Buffer.concat(pieces).toString('utf8'));
}

/** PostgreSQL keeps no NUL, and a terminal is not to be told what to do. */
function printable(text: string): string {
  return text
    .slice(0, answerBytes)
    .replace(/[^\P{C}\n\t]/gu, '\ufffd')
    .trim();
}

/** As `setTimeout`, until the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal, ref: false }).catch(() => {});
}
