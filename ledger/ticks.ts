/**
 * Ticks: what workers report between commits. They are hints: cheap, merged and lossy, and never sent inside
 * a transaction. They go over Redis where there is one, because NOTIFY makes the commits of a whole
 * database wait for each other; without Redis the pool is small enough for NOTIFY.
 */
import type { Redis } from 'ioredis';
import type { Database } from '../platform/database/database.ts';
import { type Listening, listen } from '../platform/database/listen.ts';
import type { Tick } from '../platform/progress/progress.ts';
import { connectRedis } from '../platform/queue/redis-connection.ts';
import { tickChannel } from '../platform/queue/redis-server.ts';
import { installation } from './tables/scopes.ts';

export interface Ticks {
  /**
   * Sends a tick. While one is being sent, only the newest after it is kept. Never rejects: resolves
   * when this tick or a newer one was sent, or could not be.
   */
  publish(tick: Tick): Promise<void>;
  /** Calls onTick with every tick of this installation from now on. */
  subscribe(onTick: (tick: Tick) => void): Promise<void>;
  /** Sends what is still to be sent, then closes. */
  close(): Promise<void>;
}

/** How ticks travel. `send` may reject. */
interface Carrier {
  send(payload: string): Promise<void>;
  subscribe(onPayload: (payload: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** The channel in PostgreSQL; in Redis it is `landfall:tick:` and the installation's id. */
const channel = 'landfall_tick';
/** NOTIFY takes fewer than 8000 bytes. */
const payloadBytesMax = 7900;

/** Opens the ticks of one installation (database). Connections are made when first used. */
export async function openTicks(
  config: { redisUrl: string | null },
  database: Pick<Database, 'url' | 'pool'>,
): Promise<Ticks> {
  const carrier = config.redisUrl
    ? redisCarrier(config.redisUrl, tickChannel(await installation(database.pool)))
    : postgresCarrier(database);
  const send = merging((tick: Tick) => carrier.send(JSON.stringify(tick)));
  return {
    publish: send,
    subscribe: (onTick) => carrier.subscribe((payload) => onTick(JSON.parse(payload) as Tick)),
    async close() {
      await send(null);
      await carrier.close();
    },
  };
}

/**
 * Wraps `send` so that one call is under way at a time and of those that come meanwhile only the
 * newest follows. Null sends nothing and resolves when all is sent.
 */
function merging<T>(send: (value: T) => Promise<void>): (value: T | null) => Promise<void> {
  let next: T | null = null;
  let sending: Promise<void> | null = null;
  const drain = async () => {
    while (next !== null) {
      const value = next;
      next = null;
      await send(value).catch(() => {});
    }
    sending = null;
  };
  return (value) => {
    next = value ?? next;
    return (sending ??= drain());
  };
}

function postgresCarrier({ url, pool }: Pick<Database, 'url' | 'pool'>): Carrier {
  const listenings: Listening[] = [];
  return {
    async send(payload) {
      if (Buffer.byteLength(payload) > payloadBytesMax) return;
      await pool.query('select pg_notify($1, $2)', [channel, payload]);
    },
    async subscribe(onPayload) {
      // Ticks that were missed are of no use: there is nothing to do on reconnecting.
      listenings.push(await listen(url, channel, onPayload, () => {}));
    },
    async close() {
      await Promise.all(listenings.map((listening) => listening.close()));
    },
  };
}

function redisCarrier(url: string, name: string): Carrier {
  const connections: Redis[] = [];
  const open = async (options: { enableOfflineQueue: boolean }) => {
    // Once connected it reconnects by itself, and subscribes again.
    const redis = await connectRedis(url, options);
    connections.push(redis);
    return redis;
  };
  let publisher: Redis | null = null;
  return {
    async send(payload) {
      publisher ??= await open({ enableOfflineQueue: false });
      await publisher.publish(name, payload);
    },
    async subscribe(onPayload) {
      const subscriber = await open({ enableOfflineQueue: true });
      subscriber.on('message', (_, payload) => onPayload(payload));
      await subscriber.subscribe(name);
    },
    async close() {
      for (const redis of connections) redis.disconnect();
    },
  };
}
