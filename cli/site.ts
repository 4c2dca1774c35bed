/**
 * A site: what one process runs of Landfall. `up` runs all of it, `coordinator` all but the workers,
 * `ingest` all but the landing folder and the page.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Coordinator, CoordinatorOptions } from '../coordinator/contract.ts';
import type { Hub } from '../coordinator/progress/hub.ts';
import type { Registry } from '../model/registry.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import type { Outage } from '../platform/errors/outage.ts';
import { waitOut } from '../platform/errors/wait-out.ts';
import { createLog, type Log } from '../platform/log/log.ts';
import { type Pool, startPool } from '../workers/pool.ts';
import { ExitCode } from './exit-codes.ts';

/** How long a server that does not answer yet is waited for at the start: it may be starting, too. */
const startMs = 60_000;

export interface SiteOptions {
  readonly config: Config;
  readonly registry: Registry;
  /** Queue scope: `pool`, or one of its own for a single ingest. */
  readonly scope: string;
  /** Worker processes to start; 0 for none. */
  readonly workers: number;
  /** Watch the landing folder. */
  readonly watch: boolean;
  /** Serve the page, the API and the progress socket. */
  readonly serve: boolean;
  /** The command reports how each file ended: the log need not. Default: false. */
  readonly reportsFiles?: boolean;
  readonly log?: Log;
}

export interface Site {
  readonly config: Config;
  readonly database: Database;
  readonly coordinator: Coordinator;
  readonly hub: Hub;
  readonly pool: Pool | null;
  /** Address of the page, where it is served. */
  readonly url: string | null;
  /** Stops everything in the reverse order of its start; chunks in flight finish or are given back. */
  close(): Promise<void>;
}

/** Starts everything that one machine needs: coordinator, workers, landing folder and page. */
export function openWholeSite(
  config: Config,
  registry: Registry,
  options: Pick<SiteOptions, 'log' | 'reportsFiles'> = {},
): Promise<Site> {
  return openSite({
    config,
    registry,
    scope: 'pool',
    workers: config.workers,
    watch: true,
    serve: true,
    ...options,
  });
}

/**
 * Starts a site. On failure what was started is stopped again. The workers are forked first: they take as
 * long to load their code as database and coordinator take to open.
 */
