/**
 * A site is the part of Landfall that one command runs. `up` runs all of it, `coordinator` all but the workers, and
 * `ingest` all but the landing folder and the page.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Coordinator, CoordinatorOptions, Standby } from '../coordinator/contract.ts';
import type { SourceWatch } from '../coordinator/fetch/source-watch.ts';
import type { Listener } from '../coordinator/http/listener.ts';
import type { FreshnessWatch } from '../coordinator/judge/freshness-watch.ts';
import type { RejectTally } from '../coordinator/metrics/reject-tally.ts';
import type { Hub } from '../coordinator/progress/hub.ts';
import type { Registry } from '../model/registry.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import type { Outage } from '../platform/errors/outage.ts';
import { waitOut } from '../platform/errors/wait-out.ts';
import { createLog, type Log } from '../platform/log/log.ts';
import { allOn } from '../platform/progress/hosts.ts';
import { flushSpans } from '../platform/traces/tracing.ts';
import { type Pool, startPool } from '../workers/pool.ts';
import { ExitCode } from './exit-codes.ts';
import { say } from './say.ts';

/** How long a start waits for a server that does not answer. It may be starting as well. */
const startMs = 60_000;

export interface SiteOptions {
  readonly config: Config;
  readonly registry: Registry;
  /** The scope of the queue: `pool`, or one of its own for a single ingest. */
  readonly scope: string;
  /** The number of worker processes to start, or 0. */
  readonly workers: number;
  /** Whether to watch the landing folder. */
  readonly watch: boolean;
  /** Whether to serve the page, the API and the progress socket. */
  readonly serve: boolean;
  /** Plans no run by a schedule until the coordinator is told to. */
  readonly holdsSchedules?: boolean;
  /** Waits while another coordinator leads, and sends on to it what it is asked. */
  readonly standby?: Standby;
  /** Whether the command itself reports how each file ended, so that the log need not. Default: false. */
  readonly reportsFiles?: boolean;
  /** The same of runs of sources. */
  readonly reportsRuns?: boolean;
  /** The command shows the broken definitions in a terminal: the log need not. Default: false. */
  readonly showsDefinitions?: boolean;
  readonly log?: Log;
}

export interface Site {
  readonly config: Config;
  readonly database: Database;
  readonly coordinator: Coordinator;
  readonly hub: Hub;
  readonly pool: Pool | null;
  /** The address of the page; null if it is not served. */
  readonly url: string | null;
  /** Stops everything in the reverse order of its start. Chunks in flight are finished or given back. */
  close(): Promise<void>;
}

