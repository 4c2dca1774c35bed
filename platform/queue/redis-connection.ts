/**
 * Connections to Redis whose errors say that it is the queue's server that is away, and which one. Everything
 * that talks to Redis opens its connections here.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis, RedisOptions } from 'ioredis';
import { LandfallError } from '../errors/errors.ts';
import { isNetworkError, isUntrusted, reasonOf } from '../errors/network.ts';
import { redisAddress, sentinelOptions } from './redis-address.ts';

/** How long a server that accepts a connection may be silent. */
const answerMs = 5_000;

/** The server cannot take what is written now: it is full, starts, is a replica, or cannot save. */
const serverAway = /^(OOM|LOADING|READONLY|MASTERDOWN|MISCONF|NOREPLICAS|CLUSTERDOWN|BUSY) /;

/** What the driver says, without a code, of a connection that is lost. */
const connectionGone =
  /^Connection is closed|All sentinels are unreachable|Stream isn't writeable|max retries per request|Command timed out/;

/** User, password or database are wrong, or a permission is missing. */
const refused = /^(NOAUTH|WRONGPASS|NOPERM)\b|invalid password|invalid username|DB index is out of range/;

/** An outage, or a refusal, as an error with a code; any other error as it is. */
export function redisError(error: unknown, url: string): unknown {
  if (error instanceof LandfallError || !(error instanceof Error)) return error;
  const { message } = error;
  if (refused.test(message)) {
    const values = { address: redisAddress(url), reason: message };
    return new LandfallError('LF_QUEUE_REFUSED', values, { cause: error });
  }
  if (isUntrusted(error)) {
    const values = { address: redisAddress(url), reason: reasonOf(error) };
    return new LandfallError('LF_QUEUE_TLS', values, { cause: error });
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
 * @throws LandfallError LF_QUEUE_LOST, LF_QUEUE_REFUSED, LF_QUEUE_TLS
 */
export async function connectRedis(url: string, options: RedisOptions = {}): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const settings = { maxRetriesPerRequest: null, ...options, lazyConnect: true };
  const sentinels = sentinelOptions(url);
  const redis = sentinels === null ? new Redis(url, settings) : new Redis({ ...sentinels, ...settings });
  const failed = new Promise<never>((_, reject) => redis.once('error', reject));
  // Without a listener the driver prints what it emits.
  redis.on('error', () => {});
  const silent = new AbortController();
  const late = delay(answerMs, undefined, { signal: silent.signal }).then(() => {
    const tls = url.startsWith('rediss') ? ', perhaps because it speaks no TLS' : '';
    throw queueLost(`it has not answered for ${answerMs / 1000} s${tls}`, url);
  });
  try {
    await Promise.race([redis.connect(), failed, late]);
    return redis;
  } catch (error) {
    redis.disconnect();
    if (error instanceof LandfallError) throw error;
    // The event says why; the promise may only say that the connection is closed.
    throw redisError(await Promise.race([failed, delay(0, error)]).catch((reason) => reason), url);
  } finally {
    silent.abort();
    late.catch(() => {});
    failed.catch(() => {});
  }
}
