/**
 * The coordinator: sees files land, has them loaded by the workers and ends them with a receipt.
 *
 *   (landing) ─▶ discovered ─▶ scanning ─▶ loading ─▶ finalising ─▶ done
 *                    │             │           │            │
 *                    ├─▶ duplicate ◀           │            │       archive/ ◀─ done, duplicate
 *                    └─────────────┴───────────┴────────────┴─▶ failed ─▶ failed/
 *
 *   discovered   noted in the ledger. Left when its layout is settled; fails when it cannot be read.
 *   scanning    workers look through a large file for record borders; then it is planned.
 *                A file whose bytes are loaded, or being loaded, is a duplicate.
 *   loading      its chunks are in the queue. Left when all are committed, or one failed for good.
 *   finalising   its accounts are reconciled. A mismatch, too many rejects or a broken data check fail it.
 *   done, failed, duplicate   final: it leaves the landing folder. A failed file leaves nothing behind.
 *   undone       what becomes of a file that was done, when it is undone or another version replaces it.
 *
 * The state is in the ledger, so any step may be interrupted and repeated. What is kept in memory here
 * only saves asking: which files are on their way, and who waits for them.
 */

import { Ledger, type LedgerFile } from '../ledger/ledger.ts';
import { crashPoint } from '../platform/errors/crash-points.ts';
import type { LandfallError } from '../platform/errors/errors.ts';
import { databaseOutage, describeFailure, queueOutage } from '../platform/errors/outage.ts';
import { isFinished } from '../platform/progress/progress.ts';
import { type FilesContext, type FilesJob, openQueues, type Queues } from '../platform/queue/index.ts';
import { logQueueErrors } from '../platform/queue/log-errors.ts';
import { openStorage } from '../platform/storage/index.ts';
import type { Receipt, Storage } from '../platform/types.ts';
import { Stars } from '../sinks/postgres/ddl/stars.ts';
import { Marts } from '../sinks/postgres/marts/marts.ts';
import { refreshStaleMarts } from '../sinks/postgres/marts/stale-marts.ts';
import type { Arrival, Discovery, UnknownFile } from '../sources/contract.ts';
import { openLanding, watchLanding } from '../sources/landing.ts';
import { prepareReplay } from './commands/replay.ts';
import { noteSubmitted } from './commands/submit.ts';
import { type Context, datasetNamed } from './context.ts';
import type { Coordinator, CoordinatorOptions } from './contract.ts';
import type { Moved } from './finalise/archive.ts';
import { clearSpoolOf } from './finalise/clear-spool.ts';
import { finaliseFile } from './finalise/finalise.ts';
import { type Places, placesOf, putAway, putAwayOne } from './finalise/put-away.ts';
import { failFile } from './finalise/unload.ts';
import { arrivalsMost, noteArrivals } from './flow/arrival.ts';
import { Batches } from './flow/batches.ts';
import { FilesInFlight } from './flow/files-in-flight.ts';
import { isFinal } from './flow/final.ts';
import { KeyedMutex } from './flow/keyed-mutex.ts';
import { once } from './flow/once.ts';
import { Settling } from './flow/settled.ts';
import { SmallFiles } from './flow/small-files.ts';
import { takeLeadership } from './lifecycle/leadership.ts';
import { Orphans } from './lifecycle/orphans.ts';
import { OutageWatch } from './lifecycle/outages.ts';
import { Recovery } from './lifecycle/recovery.ts';
import { resumeFiles } from './lifecycle/resume-files.ts';
import { closeScope, openScope } from './lifecycle/scope-notes.ts';
import { tidy, tidyOften } from './lifecycle/tidy.ts';
import { type Prepared, planScanned, prepareFile } from './plan/prepare.ts';
import { isSmall } from './plan/prepare-group.ts';

export type { Coordinator, CoordinatorOptions } from './contract.ts';

/** Files that are prepared or ended at a time. */
const filesAtATime = 6;

/** Attempts to prepare a file that fails for no known reason; pauses double from 200 ms. */
const prepareAttempts = 8;

/** While files are on their way and nothing is heard for so long, what the queue may have lost is queued again. */
const silenceMs = 60_000;