export async function openSite(options: SiteOptions): Promise<Site> {
  const { config, scope } = options;
  const log = options.log ?? createLog('landfall');
  let start: (databaseUrl: string) => void = () => {};
  const databaseUrl = new Promise<string>((resolve) => {
    start = resolve;
  });
  const pool =
    options.workers > 0 ? await startPool({ config, databaseUrl, scope, count: options.workers, log }) : null;
  const closers: Closers = [];
  const close = async () => {
    await pool?.close();
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const database = await openWaiting(config, log);
    closers.push(() => database.close());
    // The coordinator makes the queue, which workers expect to find.
    const { coordinator, hub } = await untilReady(config, log, () =>
      openCoordinator(options, database, log, closers),
    );
    start(database.url);
    const url = options.serve
      ? await openServer(options, { database, coordinator, hub }, log, closers)
      : null;
    return { config, database, coordinator, hub, pool, url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the database; one that is still being started is waited for. */
export async function openWaiting(config: Config, log: Log): Promise<Database> {
  const { openDatabase } = await import('../ledger/open-database.ts');
  return untilReady(config, log, () => openDatabase(config));
}

/** What workers on this machine need, before they are started: each of them would fail, again and again. */
export async function openForWorkers(config: Config, log: Log): Promise<Database> {
  const [{ checkServer, connectDatabase }, { checkQueue }, { openStorage }] = await Promise.all([
    import('../platform/database/database.ts'),
    import('../platform/queue/redis-connection.ts'),
    import('../platform/storage/index.ts'),
  ]);
  const { databaseUrl } = config;
  const database = databaseUrl === null ? await openWaiting(config, log) : connectDatabase(databaseUrl);
  try {
    await untilReady(config, log, async () => {
      await checkServer(database);
      await checkQueue(config.redisUrl);
      // A bucket is asked for something; a folder was looked at when it was opened.
      for await (const _ of (await openStorage(config.lakeUrl, 'lake')).list()) break;
    });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

const outageNames: Readonly<Record<Outage['with'], string>> = {
  database: 'the database',
  queue: 'the queue',
  lake: 'the lake',
  landing: 'the landing folder or the archive',
};

/**
 * Opens what needs a server that may still be coming, or have no connection left. Permissions are not waited
 * for: whoever has just started this reads the message and sets them.
 */
function untilReady<T>(config: Config, log: Log, open: () => Promise<T>): Promise<T> {
  let said = '';
  return waitOut(open, {
    outageTimeoutMs: Math.min(startMs, config.outageTimeout * 1000),
    waitsFor: ({ code }) => code !== 'LF_STORAGE_DENIED',
    onOutage(outage) {
      if (outage.message !== said) log.warn({ ...outage }, `waiting for ${outageNames[outage.with]}`);
      said = outage.message;
    },
  });
}

type Closers = (() => Promise<unknown>)[];

/** Opens the coordinator and the hub. On failure what was opened is closed again, so that it may be tried once more. */
async function openCoordinator(
  options: SiteOptions,
  database: Database,
  log: Log,
  closers: Closers,
): Promise<Pick<Site, 'coordinator' | 'hub'>> {
  const opened: Closers = [];
  try {
    const site = await openInTurn(options, database, log, opened);
    closers.push(...opened);
    return site;
  } catch (error) {
    for (const closer of opened.reverse()) await closer();
    throw error;
  }
}

async function openInTurn(
  { config, registry, scope, watch, reportsFiles }: SiteOptions,
  database: Database,
  log: Log,
  closers: Closers,
): Promise<Pick<Site, 'coordinator' | 'hub'>> {
  const [{ startCoordinator }, { createHub }, { openTicks }] = await Promise.all([
    import('../coordinator/coordinator.ts'),
    import('../coordinator/progress/hub.ts'),
    import('../ledger/ticks.ts'),
  ]);
  const ticks = await openTicks(config, database.url);
  closers.push(() => ticks.close());
  let hub: Hub | undefined;
  const onUnknown: CoordinatorOptions['onUnknown'] = (files) => hub?.setUnknown(files);
  const waiting = new Map<string, Outage | null>();
  const onOutage: CoordinatorOptions['onOutage'] = (source, outage) => {
    waiting.set(source, outage);
    hub?.setOutage(source, outage);
  };
  const onDefinitions = () => hub?.setDefinitions(registry);
  const told = { onUnknown, onOutage, onDefinitions };
  const options = { config, database, registry, scope, watch, reportsFiles, log, ...told };
  const coordinator = await startCoordinator(options);
  closers.push(() => coordinator.close());
  hub = await createHub({ ledger: coordinator.ledger, databaseUrl: database.url, ticks, log });
  const openHub = hub;
  closers.push(() => openHub.close());
  hub.setUnknown(coordinator.unknownFiles());
  hub.setDefinitions(registry);
  for (const [source, outage] of waiting) hub.setOutage(source, outage);
  return { coordinator, hub };
}

/** Serves the page; returns its address. */
async function openServer(
  { config, registry }: SiteOptions,
  { database, coordinator, hub }: Pick<Site, 'database' | 'coordinator' | 'hub'>,
  log: Log,
  closers: Closers,
): Promise<string> {
  const { startServer } = await import('../coordinator/http/server.ts');
  const { ledger } = coordinator;
  const { pool } = database;
  const counts = () => queueCounts(coordinator);
  const server = await startServer({ config, hub, ledger, registry, pool, log, queueCounts: counts });
  closers.push(() => server.close());
  return server.url;
}

/** Jobs of both queues by state, for /metrics: `work_waiting`, `files_active`, … */
async function queueCounts({ queues }: Coordinator): Promise<Record<string, number>> {
  const counts = Object.entries(await queues.counts());
  return Object.fromEntries(
    counts.flatMap(([queue, states]) =>
      Object.entries(states).map(([state, jobs]) => [`${queue}_${state}`, jobs as number]),
    ),
  );
}

/** What closing may take beyond the time for work in flight: giving the rest back, connections, an embedded server. */
const closeMs = 10_000;

/**
 * Closes within the deadline of the settings. What has not ended by then is left as it is: every step may be
 * interrupted, and whoever starts next takes it up.
 */
export async function closeInTime(
  open: { close(): Promise<void> },
  { stopMs }: Pick<Config, 'stopMs'>,
): Promise<void> {
  const timer = setTimeout(() => {
    process.stderr.write('stopped in the middle of something: the next start takes it up\n');
    process.exit(ExitCode.failed);
  }, stopMs + closeMs);
  await open.close();
  clearTimeout(timer);
}

/** How long a command that an outage has ended may take to close: what it would wait for is away. */
const givenUpMs = 2_000;

/** How long it has then to say so. */
const lastWordMs = 500;

/** Closes a command that an outage has ended, as far as that is possible, and lets the process end. */
export async function closeGivenUp(open: { close(): Promise<void> }): Promise<void> {
  const closing = open.close().catch(() => {});
  await Promise.race([closing, delay(givenUpMs, undefined, { ref: false })]);
  setTimeout(() => process.exit(), lastWordMs).unref();
}

/**
 * Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. To be called before the
 * command says that it is up: whoever reads that may send a signal at once.
 * Throws LF_COORDINATOR_RUNNING when another coordinator has taken over that of the site: whoever started
 * this process has to know.
 */
export async function untilStopped(site?: Pick<Site, 'coordinator'>): Promise<void> {
  const stopped = new Promise<null>((resolve) => {
    let stopping = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(130);
        stopping = true;
        resolve(null);
      });
    }
  });
  const error = await Promise.race([stopped, ...(site ? [site.coordinator.takenOver] : [])]);
  if (error !== null) throw error;
}
