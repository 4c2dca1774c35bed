/**
 * Ticks: what workers report between commits. They are hints: cheap, merged and lossy, and never sent inside
 * a transaction. They go over Redis where there is one, because NOTIFY makes the commits of a whole
 * database wait for each other; without Redis the pool is small enough for NOTIFY.
 */
import type { Redis } from 'ioredis';
import type pg from 'pg';
import { type Listening, listen } from '../platform/database/listen.ts';
import { NamedClient } from '../platform/database/named.ts';
import type { Tick } from '../platform/progress/progress.ts';
import { connectRedis } from '../platform/queue/redis-connection.ts';
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
const answerMs = 5000;

/** Opens the ticks of one installation (database). Connections are made when first used. */
export async function openTicks(config: { redisUrl: string | null }, databaseUrl: string): Promise<Ticks> {
  const carrier = config.redisUrl
    ? redisCarrier(config.redisUrl, `landfall:tick:${await installationId(databaseUrl)}`)
    : postgresCarrier(databaseUrl);
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
 * Names the database among all others: copies of a database have another number on their server, and
 * databases of the same number on other servers another id. Redis may serve several.
 */
export async function installationId(databaseUrl: string): Promise<string> {
  const client = connect(databaseUrl);
  try {
    await client.connect();
    return await installation(client);
  } finally {
    await client.end().catch(() => {});
  }
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

function connect(databaseUrl: string): pg.Client {
  const client = new NamedClient({
    connectionString: databaseUrl,
    application_name: 'landfall ticks',
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
    keepAlive: true,
  });
  client.on('error', () => {});
  return client;
}

function postgresCarrier(databaseUrl: string): Carrier {
  let client: pg.Client | null = null;
  const listenings: Listening[] = [];
  const open = async () => {
    const opened = connect(databaseUrl);
    await opened.connect();
    opened.once('end', () => {
      if (client === opened) client = null;
    });
    return opened;
  };
  return {
    async send(payload) {
      if (Buffer.byteLength(payload) > payloadBytesMax) return;
      client ??= await open();
      try {
        await client.query('select pg_notify($1, $2)', [channel, payload]);
      } catch (error) {
        const broken = client;
        client = null;
        await broken.end().catch(() => {});
        throw error;
      }
    },
    async subscribe(onPayload) {
      // Ticks that were missed are of no use: there is nothing to do on reconnecting.
      listenings.push(await listen(databaseUrl, channel, onPayload, () => {}));
    },
    async close() {
      await Promise.all(listenings.map((listening) => listening.close()));
      await client?.end().catch(() => {});
      client = null;
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
