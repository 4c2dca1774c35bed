/**
 * What differs between Redis and PostgreSQL: how BullMQ's classes are created, and on which connections.
 * Every other module of the queue is the same for both.
 */
import { createHash } from 'node:crypto';
import type * as bullmq from 'bullmq';
import { createPostgresBackend, FlowProducer, Queue, runMigrations, Worker, withBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import { databaseAddress } from '../database/address.ts';
import { createSchemaSql } from '../database/create-schema.ts';
import { OwnClient, type OwnPoolConfig } from '../database/named.ts';
import type { QueueOptions } from './contract.ts';
import { queueSchema } from './queue-tables.ts';
import { connectRedis, queueLost, redisError } from './redis-connection.ts';
import { watchRedis } from './redis-health.ts';
import { checkRedisServer } from './redis-server.ts';
import { WaitingPool } from './waiting-pool.ts';

/** The part of BullMQ's worker options that the caller decides. */
export type WorkerSettings = Pick<
  bullmq.WorkerOptions,
  'concurrency' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'drainDelay' | 'runRetryDelay'
>;

/** Has BullMQ's job schedulers tick when we say, not by its own reading of cron expressions. */
function tickSettings({ nextTick }: QueueOptions): { settings: bullmq.AdvancedOptions } {
  const repeatStrategy = (after: number, { pattern }: bullmq.RepeatOptions) =>
    nextTick?.(pattern ?? '', after) ?? undefined;
  return { settings: { repeatStrategy } };
}

// biome-ignore lint/suspicious/noExplicitAny: BullMQ's classes are generic over the backend; only members both have are used.
type AnyQueue = Queue<any, any, string, any, any, any, any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
type AnyFlowProducer = FlowProducer<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type AnyWorker = Worker<any, any, string, any, any, any>;

export interface Backend {
  readonly kind: 'redis' | 'postgres';
  queue(name: string): AnyQueue;
  flows(): AnyFlowProducer;
  worker(name: string, processor: bullmq.Processor, settings: WorkerSettings): AnyWorker;
  /**
   * Runs a command of a queue or producer. While the server is away no command is started, and those that are
   * running fail; the server may still execute them when it is back.
   * @throws LandfallError LF_QUEUE_LOST where the server is away
   */
  ask<T>(work: () => Promise<T>): Promise<T>;
  /** Stops waiting for a server that is away. */
  letGo(): void;
  /** Closes the connections, after queues, producers and workers are closed. */
  close(): Promise<void>;
}

/** BullMQ keeps this many events per queue. Nobody reads them. */
const eventsKept = 100;

/** `names`: of all queues that will be asked for. */
export async function openBackend(options: QueueOptions, names: readonly string[]): Promise<Backend> {
  return options.redisUrl === null ? openPostgres(options, names) : openRedis(options, options.redisUrl);
}

const askingDefault = 4;
const askingOfFew = 1;

const connectionTimeoutMillis = 10_000;

async function openPostgres(options: QueueOptions, names: readonly string[]): Promise<Backend> {
  const config: OwnPoolConfig = {
    connectionString: options.databaseUrl,
    max: options.asking ?? askingDefault,
    maxOfFew: askingOfFew,
    connectionTimeoutMillis,
    searchPath: queueSchema,
    application_name: 'landfall queue',
    onConnect: (client) => silenceEvents(client, names),
  };
  const pool = new WaitingPool(config, databaseAddress(options.databaseUrl), (error) =>
    options.onError?.(error),
  );
  if (options.migrate) await migrateOnce(pool);
  const bound = withBackend(createPostgresBackend);
  const ticks = tickSettings(options);
  const connection = pool;
  return {
    kind: 'postgres',
    queue: (name) =>
      new bound.Queue(name, { connection, streams: { events: { maxLen: eventsKept } }, ...ticks }),
    flows: () => new bound.FlowProducer({ connection }),
    worker: (name, processor, settings) => {
      // It keeps one to listen on.
      pool.widen();
      return new bound.Worker(name, processor, { connection, ...settings, ...ticks });
    },
    // Its connections say themselves what is away.
    ask: (work) => work(),
    letGo: () => pool.letGo(),
    close: () => pool.end(),
  };
}

/**
 * Has BullMQ not announce the events of these queues, which nobody reads: it does so only where it gets a lock
 * that all our connections share. PostgreSQL 18 wakes every session that listens, whatever it listens to,
 * and each idle worker listens for jobs: with hundreds of them the announcements were two thirds of what a job
 * cost the server. A hint, as they are: where the lock is not had, or is another in some version of BullMQ, all
 * works as well.
 */
async function silenceEvents(client: pg.ClientBase, names: readonly string[]): Promise<void> {
  const text = `select pg_try_advisory_lock_shared(hashtext('bullmq:evnotify:' || name)) from unnest($1::text[]) as name`;
  await client.query(text, [names]).catch(() => undefined);
}

async function migrateOnce(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(onPreparedSchema(client), queueSchema);
  } finally {
    client.release();
  }
}

