/**
 * The coordinator finds files that have landed, has workers load them, and ends each with a receipt.
 *
 *   (landing) ─▶ discovered ─▶ scanning ─▶ loading ─▶ finalising ─▶ done
 *                    │             │           │            │
 *                    ├─▶ duplicate ◀           │            │       archive/ ◀─ done, duplicate
 *                    └─────────────┴───────────┴────────────┴─▶ failed ─▶ failed/
 *
 *   discovered   The file is in the ledger. Its layout is settled next; if it cannot be read, it fails.
 *   scanning     Workers find the record borders of a large file. Then the file is planned. If its content is
 *                already loaded it is a duplicate; if another file with the same content is loading, it waits.
 *   loading      Its chunks are in the queue, until all are committed or one has failed for good.
 *   finalising   Its accounts are compared. A difference, too many rejects or a failed data check fails it.
 *   done, failed, duplicate   Final. The file leaves the landing folder. A failed file leaves nothing in any sink.
 *   undone       The state of a done file after it is undone or replaced by another version.
 *
 * Every transition is in the table of ledger/states.ts.
 * The state is in the ledger, so any step can be interrupted and repeated. What is kept in memory (which files are
 * in flight, and who waits for them) only saves queries. The steps are called in flow/file-flow.ts.
 */

import { Ledger } from '../ledger/ledger.ts';
import { afterTerm } from '../ledger/tables/scopes.ts';
import { namedPool } from '../platform/database/named.ts';
import type { LandfallError } from '../platform/errors/errors.ts';
import { databaseOutage, outageOf } from '../platform/errors/outage.ts';
import type { Receipt } from '../platform/file-receipt.ts';
import { Limit } from '../platform/limit.ts';
import { openQueues, type Queues } from '../platform/queue/index.ts';
import { logQueueErrors } from '../platform/queue/log-errors.ts';
import { started } from '../platform/started.ts';
import type { ReadableStore } from '../platform/storage/contract.ts';
import { openStorage } from '../platform/storage/index.ts';
import { hurryRequests } from '../platform/storage/s3/cut-short.ts';
import { storeOutages } from '../platform/storage/s3/store-outages.ts';
import { openLake } from '../sinks/lake/open-lake.ts';
import { openSinks } from '../sinks/open-sinks.ts';
import { Marts } from '../sinks/postgres/marts/marts.ts';
import { forgetRemovedMarts, refreshStaleMarts } from '../sinks/postgres/marts/stale-marts.ts';
import { SinkSetup } from '../sinks/sink-setup.ts';
import type { Discovery, UnknownFile } from '../sources/contract.ts';
import { fetchers } from '../sources/fetching/fetchers.ts';
import { makeLandingFolders, openLanding } from '../sources/landing.ts';
import { createActions, type FileActions } from './commands/file-actions.ts';
import { noteSubmitted } from './commands/submit.ts';
import type { Context } from './context.ts';
import type { Coordinator, CoordinatorOptions } from './contract.ts';
import type { SourceRunner } from './fetch/runner.ts';
import { startRunner } from './fetch/start-runner.ts';
import { type Places, placesOf, putAway } from './finalise/put-away.ts';
import { withMarts } from './finalise/receipt-marts.ts';
import { watchArrivals } from './flow/arrival.ts';
import { FileFlow } from './flow/file-flow.ts';
import { FilesInFlight } from './flow/files-in-flight.ts';
import { once } from './flow/once.ts';
import { Settling } from './flow/settled.ts';
import { DefinitionsWatch } from './lifecycle/definitions-watch.ts';
import { dropUploadsDaily } from './lifecycle/drop-uploads.ts';
import {
  type Leadership,
  type LeadershipEvents,
  type Served,
  takeLeadership,
} from './lifecycle/leadership.ts';
import { Orphans } from './lifecycle/orphans.ts';
import { OutageWatch } from './lifecycle/outages.ts';
import { Recovery } from './lifecycle/recovery.ts';
import { deleteReplacedHourly } from './lifecycle/replaced-parts.ts';
import { planStuckAgain, resumeFiles } from './lifecycle/resume-files.ts';
import { closeScope, openScope } from './lifecycle/scope-notes.ts';
import { tidy, tidyOften } from './lifecycle/tidy.ts';
import { martsBehind } from './metrics/marts-behind.ts';
import { EventQueues } from './schedule/event-queues.ts';
import { nextTick, SourceSchedules } from './schedule/source-schedules.ts';
import { Webhooks } from './webhooks/tell-endpoints.ts';

export type { Coordinator, CoordinatorOptions } from './contract.ts';

