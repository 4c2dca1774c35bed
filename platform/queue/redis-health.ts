/**
 * Watches whether Redis accepts writes. A server that is stopped, paused, out of memory or demoted to a replica
 * gives a different error for each, or no answer at all. So a small write is tried at intervals. It writes a mark that
 * must be there already: a server that has lost it has lost jobs as well, although it never was away.
 *
 *   well ──refused, or silent for answerMs──▶ in outage ──written──▶ well again (what was queued may be lost)
 *   well ──the mark is gone──▶ well again
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';

const probeMs = 2_000;
const answerMs = 2_000;
/** A mark of a scope that nobody watches any more goes by itself. */
const markSeconds = 86_400;

export interface RedisHealthOptions {
  /** Names the key of the mark. */
  readonly prefix: string;
  onOutage(reason: string): void;
  /** Also after each reconnection that no probe has noticed, and where the mark is gone. */
  onRecovered(): void;
}

/** Watches until the function that it returns is called. */
export function watchRedis(connection: Redis, options: RedisHealthOptions): () => void {
  const key = `${options.prefix}:mark`;
  /** Whether the mark has been seen. */
  let marked = false;
  let failing = false;
  let closed = false;
  let probing = false;
  let lastError = '';

  const outage = (reason: string) => {
    failing = true;
    if (!closed) options.onOutage(reason);
  };
  const recovered = () => {
    failing = false;
    if (!closed) options.onRecovered();
  };
  const probe = async () => {
    if (probing) return;
    probing = true;
    try {
      const written = connection
        .set(key, '', 'EX', markSeconds, 'GET')
        .then((old) => ({ lost: marked && old === null }));
      const late = delay(answerMs, null, { ref: false });
      if ((await Promise.race([written, late])) === null)
        outage(lastError || `it has not answered for ${answerMs / 1000} s`);
      const { lost } = await written;
      marked = true;
      if (failing || lost) recovered();
    } catch (error) {
      outage((error as Error).message);
    } finally {
      probing = false;
    }
  };
  const onError = (error: Error) => {
    lastError = error.message;
  };
  const onReady = () => {
    lastError = '';
    recovered();
  };
  const timer = setInterval(() => void probe(), probeMs);
  timer.unref();
  connection.on('error', onError);
  // The first time it becomes ready nothing can have been lost.
  if (connection.status === 'ready') connection.on('ready', onReady);
  else connection.once('ready', () => connection.on('ready', onReady));
  return () => {
    closed = true;
    clearInterval(timer);
    connection.off('error', onError);
    connection.off('ready', onReady);
  };
}
