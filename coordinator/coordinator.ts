/**
 * The coordinator: sees files land, has them loaded by the workers and ends them with a receipt.
 *
 *   (landing) ─▶ discovered ─▶ surveying ─▶ loading ─▶ finalising ─▶ done
 *                    │             │           │            │
 *                    ├─▶ duplicate ◀           │            │       archive/ ◀─ done, duplicate
 *                    └─────────────┴───────────┴────────────┴─▶ failed ─▶ failed/
 *
 *   discovered   noted in the ledger. Left when its layout is settled; fails when it cannot be read.
 *   surveying    workers look through a large file for record borders; then it is planned.
 *                A file whose bytes are loaded, or being loaded, is a duplicate.
 *   loading      its chunks are in the queue. Left when all are committed, or one failed for good.
 *   finalising   its accounts are reconciled. A mismatch, too many rejects or a broken data check fail it.
 *   done, failed, duplicate   final: it leaves the landing folder. A failed file leaves nothing behind.
 *   undone       what becomes of a file that was done, when it is undone or another version replaces it.
 *
 * The state is in the ledger, so any step may be interrupted and repeated. What is kept in memory here
 * only saves asking: which files are on their way, and who waits for them.
 */
import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeError, LandfallError } from '../platform/errors.ts';
import { Ledger, type LedgerFile } from '../platform/ledger/ledger.ts';
import { type FilesContext, type FilesJob, openQueues, type Queues } from '../platform/queue/index.ts';
import { objectUrl, openObject, openStorage } from '../platform/storage/index.ts';
import type { Receipt, Storage } from '../platform/types.ts';
import type { Moved } from './archive.ts';
import { chooseDataset } from './choose-dataset.ts';
import { type Context, datasetNamed } from './context.ts';
import type { Coordinator, CoordinatorOptions } from './contract.ts';
import { type Arrival, type Discovery, startDiscovery } from './discover.ts';
import { startBucketDiscovery } from './discover-bucket.ts';
import { finaliseFile } from './finalise.ts';
import { sweepIncoming } from './incoming.ts';
import { Marts, staleMarts } from './marts.ts';
import { planSurveyed, prepareFile } from './prepare.ts';
import type { UnknownFile } from './progress/unknown.ts';
import { readHeadOf } from './read-layout.ts';
import { buryDeadIngests, putAway, resumeFiles } from './recover.ts';
import { prepareReplay } from './replay.ts';
import { lockScope } from './scope-lock.ts';
import { Settling } from './settled.ts';
import { clearSpoolOf, sweepSpool } from './spool.ts';
import { makeStar } from './star.ts';
import { Turns } from './turns.ts';
import { sweepUndone } from './undo.ts';
import { failFile } from './unload.ts';

export type { Coordinator, CoordinatorOptions } from './contract.ts';

/** Files that are prepared or ended at a time. */
const filesAtATime = 6;

