/**
 * A file's path through the coordinator. The steps of one file follow one another; other files do not wait.
 *
 *   begin ─▶ prepare ─▶ (workers scan ─▶ plan) ─▶ (workers load) ─▶ finalise ─▶ end
 *              │  ▲
 *              ▼  └── the other file has ended
 *             waits for a file with the same content
 *
 * Small files that landed together take the same steps as a group (small-files.ts). A step that fails because of an
 * outage is repeated. If it fails for any other reason, the file fails.
 */
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { afterEvent, stateOf } from '../../ledger/states.ts';
import { childrenOf, datasetNamed, isUsable, usableChildrenOf } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import { describeError, LandfallError } from '../../platform/errors/errors.ts';
import { attemptsMost, isFinal, pauseAfterMs } from '../../platform/errors/retry.ts';
import { isFinished } from '../../platform/progress/progress.ts';
import type { FileJob, FilesContext } from '../../platform/queue/index.ts';
import { noteFileTrace, traceOfFile } from '../../platform/traces/file-traces.ts';
import { inSpan } from '../../platform/traces/tracing.ts';
import type { Marts } from '../../sinks/postgres/marts/marts.ts';
import type { SinkSetup } from '../../sinks/sink-setup.ts';
import type { Context } from '../context.ts';
import { clearSpoolOf } from '../finalise/clear-spool.ts';
import { endDuplicate } from '../finalise/end-duplicate.ts';
import { finaliseFile } from '../finalise/finalise.ts';
import { putAwayOne } from '../finalise/put-away.ts';
import { failFile } from '../finalise/unload.ts';
import type { OutageWatch } from '../lifecycle/outages.ts';
import { planFileAgain } from '../plan/plan-again.ts';
import { isSmall, prepareFile } from '../plan/prepare.ts';
import type { Ended } from '../stages.ts';
import type { FilesInFlight } from './files-in-flight.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import type { Settling } from './settled.ts';
import { SmallFiles } from './small-files.ts';

/** Files that are prepared or finalised at a time. */
const filesAtATime = 6;

export interface FileFlowOptions {
  readonly context: Context;
  readonly config: Config;
  readonly outages: OutageWatch;
  readonly inFlight: FilesInFlight;
  readonly settling: Settling;
  readonly setup: SinkSetup;
  readonly marts: Marts;
  /** As in CoordinatorOptions. */
  readonly reportsFiles: boolean;
  /** Called when a file has ended, and all that ends with it. */
  readonly onEnded: (file: LedgerFile) => void;
  /** Called if another file had taken the file's name by the time it ended. */
  readonly onChanged: (file: LedgerFile) => void;
  /** A definition that a file waited for can be used. */
  readonly onFixed: () => void;
}

export class FileFlow {
  private readonly options: FileFlowOptions;
  private readonly mutex = new KeyedMutex(filesAtATime);
  private readonly small: SmallFiles;
  /** Files that wait for another one with the same content. */
  private readonly waiting = new Set<number>();
  /** Refreshes of marts that follow a file that is done. */
  private readonly refreshes = new Map<number, Promise<void>>();
  private closing = false;

  constructor(options: FileFlowOptions) {
    const { context, outages, setup } = options;
    this.options = options;
    this.small = new SmallFiles({
      context,
      mutex: this.mutex,
      through: (step) => outages.through('a group of files', step),
      setUp: (name) => setup.setUp(datasetNamed(context.registry, name)),
      prepareAlone: (file) => this.beginAlone(file),
      finaliseAlone: ({ fileId }, job) => this.onJob({ kind: 'finalise', fileId }, job),
      onEnded: (ended) => this.leaveFlight(ended),
    });
  }

  /** Starts a discovered file on its path; one that is in flight already is left alone. */
  begin(file: LedgerFile): void {
    const { inFlight } = this.options;
    if (inFlight.has(file.fileId) || file.state !== 'discovered') return;
    inFlight.add(file);
    if (isSmall(file)) this.small.add(file);
    else this.beginAlone(file);
  }

  /** Plans a file again with today's definition. Those who wait for it wait for the file that takes its place. */
  planAgain(file: LedgerFile, options: { readonly evenCommitted: boolean }): void {
    this.options.inFlight.add(file);
    this.inOrder(file.fileId, () => this.through(file, () => this.takeBack(file, options)));
  }