/** How long the ledger may report no change while files are in flight, before jobs that may be lost are queued again. */
const silenceMs = 60_000;

/** Time between checks for chunks that no worker can load, as a multiple of LANDFALL_LOCK_MS. */
const stuckLocks = 3;

/** Files that are submitted at a time. More would wait for the few connections of the pool, before all other work. */
const submitsAtATime = 64;

/** How long a request to a bucket may take while the coordinator closes. What it was for is repeated by the next one. */
const closingRequestMs = 750;

/** Throws LF_COORDINATOR_RUNNING if the scope already has a coordinator. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  return started(new LandfallCoordinator(options));
}

class LandfallCoordinator implements Coordinator {
  readonly ledger: Ledger;
  readonly takenOver: Promise<LandfallError>;
  readonly webhooks: Webhooks;
  queues!: Queues;
  actions!: FileActions;
  private giveWay!: (error: LandfallError) => void;
  private leadership: Leadership | null = null;
  private context!: Context;
  private setup!: SinkSetup;
  private flow!: FileFlow;
  private readonly options: CoordinatorOptions;
  private readonly settling: Settling;
  private readonly outages: OutageWatch;
  private readonly recovery: Recovery;
  private readonly marts: Marts;
  private readonly inFlight = new FilesInFlight();
  private readonly submitting = new Limit(submitsAtATime);
  private readonly closers: (() => Promise<unknown>)[] = [];
  private landing: ReadableStore | null = null;
  private places: Places = { landing: null, failed: null };
  private discovery: Discovery | null = null;
  private runner: SourceRunner | null = null;
  private schedules: SourceSchedules | null = null;
  private eventQueues: EventQueues | null = null;
  private left: readonly UnknownFile[] = [];
  private closing: Promise<void> | null = null;

  constructor(options: CoordinatorOptions) {
    const { config, database, log, onOutage } = options;
    this.options = options;
    const { webhooks: endpoints = [] } = config;
    this.ledger = new Ledger(database.pool, endpoints);
    this.webhooks = new Webhooks({ pool: database.pool, endpoints, log });
    this.outages = new OutageWatch({
      outageTimeoutMs: config.outageTimeout * 1000,
      log,
      onOutage,
      restartDatabase: database.restart,
    });
    this.recovery = new Recovery(async () => {
      await this.outages.through('resuming', () => this.resume());
      await this.discovery?.list();
      this.runner?.wake();
      this.schedules?.refresh();
      this.eventQueues?.refresh();
    }, log);
    this.settling = new Settling(this.ledger, {
      onOutage: (error) => this.outages.tell('ledger', databaseOutage(error)),
      onRecovered: () => this.recovered('ledger'),
      onRun: () => this.runner?.wake(),
    });
    this.takenOver = new Promise((resolve) => {
      this.giveWay = resolve;
    });
    this.marts = new Marts({
      pool: database.pool,
      isBusy: (dataset) => this.inFlight.hasOf(options.registry.get(dataset)?.format?.parent ?? dataset),
      through: (source, step) => this.outages.through(source, step),
      onError: (error, dataset) => log.error({ err: error, dataset }, 'could not refresh a mart'),
    });
  }

  get term(): number | null {
    return this.leadership?.leading ?? null;
  }

  async start(): Promise<void> {
    const { config, database, registry, watch } = this.options;
    const lock = await this.lead();
    const unwatch = storeOutages.subscribe((store, outage) => this.outages.tell(store, outage));
    this.closers.push(async () => unwatch());
    await this.openContext();
    this.closers.push(() => this.webhooks.close({ drains: !watch }));
    await openScope(this.context);
    await this.settling.start(database.url);
    this.closers.push(() => this.settling.close());
    this.closers.push(() => this.marts.close());
    if (watch) this.landing = await openLanding(config.landingUrl, registry);
    this.places = await placesOf(this.landing, config);
    await this.reapOrphans(lock);
    await tidy(this.context);
    await this.resume();
    await this.webhooks.start(this.queues);
    if (watch) this.keepTidy();
    const worker = await this.queues.workFiles(async (job, context) => {
      if (job.kind === 'tick') await this.schedules?.plan(job);
      else await this.flow.onJob(job, context);
    });
    this.closers.push(
      () => worker.close(),
      () => this.flow.idle(),
    );
    if (watch) await this.watchLanding();
    await this.watchDefinitions();
    if (watch) await this.fetchSources();
    this.watchSilence();
  }

  async submit(request: { path: string; dataset?: string }): Promise<number> {
    const file = await this.submitting.run(() => noteSubmitted(this.context, request));
    this.flow.begin(file);
    return file.fileId;
  }

  async settled(fileId: number): Promise<Receipt> {
    const receipt = await this.settling.wait(fileId);
    await this.flow.settled(receipt.fileId);
    return withMarts(this.context, receipt);
  }

  startSchedules(): void {
    this.schedules?.start();
    this.eventQueues?.start();
  }

  unknownFiles(): readonly UnknownFile[] {
    return this.left;
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      this.flow?.close();
      this.runner?.letGo();
      this.eventQueues?.letGo();
      this.outages.close();
      this.queues?.letGo();
      const calm = hurryRequests(closingRequestMs);
      try {
        await this.recovery.close();
        for (const closer of this.closers.splice(0).reverse()) await closer();
      } finally {
        calm();
      }
    })();
    return this.closing;
  }

  async announce(served: Served): Promise<void> {
    await this.leadership?.announce(served);
  }

  private async lead(): Promise<Leadership> {
    const { database, scope, log, standby } = this.options;
    const events: LeadershipEvents = {
      onOutage: (error) => this.outages.tell('lock', databaseOutage(error)),
      onRecovered: () => this.recovered('lock'),
      onTaken: (error) => {
        this.outages.tell('lock', { with: 'database', ...error.toJSON() });
        log.error({ ...error.toJSON() }, 'another coordinator has taken over; stopping');
        // It can change nothing any more, so nobody waits for what it has in flight.
        this.giveWay(error);
        void this.close();
      },
    };
    const lock = await takeLeadership(database.url, scope, events, standby);
    this.leadership = lock;
    this.closers.push(() => lock.close());
    const pool = namedPool(database.pool);
    pool.openWith(lock.opening);
    this.closers.push(() => pool.reopenWith(afterTerm));
    return lock;
  }

  /** Opens the queues and stores, and builds the context of the files' steps. */
  private async openContext(): Promise<void> {
    const { config, database, registry, scope, log, reportsFiles = false } = this.options;
    // First: it is opened without asking a server, and may be at fault.
    const lake = await openLake(database.pool, config.lakeUrl);
    this.queues = await openQueues({
      ...this.queueOptions(),
      scope,
      migrate: true,
      health: {
        onOutage: (error) => this.outages.tell('queue', outageOf(error)),
        onRecovered: () => this.recovered('queue'),
      },
    });
    this.context = {
      pool: database.pool,
      ledger: this.ledger,
      queues: this.queues,
      registry,
      scope,
      chunkBytes: config.chunkBytes,
      workersAreHere: this.options.workersAreHere ?? (() => false),
      lake,
      sinks: openSinks({ pool: database.pool, lake }),
      archive: once(() => openStorage(config.archiveUrl, 'archive')),
      failed: once(() => openStorage(config.failedUrl, 'archive')),
      log,
    };
    this.closers.push(() => this.closeQueues());
    this.setup = new SinkSetup(this.context);
    const { context, outages, inFlight, settling, setup, marts } = this;
    this.flow = new FileFlow({
      ...{ context, config, outages, inFlight, settling, setup, marts, reportsFiles },
      onEnded: (file) => {
        this.webhooks.soon();
        this.options.onEnded?.(file);
      },
      onChanged: (file) => this.discovery?.release(`${file.dataset}/${file.name}`),
      onFixed: () => this.recovery.request(),
    });
    this.actions = createActions(context, (file) => this.flow.begin(file));
  }

  private queueOptions() {
    const { config, database, log } = this.options;
    const { redisUrl, lockMs } = config;
    return { databaseUrl: database.url, redisUrl, lockMs, nextTick, onError: logQueueErrors(log) };
  }

  private async reapOrphans(lock: Leadership): Promise<void> {
    const removeQueues = async (scope: string) => {
      const queues = await openQueues({ ...this.queueOptions(), scope });
      await queues.remove();
      await queues.close();
    };
    const { lockMs } = this.options.config;
    const orphans = new Orphans(this.context, lock, removeQueues, { places: this.places, lockMs });
    this.closers.push(() => orphans.close());
    await orphans.start();
  }

  private keepTidy(): void {
    const { pool, registry } = this.context;
    const tidying = tidyOften(this.context, {
      lockMs: this.options.config.lockMs,
      also: async () => {
        await refreshStaleMarts(this.context, this.setup, this.marts, { faulty: false });
        await this.webhooks.lookAround(() => martsBehind(pool, registry));
      },
    });
    const dropping = dropUploadsDaily(this.context, this.options.config);
    const deleting = deleteReplacedHourly(this.context, this.options.config.keepReplaced);
    this.closers.push(async () => [tidying, dropping, deleting].map((one) => one.close()));
  }

  private watchSilence(): void {
    const watchdog = setInterval(() => {
      if (this.inFlight.size > 0 && this.settling.silentMs > silenceMs) this.recovery.request();
    }, silenceMs / 2);
    this.closers.push(async () => clearInterval(watchdog));
  }

  private async watchLanding(): Promise<void> {
    const { registry, scope, log, onUnknown } = this.options;
    const { landing, ledger, inFlight } = this;
    const arriving = { registry, scope, log, ledger, inFlight };
    this.discovery = await watchArrivals(landing!, arriving, {
      onFile: (file) => this.flow.begin(file),
      onLeft: (files) => {
        this.left = files;
        onUnknown?.(files);
      },
      onOutage: (outage) => this.outages.tell('landing', outage),
    });
    this.closers.push(() => this.discovery!.close());
  }

  /** Plans runs of sources by their schedules, and carries out those that are planned, by whomever. */
  private async fetchSources(): Promise<void> {
    const { config, registry, log, reportsRuns = false, holdsSchedules } = this.options;
    const { onFetched: onBytes, onQueueFault } = this.options;
    const { context, queues, outages, inFlight } = this;
    const runner = await startRunner({
      ...{ context, config, fetchers, outages, inFlight, reportsRuns, onBytes },
      begin: (file) => this.flow.begin(file),
      settled: (fileId) => this.settled(fileId),
      onEnded: (run) => void this.schedules?.plan(run),
    });
    this.runner = runner;
    this.closers.push(() => runner.close());
    this.schedules = new SourceSchedules({
      ...{ pool: context.pool, registry, queues, log, env: process.env },
      through: (step) => outages.through('schedules', step),
      onPlanned: () => runner.wake(),
    });
    this.closers.push(() => this.schedules!.close());
    this.eventQueues = new EventQueues({
      ...{ pool: context.pool, registry, log, env: process.env },
      through: (step) => outages.through('notifications', step),
      onPlanned: () => runner.wake(),
      onFault: onQueueFault,
    });
    this.closers.push(() => this.eventQueues!.close());
    if (!holdsSchedules) this.startSchedules();
  }

  /** Takes up definitions that change, and files whose chunks wait for a version that no worker has any more. */
  private async watchDefinitions(): Promise<void> {
    const { config, registry, log, onDefinitions, showsDefinitions = false } = this.options;
    const onChange = async () => {
      if (this.landing !== null) await makeLandingFolders(this.landing, registry);
      onDefinitions?.();
      this.recovery.request();
    };
    const paths = config.datasets;
    const definitions = new DefinitionsWatch({
      registry,
      paths,
      log,
      logsBroken: !showsDefinitions,
      onChange,
    });
    this.closers.push(() => definitions.close());
    await definitions.start();
    const stuck = setInterval(() => {
      planStuckAgain(this.context, (file) => this.flow.planAgain(file, { evenCommitted: true })).catch(
        (error) => log.warn({ err: error }, 'could not check for files whose definition has changed'),
      );
    }, stuckLocks * config.lockMs);
    this.closers.push(async () => clearInterval(stuck));
  }

  /** Called after an outage: resumes what was missed or lost meanwhile. */
  private recovered(source: string): void {
    this.outages.tell(source, null);
    // Not during the start, which resumes all files itself.
    if (this.flow !== undefined) this.recovery.request();
  }

  /** Resumes what an earlier run left unfinished or the queue lost. */
  private async resume(): Promise<void> {
    const { context, flow } = this;
    await putAway(context, context.scope, this.places, (file) => flow.putAway(file));
    await resumeFiles(context, {
      prepare: (file) => flow.begin(file),
      follow: (file) => this.inFlight.add(file),
      planAgain: (file, options) => flow.planAgain(file, options),
      finalise: (file) => flow.finaliseNow(file),
    });
    await forgetRemovedMarts(context.pool, context.registry);
    await refreshStaleMarts(context, this.setup, this.marts, { faulty: true });
  }

  /** Removes the queues of a single command, which are not needed once its files have ended. */
  private async closeQueues(): Promise<void> {
    const { scope, log } = this.options;
    if (scope !== 'pool' && this.inFlight.size === 0) {
      try {
        await this.queues.remove();
        await closeScope(this.context, scope, this.places);
      } catch (error) {
        log.warn({ err: error }, 'could not remove the queue');
      }
    }
    await this.queues.close();
  }
}