/** Throws LF_COORDINATOR_RUNNING when the scope has a coordinator already. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const coordinator = new LandfallCoordinator(options);
  try {
    await coordinator.start();
  } catch (error) {
    await coordinator.close();
    throw error;
  }
  return coordinator;
}

class LandfallCoordinator implements Coordinator {
  readonly ledger: Ledger;
  readonly takenOver: Promise<LandfallError>;
  queues!: Queues;
  private giveWay!: (error: LandfallError) => void;
  private context!: Context;
  private readonly options: CoordinatorOptions;
  private readonly settling: Settling;
  private readonly outages: OutageWatch;
  private readonly marts: Marts;
  private readonly mutex = new KeyedMutex(filesAtATime);
  readonly active = new FilesInFlight();
  private readonly small = new SmallFiles({
    context: () => this.context,
    mutex: this.mutex,
    through: (step) => this.outages.through('a group of files', step),
    starOf: (name) => this.stars.make(datasetNamed(this.options.registry, name)),
    prepareAlone: (file) => this.beginAlone(file),
    endAlone: ({ fileId }, context) => this.onFilesJob({ kind: 'finalise', fileId }, context),
    done: (file, moved) => this.end(file, 'done', moved),
  });
  /** Files that wait for another one with the same bytes. */
  private readonly waiting = new Set<number>();
  /** What is still to happen after a file has ended. */
  private readonly aftermath = new Map<number, Promise<void>>();
  private readonly stars: Stars;
  private readonly closers: (() => Promise<unknown>)[] = [];
  private landing: Storage | null = null;
  private places: Places = { landing: null, failed: null };
  private discovery: Discovery | null = null;
  private left: readonly UnknownFile[] = [];
  private closing: Promise<void> | null = null;
  private readonly recovery: Recovery;

  constructor(options: CoordinatorOptions) {
    const { config, database, log, onOutage } = options;
    this.options = options;
    this.ledger = new Ledger(database.pool);
    this.stars = new Stars(database.pool, this.ledger);
    this.outages = new OutageWatch({
      outageTimeoutMs: config.outageTimeout * 1000,
      lakeUrl: config.lakeUrl,
      log,
      onOutage,
      restartDatabase: database.restart,
    });
    this.recovery = new Recovery(async () => {
      await this.outages.through('resuming', () => this.resume());
      await this.discovery?.list();
    }, log);
    this.settling = new Settling(this.ledger, {
      onOutage: (error) => this.outages.tell('ledger', databaseOutage(error)),
      onRecovered: () => this.recovered('ledger'),
    });
    this.takenOver = new Promise((resolve) => {
      this.giveWay = resolve;
    });
    this.marts = new Marts({
      pool: database.pool,
      isBusy: (dataset) => this.active.hasOf(dataset),
      onError: (error, dataset) => log.error({ err: error, dataset }, 'the marts could not be refreshed'),
    });
  }

  async start(): Promise<void> {
    const { config, database, registry, scope, watch, log } = this.options;
    const lock = await takeLeadership(database.url, scope, {
      onOutage: (error) => this.outages.tell('lock', databaseOutage(error)),
      onRecovered: () => this.recovered('lock'),
      onTaken: (error) => {
        this.outages.tell('lock', { with: 'database', ...error.toJSON() });
        log.error({ ...error.toJSON() }, 'another coordinator has taken over: this one stops');
        void this.close().then(() => this.giveWay(error));
      },
    });
    this.closers.push(() => lock.close());
    const onError = logQueueErrors(log);
    const { redisUrl, lockMs } = config;
    const queueOptions = { databaseUrl: database.url, redisUrl, lockMs, onError };
    const health = {
      onOutage: (reason: string) => this.outages.tell('queue', queueOutage(reason)),
      onRecovered: () => this.recovered('queue'),
    };
    this.queues = await openQueues({ ...queueOptions, scope, migrate: true, health });
    this.closers.push(() => this.closeQueues());
    this.context = {
      pool: database.pool,
      ledger: this.ledger,
      queues: this.queues,
      registry,
      scope,
      chunkBytes: config.chunkBytes,
      lake: await openStorage(config.lakeUrl),
      archive: once(() => openStorage(config.archiveUrl)),
      failed: once(() => openStorage(config.failedUrl)),
      log,
    };
    await openScope(this.context);
    await this.settling.start(database.url);
    this.closers.push(() => this.settling.close());
    this.closers.push(() => this.marts.close());
    if (watch) this.landing = await openLanding(config.landingUrl, registry);
    this.places = await placesOf(this.landing, config);
    const removeQueues = async (other: string) => {
      const queues = await openQueues({ ...queueOptions, scope: other });
      await queues.remove();
      await queues.close();
    };
    const dead = new Orphans(this.context, lock, removeQueues, { places: this.places, lockMs });
    this.closers.push(() => dead.close());
    await dead.start();
    await tidy(this.context);
    await this.resume();
    if (watch) {
      const tidying = tidyOften(this.context, {
        lockMs,
        also: () => refreshStaleMarts(this.context, this.stars, this.marts),
      });
      this.closers.push(async () => tidying.close());
    }
    const worker = await this.queues.workFiles((job, context) => this.onFilesJob(job, context));
    this.closers.push(
      () => worker.close(),
      () => this.mutex.allEnded(),
      () => this.small.ended(),
    );
    if (watch) await this.watchLanding();
    const watchdog = setInterval(() => {
      if (this.active.size > 0 && this.settling.silentMs > silenceMs) this.recovery.request();
    }, silenceMs / 2);
    this.closers.push(async () => clearInterval(watchdog));
  }

  async submit(request: { path: string; dataset?: string }): Promise<number> {
    const file = await noteSubmitted(this.context, request);
    this.begin(file);
    return file.fileId;
  }

  async replay(fileId: number, { whole = false } = {}): Promise<number | null> {
    const file = await prepareReplay(this.context, fileId, { whole });
    if (file === null) return null;
    crashPoint('replay.noted');
    this.begin(file);
    return file.fileId;
  }

  async settled(fileId: number): Promise<Receipt> {
    const receipt = await this.settling.wait(fileId);
    await this.mutex.ended(fileId);
    await this.aftermath.get(fileId);
    return receipt;
  }

  unknownFiles(): readonly UnknownFile[] {
    return this.left;
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      this.outages.close();
      this.queues?.letGo();
      await this.recovery.close();
      for (const closer of this.closers.splice(0).reverse()) await closer();
    })();
    return this.closing;
  }

  /** What a part of the coordinator waited for is gone: what was missed or lost meanwhile is taken up. */
  private recovered(source: string): void {
    this.outages.tell(source, null);
    this.recovery.request();
  }

  /** Takes up what an earlier run, or the queue, left unfinished. */
  private async resume(): Promise<void> {
    const { context } = this;
    // One that is in flight is just being put away, or has ended unheard of here: it is looked at in its turn.
    await putAway(context, context.scope, this.places, async (file) => {
      if (this.active.has(file.fileId)) this.onTurn(file.fileId, () => this.endUnheard(file.fileId));
      else await putAwayOne(context, file);
    });
    await resumeFiles(context, {
      prepare: (file) => this.begin(file),
      follow: (file) => this.active.add(file),
      finalise: (file) => {
        this.active.add(file);
        void this.onFilesJob(
          { kind: 'finalise', fileId: file.fileId },
          { attempt: 1, lastAttempt: true },
        ).catch((error) =>
          this.options.log.error({ err: error, file: file.name }, 'the file could not be ended'),
        );
      },
    });
    await refreshStaleMarts(this.context, this.stars, this.marts);
  }

  private async watchLanding(): Promise<void> {
    const { onUnknown } = this.options;
    const landing = this.landing!;
    const arrived = new Batches<Arrival>(arrivalsMost, async (arrivals) => {
      for (const file of await noteArrivals(this, this.options.scope, landing, arrivals)) this.begin(file);
    });
    this.discovery = await watchLanding(landing, this.options, {
      onArrival: (arrival) => arrived.add(arrival),
      onLeft: (files) => {
        this.left = files;
        onUnknown?.(files);
      },
      onOutage: (outage) => this.outages.tell('landing', outage),
    });
    this.closers.push(() => this.discovery!.close());
  }

  /** Sets a discovered file on its way, once: one that is on it already is left alone. */
  private begin(file: LedgerFile): void {
    if (this.active.has(file.fileId) || file.state !== 'discovered') return;
    this.active.add(file);
    if (isSmall(file)) this.small.add(file);
    else this.beginAlone(file);
  }

  private beginAlone(file: LedgerFile): void {
    this.onTurn(file.fileId, () => this.prepare(file));
  }

  private onTurn(fileId: number, work: () => Promise<void>): void {
    this.mutex
      .take(fileId, work)
      .catch((error) => this.options.log.error({ err: error, fileId }, 'the file could not be begun'));
  }

  private async prepare(file: LedgerFile): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const prepared = await this.through(file, async () => {
          await this.stars.make(datasetNamed(this.options.registry, file.dataset));
          return file.state === 'scanning'
            ? planScanned(this.context, file)
            : prepareFile(this.context, file);
        });
        return await this.prepared(file, prepared);
      } catch (error) {
        if (this.closing !== null) throw error;
        if (isFinal(error) || attempt === prepareAttempts) return this.fail(file, error);
        this.options.log.warn({ err: error, file: file.name }, 'the file could not be begun; trying again');
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
      }
    }
  }

  private onFilesJob(job: FilesJob, context: FilesContext): Promise<void> {
    if (job.kind === 'group') return this.small.end(job.fileIds, context);
    const { lastAttempt } = context;
    return this.mutex.take(job.fileId, async () => {
      let file: LedgerFile | null = null;
      const step = async () => {
        file = await this.ledger.file(job.fileId);
        if (file?.state === 'scanning') await this.plan(file);
        else if (file !== null && job.kind !== 'plan') await this.finalise(file, job.kind === 'finalise');
      };
      try {
        await this.through(job, step);
      } catch (error) {
        if (this.closing !== null || file === null || (!isFinal(error) && !lastAttempt)) throw error;
        await this.fail(file, error);
      }
    });
  }

  /** A step of a file, taken again where database, queue or stores gave way under it. */
  private through<T>({ fileId }: { fileId: number }, step: () => Promise<T>): Promise<T> {
    return this.outages.through(`file ${fileId}`, step);
  }

  private async plan(file: LedgerFile): Promise<void> {
    await this.prepared(file, await planScanned(this.context, file));
  }

  /** Ends a duplicate; of one that waits for another file asks again when that has ended. */
  private async prepared(file: LedgerFile, prepared: Prepared): Promise<void> {
    if (prepared.state === 'duplicate') {
      await clearSpoolOf(this.context, file);
      this.end(file, 'duplicate', prepared.moved);
    }
    if (prepared.state === 'waits') this.waitFor(prepared.forFileId, file);
  }

  /** Not within a turn: the file that it waits for needs one. A coordinator that starts again asks anew. */
  private waitFor(forFileId: number, { fileId, name }: LedgerFile): void {
    if (this.waiting.has(fileId)) return;
    this.waiting.add(fileId);
    this.options.log.debug({ file: name, forFileId }, 'waits for a file with the same bytes');
    const again = () => {
      this.waiting.delete(fileId);
      if (this.closing === null) this.onTurn(fileId, () => this.prepareAgain(fileId));
    };
    void this.settling.wait(forFileId).then(again, again);
  }

  private async prepareAgain(fileId: number): Promise<void> {
    const file = await this.through({ fileId }, () => this.ledger.file(fileId));
    if (file?.state === 'discovered' || file?.state === 'scanning') await this.prepare(file);
  }

  private async finalise(file: LedgerFile, allEnded: boolean): Promise<void> {
    const ending = await finaliseFile(this.context, file.fileId, allEnded);
    if (ending === null) return this.endUnheard(file.fileId);
    await clearSpoolOf(this.context, file);
    this.end(file, ending.state, ending.moved);
  }

  /**
   * Goes on with a file in flight that has ended: the answer to the commit was lost, or another coordinator has
   * ended it while we had lost our lock, and may have died before it put it away.
   */
  private async endUnheard(fileId: number): Promise<void> {
    const file = this.active.has(fileId) ? await this.ledger.file(fileId) : null;
    if (file === null || !isFinished(file.state)) return;
    const moved = await putAwayOne(this.context, file);
    await clearSpoolOf(this.context, file);
    this.end(file, file.state === 'failed' || file.state === 'duplicate' ? file.state : 'done', moved);
  }

  private async fail(file: LedgerFile, error: unknown): Promise<void> {
    const { code, message, fix } = describeFailure(error, this.options.config);
    this.options.log.warn({ err: error, file: file.name, code }, 'the file failed');
    const failing = () => failFile(this.context, file, { code, message, fix });
    const moved = await this.through(file, failing);
    if (moved === null) return this.through(file, () => this.endUnheard(file.fileId));
    await clearSpoolOf(this.context, file);
    this.end(file, 'failed', moved);
  }

  /** The file has ended: marts follow, and what lies under its name by now is looked at anew. */
  private end(file: LedgerFile, state: 'done' | 'failed' | 'duplicate', moved: Moved): void {
    this.active.remove(file.fileId);
    this.options.log.info({ file: file.name, dataset: file.dataset, state }, 'the file has ended');
    if (moved === 'changed') this.discovery?.release(`${file.dataset}/${file.name}`);
    if (state !== 'done') {
      this.marts.nudge(file.dataset);
      return;
    }
    const refreshed = this.marts
      .request(datasetNamed(this.options.registry, file.dataset))
      .finally(() => this.aftermath.delete(file.fileId));
    this.aftermath.set(file.fileId, refreshed);
  }

  /** A single ingest's queues are of no use to anyone once its files have ended. */
  private async closeQueues(): Promise<void> {
    const { scope, log } = this.options;
    if (scope !== 'pool' && this.active.size === 0) {
      try {
        await this.queues.remove();
        await closeScope(this.context, scope, this.places);
      } catch (error) {
        log.warn({ err: error }, 'the queue could not be removed');
      }
    }
    await this.queues.close();
  }
}
