/**
 * Runs what is planned in the ledger, whoever planned it: a schedule, `landfall run`, `landfall backfill`. Runs only in
 * the leader.
 *
 *   planned ──due, chosen──▶ running ──▶ done, failed
 *      ▲                        │
 *      └─ waits, or gives way ─┘        the coordinator closes or dies: it stays running, and the next one resumes it
 */
import { endRun, type LedgerRun, letRunWait, runOf, startRun, unendedRuns } from '../../ledger/runs.ts';
import type { SourceName } from '../../ledger/schedule-history.ts';
import { type CompiledSource, ownerOf } from '../../model/compiled-source.ts';
import type { Registry } from '../../model/registry.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { describeError } from '../../platform/errors/errors.ts';
import { redactorOf } from '../../sources/fetching/fill.ts';
import { afterError, type Pauses } from './after-error.ts';
import { chooseRuns } from './choose-runs.ts';
import { type Fetching, fetchRun, type Outcome } from './fetch-run.ts';
import { unknownSource } from './find-source.ts';

/** Runs at the same time, of all sources. Each holds one page's buffers. */
const runsMost = 8;

/** Runs of a source and class that are looked at: a backfill starts no more at a time. */
const waitingMost = 64;

/** The longest time between two looks into the ledger, in ms: a notification may be lost. */
const lookMs = 30_000;

/** Pause after the ledger could not be read, in ms. */
const retryMs = 2_000;

export interface RunnerOptions extends Fetching {
  readonly registry: Registry;
  readonly outageTimeoutMs: number;
  readonly pauses?: Pauses;
  /** Failures of runs are reported by whoever asked for them, and logged for debugging only. */
  readonly reportsRuns?: boolean;
  /** Called when a run has ended, or waits. */
  onEnded?(run: SourceName): void;
}

interface Running {
  readonly run: LedgerRun;
  readonly ended: Promise<void>;
}

export class SourceRunner {
  private readonly options: RunnerOptions;
  private readonly running = new Map<number, Running>();
  private giveWay: ReadonlySet<number> = new Set();
  private readonly closing = new AbortController();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private again = false;

  constructor(options: RunnerOptions) {
    this.options = options;
  }

  /** Looks into the ledger for runs that are due. */
  wake(): void {
    this.again = true;
    if (this.closing.signal.aborted) return;
    this.looking ??= this.look().finally(() => {
      this.looking = null;
    });
  }

  /** From now on nothing is started, and what is running stops. The next coordinator resumes it. */
  letGo(): void {
    this.closing.abort(new Error('the coordinator is closing'));
  }

  /** Resolves when nothing is running. */
  async close(): Promise<void> {
    this.letGo();
    if (this.timer) clearTimeout(this.timer);
    await this.looking;
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }

  private async look(): Promise<void> {
    const { pool, registry, log, through } = this.options;
    let waitMs = lookMs;
    while (this.again && !this.closing.signal.aborted) {
      this.again = false;
      try {
        const unended = await through(() => unendedRuns(pool, waitingMost));
        const usable = unended.filter(({ dataset }) => registry.get(dataset) !== undefined);
        const now = new Date();
        const choice = chooseRuns(usable, new Set(this.running.keys()), now, runsMost, (run) =>
          this.ownerOf(run),
        );
        this.giveWay = choice.giveWay;
        for (const run of choice.start) this.start(run);
        if (choice.nextDue !== null) waitMs = Math.min(lookMs, choice.nextDue.getTime() - now.getTime());
      } catch (error) {
        if (!this.closing.signal.aborted) log.error({ err: error }, 'could not look for runs of sources');
        waitMs = retryMs;
      }
    }
    if (this.timer) clearTimeout(this.timer);
    if (!this.closing.signal.aborted) this.timer = setTimeout(() => this.wake(), waitMs);
  }

  private sourceOf({ dataset, source }: SourceName): CompiledSource | undefined {
    return this.options.registry.get(dataset)?.sources.find(({ name }) => name === source);
  }

  /** A source and the one that sweeps it take turns. */
  private ownerOf(run: SourceName): string {
    const source = this.sourceOf(run);
    return source === undefined ? run.source : ownerOf(source);
  }

  private start(run: LedgerRun): void {
    const { log } = this.options;
    const about = { dataset: run.dataset, source: run.source, run: run.folder };
    const ended = this.carryOut(run)
      .catch((error) => {
        const { code, message } = describeError(error);
        if (!this.closing.signal.aborted) log.error({ ...about, code, message }, 'could not carry out a run');
      })
      .finally(() => {
        this.running.delete(run.runId);
        this.options.onEnded?.(run);
        this.wake();
      });
    this.running.set(run.runId, { run, ended });
  }

  private async carryOut({ runId, dataset, source: name, folder }: LedgerRun): Promise<void> {
    const { pool, through, log } = this.options;
    const run = await through(() => startRun(pool, runId));
    crashPoint('fetch.run-started');
    if (run === null) return;
    const about = { dataset, source: name, run: folder };
    const source = this.sourceOf({ dataset, source: name });
    try {
      if (source === undefined) throw unknownSource(this.options.registry, `${dataset}.${name}`);
      const givesWay = () => this.giveWay.has(runId);
      const fetch = { run, source, givesWay, signal: this.closing.signal };
      const outcome: Outcome = await fetchRun(this.options, fetch);
      if (outcome === 'done') log.info(about, 'a run of a source is done');
      if (outcome === 'gaveWay')
        await through(() => letRunWait(pool, run, { ...run, dueAt: new Date(), error: null }));
    } catch (error) {
      if (this.closing.signal.aborted) return;
      const { code, message, fix } = describeError(error);
      const redact = redactorOf(source, this.options.env);
      await this.stop(run, error, { code, message: redact(message), fix });
    }
  }

  private async stop(run: LedgerRun, cause: unknown, error: NonNullable<LedgerRun['error']>): Promise<void> {
    const { pool, through, log, outageTimeoutMs, pauses, reportsRuns = false } = this.options;
    const level = reportsRuns ? 'debug' : 'warn';
    const about = { dataset: run.dataset, source: run.source, run: run.folder, ...error };
    const standing = (await through(() => runOf(pool, run.runId))) ?? run;
    const wait = afterError(standing, cause, { now: new Date(), outageTimeoutMs, pauses });
    if (wait === null) {
      log[level](about, 'a run of a source has failed');
      await through(() => endRun(pool, run, error));
      return;
    }
    log[level]({ ...about, dueAt: wait.dueAt }, 'a run of a source waits for its next attempt');
    await through(() => letRunWait(pool, run, { ...wait, error }));
  }
}