/** Starts everything that one machine needs: coordinator, workers, landing folder and page. */
export function openWholeSite(
  config: Config,
  registry: Registry,
  options: Pick<SiteOptions, 'log' | 'reportsFiles' | 'showsDefinitions' | 'holdsSchedules'> = {},
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
 * Starts a site. If that fails, what was started is stopped again. The workers are forked first, so that they load
 * their code while database and coordinator are opened.
 */
export async function openSite(given: SiteOptions): Promise<Site> {
  const own = given.serve
    ? await (await import('../coordinator/http/own-token.ts')).withOwnToken(given.config)
    : null;
  const options = own === null ? given : { ...given, config: own };
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
    await flushSpans();
  };
  try {
    const waiting = options.serve && options.standby ? await openStandby(options, log, closers) : null;
    const database = await openWaiting(config, log);
    closers.push(() => database.close());
    const rejects = options.serve ? await openTally(database) : null;
    // Workers expect the queue, which the coordinator creates.
    const { coordinator, hub } = await untilReady(config, log, () =>
      openCoordinator(
        { ...options, standby: waiting?.standby ?? options.standby },
        { database, rejects },
        log,
        closers,
      ),
    );
    start(database.url);
    const serving = { database, coordinator, hub, rejects, listener: waiting?.listener };
    const url = options.serve ? await openServer(options, serving, log, closers) : null;
    if (own !== null) say((await import('../coordinator/http/own-token.ts')).aboutOwnToken(url!, own));
    return { config, database, coordinator, hub, pool, url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the port, before anything else is waited for. */
async function openStandby(
  { config, standby }: SiteOptions,
  log: Log,
  closers: Closers,
): Promise<{ readonly listener: Listener; readonly standby: Standby }> {
  const { startStandbyServer } = await import('../coordinator/http/standby.ts');
  const { listener, led, sendTo } = await startStandbyServer({ config, log });
  closers.push(() => listener.close());
  const onWaiting: Standby['onWaiting'] = (error) => {
    led(error);
    standby!.onWaiting(error, listener.url);
  };
  return { listener, standby: { signal: standby!.signal, onWaiting, onLeader: sendTo } };
}

/** Opens the database, and waits for a server that is still starting. */
export async function openWaiting(config: Config, log: Log): Promise<Database> {
  const { openDatabase } = await import('../ledger/open-database.ts');
  return untilReady(config, log, () => openDatabase(config));
}

/** Waits for all that workers need, so that they do not start and fail again and again. */
export async function openForWorkers(config: Config, log: Log): Promise<Database> {
  const [
    { checkServer, connectDatabase },
    { databaseAddress },
    { checkMigrated },
    { checkQueue },
    { checkQueueTables },
    { openStorage },
  ] = await Promise.all([
    import('../platform/database/database.ts'),
    import('../platform/database/address.ts'),
    import('../ledger/migrate.ts'),
    import('../platform/queue/redis-server.ts'),
    import('../platform/queue/queue-tables.ts'),
    import('../platform/storage/index.ts'),
  ]);
  const { databaseUrl, redisUrl } = config;
  const database = databaseUrl === null ? await openWaiting(config, log) : connectDatabase(databaseUrl);
  try {
    await untilReady(config, log, async () => {
      await checkServer(database);
      const address = databaseAddress(database.url);
      await checkMigrated(database.pool, address);
      await checkQueue(redisUrl);
      if (redisUrl === null) await checkQueueTables(database.pool, address);
      // Opening a folder checks it. A bucket is only checked by a request.
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
 * Opens something that needs a server, which may still be starting or have no connection left. It does not wait for
 * permissions: the user who has just started the command sees the message and can set them.
 */
function untilReady<T>(config: Config, log: Log, open: () => Promise<T>): Promise<T> {
  let said = '';
  return waitOut(open, {
    outageTimeoutMs: Math.min(startMs, config.outageTimeout * 1000),
    waitsFor: ({ code }) => code !== 'LF_STORAGE_DENIED' && code !== 'LF_STORAGE_CREDENTIALS',
    onOutage(outage) {
      if (outage.message !== said) log.warn({ ...outage }, `waiting for ${outageNames[outage.with]}`);
      said = outage.message;
    },
  });
}

/** For /metrics alone. */
async function openTally({ pool }: Database): Promise<RejectTally> {
  const { RejectTally } = await import('../coordinator/metrics/reject-tally.ts');
  return new RejectTally(pool);
}

/** What the coordinator and the server work with. */
interface Opened {
  readonly database: Database;
  /** Null where nothing is served. */
  readonly rejects: RejectTally | null;
}

type Closers = (() => Promise<unknown>)[];

/** Opens the coordinator and the hub. If that fails, what was opened is closed again, so that it can be repeated. */
async function openCoordinator(
  options: SiteOptions,
  tools: Opened,
  log: Log,
  closers: Closers,
): Promise<Pick<Site, 'coordinator' | 'hub'>> {
  const opened: Closers = [];
  try {
    const site = await openInTurn(options, tools, log, opened);
    closers.push(...opened);
    return site;
  } catch (error) {
    for (const closer of opened.reverse()) await closer();
    throw error;
  }
}

async function openInTurn(
  {
    config,
    registry,
    scope,
    watch,
    holdsSchedules,
    standby,
    reportsFiles,
    reportsRuns,
    showsDefinitions,
  }: SiteOptions,
  { database, rejects }: Opened,
  log: Log,
  closers: Closers,
): Promise<Pick<Site, 'coordinator' | 'hub'>> {
  const [{ startCoordinator }, { SourceWatch }, { FreshnessWatch }, { createHub }, { openTicks }] =
    await Promise.all([
      import('../coordinator/coordinator.ts'),
      import('../coordinator/fetch/source-watch.ts'),
      import('../coordinator/judge/freshness-watch.ts'),
      import('../coordinator/progress/hub.ts'),
      import('../ledger/ticks.ts'),
    ]);
  const ticks = await openTicks(config, database);
  closers.push(() => ticks.close());
  let hub: Hub | undefined;
  const onUnknown: CoordinatorOptions['onUnknown'] = (files) => hub?.setUnknown(files);
  const waiting = new Map<string, Outage | null>();
  const onOutage: CoordinatorOptions['onOutage'] = (source, outage) => {
    waiting.set(source, outage);
    hub?.setOutage(source, outage);
  };
  let freshness: FreshnessWatch | undefined;
  let sources: SourceWatch | undefined;
  const onDefinitions = () => {
    hub?.setDefinitions(registry);
    freshness?.soon();
    sources?.soon();
  };
  const onFetched: CoordinatorOptions['onFetched'] = (run, bytes) => sources?.fetched(run, bytes);
  const onQueueFault = () => sources?.soon();
  const onEnded: CoordinatorOptions['onEnded'] = ({ fileId }) => rejects?.note(fileId);
  // Only the processes that this one forks work for a single command. Any others report where they are.
  const workersAreHere = () => scope !== 'pool' || allOn(hostname(), hub?.snapshot().state.workers ?? []);
  const shows = { reportsFiles, reportsRuns, showsDefinitions, workersAreHere };
  const told = { ...shows, onUnknown, onOutage, onDefinitions, onFetched, onQueueFault, onEnded };
  const options = { config, database, registry, scope, watch, holdsSchedules, standby, log, ...told };
  const coordinator = await startCoordinator(options);
  closers.push(() => coordinator.close());
  hub = await createHub({ ledger: coordinator.ledger, databaseUrl: database.url, ticks, log });
  const openHub = hub;
  closers.push(() => openHub.close());
  hub.setUnknown(coordinator.unknownFiles());
  hub.setDefinitions(registry);
  const { ledger, webhooks } = coordinator;
  const onReports = watch ? webhooks.noteLate.bind(webhooks) : undefined;
  freshness = new FreshnessWatch({ ledger, registry, hub, onReports });
  closers.push(() => freshness!.close());
  sources = new SourceWatch({ pool: database.pool, registry, env: process.env, hub });
  closers.push(() => sources!.close());
  for (const [source, outage] of waiting) hub.setOutage(source, outage);
  return { coordinator, hub };
}

/** Serves the page and returns its address. */
async function openServer(
  { config, registry }: SiteOptions,
  open: Opened & Pick<Site, 'coordinator' | 'hub'> & { readonly listener?: Listener },
  log: Log,
  closers: Closers,
): Promise<string> {
  const [{ startServer }, { Uploads }, { createInspector }, { openStorage }] = await Promise.all([
    import('../coordinator/http/server.ts'),
    import('../coordinator/upload/uploads.ts'),
    import('./init/inspect.ts'),
    import('../platform/storage/index.ts'),
  ]);
  const uploads = new Uploads({
    folder: join(config.home, 'uploads'),
    bytesMost: config.uploadBytes,
    landing: () => openStorage(config.landingUrl),
    registry,
  });
  const { coordinator, hub, listener, rejects } = open;
  const server = await startServer({
    ...{ config, hub, registry, log, listener },
    ledger: coordinator.ledger,
    pool: open.database.pool,
    actions: coordinator.actions,
    webhooks: coordinator.webhooks,
    queues: coordinator.queues,
    upload: { uploads, inspector: createInspector(registry), datasets: config.datasets },
    term: () => coordinator.term,
    queueCounts: () => queueCounts(coordinator),
    ...(rejects !== null && { rejects: () => rejects.read() }),
  });
  closers.push(() => server.close());
  await coordinator.announce({ host: config.host, port: Number(new URL(server.url).port) });
  return server.url;
}

/** The number of jobs in both queues by state, for /metrics: `work_waiting`, `files_active`, … */
async function queueCounts({ queues }: Coordinator): Promise<Record<string, number>> {
  const counts = Object.entries(await queues.counts());
  return Object.fromEntries(
    counts.flatMap(([queue, states]) =>
      Object.entries(states).map(([state, jobs]) => [`${queue}_${state}`, jobs as number]),
    ),
  );
}

/** The time for closing beyond that for work in flight: giving the rest back, connections, an embedded server. */
const closeMs = 10_000;

/**
 * Closes within the deadline of the settings. What has not ended by then is interrupted, as any step may be, and the
 * next start resumes it.
 */
export async function closeInTime(
  open: { close(): Promise<void> },
  { stopMs }: Pick<Config, 'stopMs'>,
): Promise<void> {
  const timer = setTimeout(() => {
    say('Stopped before all work had ended. The next start resumes it.');
    process.exit(ExitCode.failed);
  }, stopMs + closeMs);
  await open.close();
  clearTimeout(timer);
}

/** How long a command that an outage has ended may take to close. Waiting longer would not help. */
const givenUpMs = 2_000;

/** How long it may then take to report the outage. */
const lastWordMs = 500;

/** Closes a command that an outage has ended as far as possible, and then ends the process. */
export async function closeGivenUp(open: { close(): Promise<void> }): Promise<void> {
  const closing = open.close().catch(() => {});
  await Promise.race([closing, delay(givenUpMs, undefined, { ref: false })]);
  setTimeout(() => process.exit(), lastWordMs).unref();
}

/** Closes a site when it is told to stop; at once where another coordinator has taken over, whose error it throws. */
export async function closeWhen(
  stopped: Promise<void>,
  site: Pick<Site, 'close'>,
  config: Pick<Config, 'stopMs'>,
): Promise<void> {
  try {
    await stopped;
  } catch (error) {
    await closeGivenUp(site);
    throw error;
  }
  await closeInTime(site, config);
}

/** How long a command that is told to stop while it opens may go on opening. */
const openingMs = 2_000;

/** Resolves at the first SIGINT or SIGTERM from now on. A second one ends the process at once. */
export function stopSignal(): Promise<null> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(130);
        stopping = true;
        resolve(null);
      });
    }
  });
}

/** What a command opens. If it is told to stop meanwhile, it is stopped when it is open, or ends after two seconds. */
export async function openUnlessStopped<T>(stopped: Promise<null>, opening: Promise<T>): Promise<T> {
  const late = stopped.then(() => delay(openingMs, null, { ref: false }));
  const first = await Promise.race([opening.then((open) => ({ open })), late]);
  if (first !== null) return first.open;
  say('Stopped while starting.');
  return process.exit(ExitCode.failed);
}

/**
 * Resolves at the first SIGINT or SIGTERM. Call this, or stopSignal, before the command reports that it is up,
 * because a signal may follow that report at once.
 * @throws LandfallError LF_COORDINATOR_RUNNING when another coordinator has taken over
 */
export async function untilStopped(
  site?: Pick<Site, 'coordinator'>,
  stopped: Promise<null> = stopSignal(),
): Promise<void> {
  const error = await Promise.race([stopped, ...(site ? [site.coordinator.takenOver] : [])]);
  if (error !== null) throw error;
}