  /** Handles a job of the files queue. May be repeated. */
  async onJob(job: FileJob, context: FilesContext): Promise<void> {
    if (job.kind === 'group') return this.small.finalise(job.fileIds, context);
    let parentId: number | null = null;
    await this.mutex.run(job.fileId, async () => {
      let file: LedgerFile | null = null;
      const step = async () => {
        file = await this.options.context.ledger.file(job.fileId);
        if (file === null) return;
        parentId = file.parentId;
        if (parentId !== null) return;
        const state = stateOf(file);
        if (state === 'scanning') await this.prepareOnce(file);
        else if (state === 'failing' || job.kind !== 'plan')
          await this.finalise(file, job.kind === 'finalise');
      };
      try {
        await this.through(job, step);
      } catch (error) {
        if (file !== null && waitsForDefinition(error)) return this.wait(file, error);
        if (this.closing || file === null || !isFinal(error, context)) throw error;
        await this.fail(file, error);
      }
    });
    // A chunk of a child has failed for good.
    if (parentId !== null) await this.onJob({ ...job, fileId: parentId }, context);
  }

  /** Finalises a file whose chunks ended while no coordinator was running. */
  finaliseNow(file: LedgerFile): void {
    const { inFlight, context } = this.options;
    inFlight.add(file);
    const job = { kind: 'finalise', fileId: file.fileId } as const;
    this.onJob(job, { attempt: 1, lastAttempt: true }).catch((error) =>
      context.log.error({ err: error, file: file.name }, 'could not finalise a file'),
    );
  }

  /** Puts away a file that has ended, after any steps that are still running for it. */
  async putAway(file: LedgerFile): Promise<void> {
    const { inFlight, context } = this.options;
    if (inFlight.has(file.fileId)) this.inOrder(file.fileId, () => this.endUnheard(file.fileId));
    else await putAwayOne(context, file);
  }

  /** Resolves when a file that has ended is put away, and the marts of its dataset contain it. */
  async settled(fileId: number): Promise<void> {
    await this.mutex.idle(fileId);
    await this.refreshes.get(fileId);
  }

  /** From now on, a step that fails is left to the next start. */
  close(): void {
    this.closing = true;
  }

  /** Resolves when no step is running. */
  async idle(): Promise<void> {
    await this.small.idle();
    await this.mutex.allIdle();
  }

  private beginAlone(file: LedgerFile): void {
    this.inOrder(file.fileId, () => this.prepare(file));
  }

  private inOrder(fileId: number, work: () => Promise<void>): void {
    this.mutex
      .run(fileId, work)
      .catch((error) => this.options.context.log.error({ err: error, fileId }, 'could not prepare a file'));
  }