/** BullMQ creates its schema in a way that a role without CREATE on the database is denied, whether it is there or not. */
function onPreparedSchema(client: pg.ClientBase): Pick<pg.ClientBase, 'query'> {
  const query = (text: string, values?: unknown[]) =>
    /^create schema if not exists/i.test(text)
      ? client.query(createSchemaSql(queueSchema))
      : client.query(text, values);
  return { query: query as pg.ClientBase['query'] };
}

async function openRedis(options: QueueOptions, redisUrl: string): Promise<Backend> {
  const prefix = `landfall-${await databaseIdentity(options.databaseUrl)}`;
  const connection = await connectRedis(redisUrl);
  await checkRedisServer(connection, redisUrl, prefix).catch((error) => {
    connection.disconnect();
    throw error;
  });
  connection.on('error', (error: Error) => options.onError?.(error));
  const ticks = tickSettings(options);
  const away: { reason: string | null } = { reason: null };
  const { health } = options;
  const stopWatching = health
    ? watchRedis(connection, {
        prefix: `${prefix}:${options.scope}`,
        onOutage: (reason) => {
          away.reason = reason;
          health.onOutage(queueLost(reason, redisUrl));
        },
        onRecovered: () => {
          away.reason = null;
          health.onRecovered();
        },
      })
    : () => {};
  return {
    kind: 'redis',
    queue: (name) =>
      new Queue(name, { connection, prefix, streams: { events: { maxLen: eventsKept } }, ...ticks }),
    flows: () => new FlowProducer({ connection, prefix }),
    worker: (name, processor, settings) =>
      new Worker(name, processor, { connection, prefix, ...settings, ...ticks }),
    ask: async (work) => {
      if (away.reason !== null) throw queueLost(away.reason, redisUrl);
      return askRedis(connection, redisUrl, work);
    },
    letGo: () => {
      if (connection.status !== 'ready') connection.disconnect();
    },
    close: async () => {
      stopWatching();
      if (connection.status === 'ready') await connection.quit();
      else connection.disconnect();
    },
  };
}

/** How long Redis may take to answer a command. */
const askMs = 10_000;

/** The driver alone would keep a command until the server is back, however long that takes. */
async function askRedis<T>(connection: Redis, url: string, work: () => Promise<T>): Promise<T> {
  if (connection.status !== 'ready') throw queueLost('it is not connected', url);
  let giveUp: (reason: string) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    giveUp = (reason) => reject(queueLost(reason, url));
  });
  const onClose = () => giveUp('the connection was lost');
  const timer = setTimeout(() => giveUp(`it has not answered for ${askMs / 1000} s`), askMs);
  connection.once('close', onClose);
  try {
    return await Promise.race([work(), lost]);
  } catch (error) {
    throw redisError(error, url);
  } finally {
    connection.off('close', onClose);
    clearTimeout(timer);
  }
}

/**
 * 8 hex digits that name the database whose ledger the jobs are about. Job ids are ledger ids: without
 * this, two databases that share a Redis, or a database that was recreated, would take each other's
 * jobs. Asked of the server, because its address may differ from machine to machine.
 */
async function databaseIdentity(databaseUrl: string): Promise<string> {
  const client = new OwnClient({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select (select system_identifier from pg_control_system())::text || ':' || oid::text as identity
         from pg_database where datname = current_database()`,
    );
    return createHash('sha256').update(rows[0].identity).digest('hex').slice(0, 8);
  } finally {
    await client.end();
  }
}
