/**
 * A site: what one process runs of Landfall. `up` runs all of it, `coordinator` all but the workers,
 * `ingest` all but the landing folder and the page.
 */
import { type Coordinator, startCoordinator } from '../coordinator/coordinator.ts';
import { startServer } from '../coordinator/http.ts';
import { createHub, type Hub } from '../coordinator/progress/hub.ts';
import type { Registry } from '../model/registry.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import { createLog, type Log } from '../platform/log.ts';
import { openTicks } from '../platform/ticks.ts';
import type { Config } from '../platform/types.ts';
import { type Pool, startPool } from '../workers/pool.ts';

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

/** Starts a site. On failure what was started is stopped again. */
export async function openSite(options: SiteOptions): Promise<Site> {
  const { config, registry, scope } = options;
  const log = options.log ?? createLog('landfall');
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const database = await openDatabase(config);
    closers.push(() => database.close());
    const ticks = await openTicks(config, database.url);
    closers.push(() => ticks.close());
    let hub: Hub | undefined;
    const coordinator = await startCoordinator({
      config,
      database,
      registry,
      scope,
      watch: options.watch,
      log,
      onUnknown: (files) => hub?.setUnknown(files),
    });
    closers.push(() => coordinator.close());
    hub = await createHub({ ledger: coordinator.ledger, databaseUrl: database.url, ticks, log });
    const openHub = hub;
    closers.push(async () => openHub.close());
    hub.setUnknown(coordinator.unknownFiles());
    let url: string | null = null;
    if (options.serve) {
      const server = await startServer({
        config,
        hub,
        ledger: coordinator.ledger,
        registry,
        pool: database.pool,
        log,
        queueCounts: () => queueCounts(coordinator),
      });
      closers.push(() => server.close());
      url = server.url;
    }
    let pool: Pool | null = null;
    if (options.workers > 0) {
      pool = await startPool({ config, databaseUrl: database.url, scope, count: options.workers, log });
      const openPool = pool;
      closers.push(() => openPool.close());
    }
    return { config, database, coordinator, hub, pool, url, close };
  } catch (error) {
    await close();
    throw error;
  }
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

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(130);
        stopping = true;
        resolve(signal);
      });
    }
  });
}