  private async prepare(file: LedgerFile): Promise<void> {
    const { context, setup } = this.options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.through(file, async () => {
          await setup.setUp(datasetNamed(context.registry, file.dataset));
          await this.prepareOnce(file);
        });
      } catch (error) {
        if (this.closing) throw error;
        if (waitsForDefinition(error)) return this.wait(file, error);
        if (isFinal(error, { lastAttempt: attempt >= attemptsMost })) return this.fail(file, error);
        context.log.warn({ err: error, file: file.name }, 'could not prepare a file; trying again');
        await new Promise((resolve) => setTimeout(resolve, pauseAfterMs(attempt)));
      }
    }
  }

  /** Runs a step of a file, and again after an outage of the database, the queue or a store. */
  private through<T>({ fileId }: { fileId: number }, step: () => Promise<T>): Promise<T> {
    return this.options.outages.through(`file ${fileId}`, step);
  }

  private async prepareOnce(file: LedgerFile): Promise<void> {
    const { context, setup } = this.options;
    const { version } = datasetNamed(context.registry, file.dataset);
    // How it is scanned follows from its definition.
    if (file.state === 'scanning' && file.definitionVersion !== version) {
      return this.takeBack(file, { evenCommitted: false });
    }
    for (const child of childrenOf(context.registry, file.dataset)) await setup.setUp(child);
    const parent = traceOfFile(file.fileId);
    const prepared = await inSpan('plan', { parent }, () => prepareFile(context, file));
    if (prepared.state === 'waits') this.waitFor(prepared.forFileId, file);
    if (prepared.state === 'duplicate')
      await this.end(await endDuplicate(context, prepared.identified, prepared.first));
  }

  private async takeBack(file: LedgerFile, options: { readonly evenCommitted: boolean }): Promise<void> {
    const { context, inFlight, settling } = this.options;
    await settling.renumber(file.fileId, async () => {
      const renewed = await planFileAgain(context, file, options);
      if (renewed === null) return null;
      inFlight.remove(file.fileId);
      this.begin(renewed);
      return renewed.fileId;
    });
  }

  /** Leaves a file where it is until its definition can be used: the next recovery takes it up. */
  private wait(file: LedgerFile, error: unknown): void {
    const { context, inFlight } = this.options;
    inFlight.remove(file.fileId);
    context.log.warn({ err: error, file: file.name }, 'the file waits for its definition');
    // The definition may have been fixed a moment ago, when the file still was in flight.
    if (isUsable(context.registry, file.dataset)) this.options.onFixed();
  }

  /** Waits outside the mutex, which the other file needs. After a restart the file is prepared again. */
  private waitFor(forFileId: number, { fileId, name }: LedgerFile): void {
    if (this.waiting.has(fileId)) return;
    this.waiting.add(fileId);
    const { context, settling } = this.options;
    context.log.debug({ file: name, forFileId }, 'waits for a file with the same content');
    const again = () => {
      this.waiting.delete(fileId);
      if (!this.closing) this.inOrder(fileId, () => this.prepareAgain(fileId));
    };
    void settling.wait(forFileId).then(again, again);
  }

  private async prepareAgain(fileId: number): Promise<void> {
    const file = await this.through({ fileId }, () => this.options.context.ledger.file(fileId));
    if (file !== null && afterEvent(file, 'plan') !== null) await this.prepare(file);
  }

  private async finalise(file: LedgerFile, allEnded: boolean): Promise<void> {
    const { context } = this.options;
    const parent = traceOfFile(file.fileId);
    const ended = await inSpan('finalise', { parent }, () => finaliseFile(context, file.fileId, allEnded));
    if (ended === null) return this.endUnheard(file.fileId);
    await this.end(ended);
  }

  /**
   * Ends a file in flight that has already ended in the ledger. Either the answer to the commit was lost, or another
   * coordinator ended it while this one had lost the leadership, and may have died before putting the file away.
   */
  private async endUnheard(fileId: number): Promise<void> {
    const { context, inFlight } = this.options;
    const file = inFlight.has(fileId) ? await context.ledger.file(fileId) : null;
    if (file === null || !isFinished(file.state)) return;
    const moved = await putAwayOne(context, file);
    const state = file.state === 'failed' || file.state === 'duplicate' ? file.state : 'done';
    await this.end({ file, state, moved });
  }

  private async fail(file: LedgerFile, error: unknown): Promise<void> {
    const { context, reportsFiles } = this.options;
    const { code, message, fix } = describeError(error);
    context.log[reportsFiles ? 'debug' : 'warn']({ err: error, file: file.name, code }, 'the file failed');
    const failing = () => failFile(context, file, { code, message, fix });
    const moved = await this.through(file, failing);
    if (moved === null) return this.through(file, () => this.endUnheard(file.fileId));
    await this.end({ file, state: 'failed', moved });
  }

  private async end(ended: Ended): Promise<void> {
    await clearSpoolOf(this.options.context, ended.file);
    this.leaveFlight(ended);
  }

  /** Refreshes the marts, and takes up another file if one has the file's name now. */
  private leaveFlight({ file, state, moved }: Ended): void {
    const { context, inFlight, marts, onEnded, onChanged } = this.options;
    noteFileTrace(file.fileId, { 'landfall.file.state': state });
    inFlight.remove(file.fileId);
    context.log.info({ file: file.name, dataset: file.dataset, state }, 'the file has ended');
    onEnded(file);
    if (moved === 'changed') onChanged(file);
    if (state !== 'done') {
      marts.nudge(file.dataset);
      for (const { name } of usableChildrenOf(context.registry, file.dataset)) marts.nudge(name);
      return;
    }
    const refreshed = this.refreshMarts(file)
      .catch((error) => context.log.warn({ err: error, file: file.name }, 'could not refresh the marts'))
      .finally(() => this.refreshes.delete(file.fileId));
    this.refreshes.set(file.fileId, refreshed);
  }

  /** Marts belong to the dataset, not to the file: the current definition is used as long as there is one. */
  private async refreshMarts(file: LedgerFile): Promise<void> {
    const { context, marts } = this.options;
    const { pool, registry } = context;
    const own = registry.get(file.dataset) ?? (await definitionOf(pool, registry, file));
    const all = [own, ...usableChildrenOf(registry, file.dataset)];
    await Promise.all(all.map((one) => marts.request(one)));
  }
}

/** Whether the error is that the file's dataset has no usable definition, which does not fail the file. */
function waitsForDefinition(error: unknown): boolean {
  return error instanceof LandfallError && ['LF_DATASET_BROKEN', 'LF_DATASET_UNKNOWN'].includes(error.code);
}
