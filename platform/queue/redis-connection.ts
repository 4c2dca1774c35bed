/**
 * Connections to Redis whose errors say that it is the queue's server that is away, and which one. Everything
 * that talks to Redis opens its connections here.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis, RedisOptions } from 'ioredis';
import { LandfallError } from '../errors/errors.ts';
import { isNetworkError, reasonOf } from '../errors/network.ts';

/** How long a server that accepts a connection may be silent. */
const answerMs = 5_000;

/** The server cannot take what is written now: it is full, starts, is a replica, or cannot save. */
const serverAway = /^(OOM|LOADING|READONLY|MASTERDOWN|MISCONF|NOREPLICAS|CLUSTERDOWN|BUSY) /;

/** What the driver says, without a code, of a connection that is lost. */
const connectionGone =
  /^Connection is closed|Stream isn't writeable|max retries per request|Command timed out/;

/** User, password or database are wrong. */
const refused = /^(NOAUTH|WRONGPASS|NOPERM)\b|invalid password|invalid username|DB index is out of range/;

/** Host and port of a URL, without user and password: fit to print. */
export function redisAddress(url: string): string {
  if (!URL.canParse(url)) return 'an address that is not a URL';
  const { hostname, port } = new URL(url);
  return `${hostname || 'localhost'}:${port || 6379}`;
}

/** An outage, or a refusal, as an error with a code; any other error as it is. */
export function redisError(error: unknown, url: string): unknown {
  if (error instanceof LandfallError || !(error instanceof Error)) return error;
  const { message } = error;
  if (refused.test(message)) {
    const values = { address: redisAddress(url), reason: message };
    return new LandfallError('LF_QUEUE_REFUSED', values, { cause: error });
  }
  const away = serverAway.test(message) || connectionGone.test(message) || isNetworkError(error);
  return away ? queueLost(reasonOf(error), url, error) : error;
}

export function queueLost(reason: string, url: string, cause?: unknown): LandfallError {
  return new LandfallError('LF_QUEUE_LOST', { address: redisAddress(url), reason }, { cause });
}

/**
 * A connection that is ready. It reconnects by itself when it is lost later; its first attempt is the caller's
 * to repeat.
 * @throws LandfallError LF_QUEUE_LOST, LF_QUEUE_REFUSED
 */
export async function connectRedis(url: string, options: RedisOptions = {}): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { maxRetriesPerRequest: null, ...options, lazyConnect: true });
  const failed = new Promise<never>((_, reject) => redis.once('error', reject));
  // Without a listener the driver prints what it emits.
  redis.on('error', () => {});
  const silent = new AbortController();
  const late = delay(answerMs, undefined, { signal: silent.signal }).then(() => {
    throw queueLost(`it has not answered for ${answerMs / 1000} s`, url);
  });
  try {
    await Promise.race([redis.connect(), failed, late]);
    return redis;
  } catch (error) {
    redis.disconnect();
    // The event says why; the promise may only say that the connection is closed.
    throw redisError(await Promise.race([failed, delay(0, error)]).catch((reason) => reason), url);
  } finally {
    silent.abort();
    late.catch(() => {});
    failed.catch(() => {});
  }
}

/** Connects once, where the queue is in Redis. Throws as connectRedis. */
export async function checkQueue(redisUrl: string | null): Promise<void> {
  if (redisUrl !== null) (await connectRedis(redisUrl)).disconnect();
}