/** Attempts to prepare a file when database or stores are in trouble; pauses double from 200 ms. */
const prepareAttempts = 8;

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
  queues!: Queues;
  private context!: Context;
  private readonly options: CoordinatorOptions;
  private readonly settling: Settling;
  private readonly marts: Marts;
  private readonly turns = new Turns(filesAtATime);
  /** Dataset of each file that is on its way. */
  private readonly active = new Map<number, string>();
  /** What is still to happen after a file has ended. */
  private readonly aftermath = new Map<number, Promise<void>>();
  private readonly stars = new Map<string, Promise<void>>();
  private readonly closers: (() => Promise<unknown>)[] = [];
  private landing: Storage | null = null;
  private discovery: Discovery | null = null;
  private left: readonly UnknownFile[] = [];
  private closing: Promise<void> | null = null;

  constructor(options: CoordinatorOptions) {
    const { database, log } = options;
    this.options = options;
    this.ledger = new Ledger(database.pool);
    this.settling = new Settling(this.ledger);
    this.marts = new Marts({
      pool: database.pool,
      isBusy: (dataset) => [...this.active.values()].includes(dataset),
      onError: (error, dataset) => log.error({ err: error, dataset }, 'the marts could not be refreshed'),
    });
  }

  async start(): Promise<void> {
    const { config, database, registry, scope, watch, log } = this.options;
    const lock = await lockScope(database.url, scope, (error) => log.warn({ err: error }, 'lost the lock'));
    this.closers.push(() => lock.close());
    const onError = (error: Error) => log.warn({ err: error }, 'the queue is out of reach');
    const queueOptions = { databaseUrl: database.url, redisUrl: config.redisUrl, onError };
    this.queues = await openQueues({ ...queueOptions, scope, migrate: true });
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
    await this.settling.start(database.url);
    this.closers.push(() => this.settling.close());
    this.closers.push(() => this.marts.close());
    if (watch) await this.openLanding();
    await buryDeadIngests(this.context, lock, async (dead) => {
      const queues = await openQueues({ ...queueOptions, scope: dead });
      await queues.remove();
      await queues.close();
    });
    await sweepUndone(this.context);
    await sweepSpool(this.context);
    await sweepIncoming(database.pool);
    await this.resume();
    const worker = await this.queues.workFiles((job, context) => this.onFilesJob(job, context));
    this.closers.push(
      () => worker.close(),
      () => this.turns.allEnded(),
    );
    if (watch) await this.watchLanding();
  }

  async submit(request: { path: string; dataset?: string }): Promise<number> {
    const { registry, scope } = this.options;
    const url = await addressOf(request.path);
    const { storage, key } = await openObject(url);
    const stored = await storage.stat(key);
    if (stored === null) throw new LandfallError('LF_FILE_MISSING', { file: request.path });
    const { bytes, fingerprint } = stored;
    const dataset = await chooseDataset(registry, {
      path: request.path,
      folder: basename(dirname(request.path)),
      named: request.dataset,
      head: () => readHeadOf({ url, bytes, fingerprint, name: key }, 1024 * 1024),
    });
    const named = { dataset: dataset.name, name: basename(request.path), url };
    const file = await this.ledger.addFile({ ...named, scope, origin: 'ingest', bytes, fingerprint });
    this.begin(file);
    return file.fileId;
  }

  async replay(fileId: number, { whole = false } = {}): Promise<number | null> {
    const file = await prepareReplay(this.context, fileId, { whole });
    if (file === null) return null;
    this.begin(file);
    return file.fileId;
  }

  async settled(fileId: number): Promise<Receipt> {
    const receipt = await this.settling.wait(fileId);
    await this.turns.ended(fileId);
    await this.aftermath.get(fileId);
    return receipt;
  }

  unknownFiles(): readonly UnknownFile[] {
    return this.left;
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      for (const closer of this.closers.splice(0).reverse()) await closer();
    })();
    return this.closing;
  }

  /** Takes up what an earlier run left unfinished. */
  private async resume(): Promise<void> {
    const { context } = this;
    if (this.landing !== null) await putAway(context, objectUrl(this.landing, 'x').slice(0, -1));
    await resumeFiles(context, {
      prepare: (file) => this.begin(file),
      follow: (file) => void this.active.set(file.fileId, file.dataset),
      finalise: (file) => {
        this.active.set(file.fileId, file.dataset);
        void this.onFilesJob(
          { kind: 'finalise', fileId: file.fileId },
          { attempt: 1, lastAttempt: true },
        ).catch((error) =>
          this.options.log.error({ err: error, file: file.name }, 'the file could not be ended'),
        );
      },
    });
    for (const name of await staleMarts(context.pool)) {
      const dataset = context.registry.get(name);
      if (!dataset?.marts.some((mart) => mart.kind === 'table')) continue;
      await this.starOf(name);
      void this.marts.request(dataset);
    }
  }

  private async openLanding(): Promise<void> {
    const { config, registry } = this.options;
    this.landing = await openStorage(config.landingUrl);
    if (this.landing.url.startsWith('s3://')) return;
    for (const name of registry.names()) await mkdir(join(this.landing.url, name), { recursive: true });
  }

  private async watchLanding(): Promise<void> {
    const { registry, log, onUnknown } = this.options;
    const landing = this.landing!;
    const options = {
      knows: (dataset: string) => registry.get(dataset) !== undefined,
      onArrival: (arrival: Arrival) => this.onArrival(landing, arrival),
      onError: (error: unknown, key: string) =>
        log.error({ err: error, key }, 'the landing folder is in trouble'),
      onLeft: (files: readonly UnknownFile[]) => {
        this.left = files;
        onUnknown?.(files);
      },
    };
    this.discovery = landing.url.startsWith('s3://')
      ? await startBucketDiscovery(landing, options)
      : await startDiscovery({ ...options, folder: landing.url });
    this.closers.push(() => this.discovery!.close());
  }

  private async onArrival(landing: Storage, { dataset, name, key }: Arrival): Promise<void> {
    const stored = await landing.stat(key);
    if (stored === null) return;
    const { scope } = this.options;
    const { bytes, fingerprint } = stored;
    const url = objectUrl(landing, key);
    this.begin(
      await this.ledger.addFile({ dataset, name, url, scope, origin: 'landing', bytes, fingerprint }),
    );
  }

  /** Sets a discovered file on its way, once: one that is on it already is left alone. */
  private begin(file: LedgerFile): void {
    if (this.active.has(file.fileId) || file.state !== 'discovered') return;
    this.active.set(file.fileId, file.dataset);
    void this.turns
      .take(file.fileId, () => this.prepare(file))
      .catch((error) =>
        this.options.log.error({ err: error, file: file.name }, 'the file could not be begun'),
      );
  }

  private async prepare(file: LedgerFile): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.starOf(file.dataset);
        const prepared = await prepareFile(this.context, file);
        if (prepared !== 'queued') this.end(file, 'duplicate', prepared);
        return;
      } catch (error) {
        if (isFinal(error) || attempt === prepareAttempts) return this.fail(file, error);
        if (this.closing !== null) throw error;
        this.options.log.warn({ err: error, file: file.name }, 'the file could not be begun; trying again');
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
      }
    }
  }

  private onFilesJob(job: FilesJob, { lastAttempt }: FilesContext): Promise<void> {
    return this.turns.take(job.fileId, async () => {
      const file = await this.ledger.file(job.fileId);
      if (file === null) return;
      try {
        if (file.state === 'surveying') await this.plan(file);
        else if (job.kind !== 'plan') await this.finalise(file, job.kind === 'finalise');
      } catch (error) {
        if (!isFinal(error) && !lastAttempt) throw error;
        await this.fail(file, error);
      }
    });
  }

  private async plan(file: LedgerFile): Promise<void> {
    const prepared = await planSurveyed(this.context, file);
    if (prepared === 'queued') return;
    await clearSpoolOf(this.context, file);
    this.end(file, 'duplicate', prepared);
  }

  private async finalise(file: LedgerFile, allEnded: boolean): Promise<void> {
    const ending = await finaliseFile(this.context, file.fileId, allEnded);
    if (ending === null) return;
    await clearSpoolOf(this.context, file);
    this.end(file, ending.state, ending.moved);
  }

  private async fail(file: LedgerFile, error: unknown): Promise<void> {
    const { code, message, fix } = describeError(error);
    this.options.log.warn({ err: error, file: file.name, code }, 'the file failed');
    const moved = await failFile(this.context, file, { code, message, fix });
    await clearSpoolOf(this.context, file);
    this.end(file, 'failed', moved);
  }

  /** The file has ended: marts follow, and what lies under its name by now is looked at anew. */
  private end(file: LedgerFile, state: 'done' | 'failed' | 'duplicate', moved: Moved): void {
    this.active.delete(file.fileId);
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

  /** Makes the dataset's tables before its first file. */
  private starOf(name: string): Promise<void> {
    const dataset = datasetNamed(this.options.registry, name);
    const made =
      this.stars.get(dataset.version) ??
      makeStar(this.context.pool, this.ledger, dataset).catch((error) => {
        this.stars.delete(dataset.version);
        throw error;
      });
    this.stars.set(dataset.version, made);
    return made;
  }

  /** A single ingest's queues are of no use to anyone once its files have ended. */
  private async closeQueues(): Promise<void> {
    if (this.options.scope !== 'pool' && this.active.size === 0) await this.queues.remove();
    await this.queues.close();
  }
}

/** Trouble that may pass is not the file's fault: then a step is tried again. */
function isFinal(error: unknown): boolean {
  const passing = ['LF_STORAGE', 'LF_DATABASE_UNREACHABLE', 'LF_INTERNAL'];
  return error instanceof LandfallError && !passing.includes(error.code);
}

/** The address of a file that a person named; links in it are followed, for the person asked for them. */
async function addressOf(path: string): Promise<string> {
  if (path.startsWith('s3://')) return path;
  try {
    return pathToFileURL(await realpath(path)).href;
  } catch (cause) {
    throw new LandfallError('LF_FILE_MISSING', { file: path }, { cause });
  }
}

/** Opened once; after a failure, tried again. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  return () =>
    (opened ??= open().catch((error) => {
      opened = null;
      throw error;
    }));
}
