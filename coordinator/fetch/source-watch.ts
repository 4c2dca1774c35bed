/**
 * Tells the hub where sources stand: when a run has changed, as pages are read, when definitions change, and when a
 * window becomes late. No timer polls: one is set by an event, or for the moment at which a window becomes late.
 */
import type pg from 'pg';
import type { Registry } from '../../model/registry.ts';
import type { SourceProgress, SourceRun } from '../../platform/progress/progress.ts';
import { Alarm } from '../lifecycle/alarm.ts';
import type { Hub } from '../progress/hub.ts';
import { lateMs, type RunReport, reportSources, type SourceReport } from './report-sources.ts';

/** Changes within this time are told once. A look that took long is followed by a longer pause, up to a second. */
const gatherMs = 100;
const restFactor = 10;
const gatherMostMs = 1_000;
/** The pause after the ledger did not answer. */
const retryMs = 5_000;

export interface SourceWatchOptions {
  readonly pool: pg.Pool;
  readonly registry: Registry;
  readonly env: NodeJS.ProcessEnv;
  readonly hub: Pick<Hub, 'onRuns' | 'setSources'>;
}

/** A report as everybody may see it. `reading`: bytes of the page that is being read. */
export function progressOf(report: SourceReport, reading = 0): SourceProgress {
  const { dataset, source, kind, missing, waiting, scheduled, lateSince, queueFault, last, next } = report;
  return {
    ...{ dataset, source, kind, missing, waiting, scheduled, lateSince, queueFault },
    schedule: report.scheduleWords,
    cursor: report.cursorWords,
    last: last && runOf(last, 0),
    next: next && runOf(next, reading),
  };
}

function runOf(run: RunReport, reading: number): SourceRun {
  const { kind, window, state, pages, startedAt, endedAt, dueAt, error } = run;
  return { kind, window, state, pages, bytes: run.bytes + reading, startedAt, endedAt, dueAt, error };
}

export class SourceWatch {
  private readonly options: SourceWatchOptions;
  private reports: readonly SourceReport[] = [];
  /** Bytes of the pages that are being read, by the number of their run. */
  private readonly reading = new Map<number, number>();
  private readonly alarm = new Alarm(() => {
    this.looking = this.looking.then(() => this.look());
  });
  private telling: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();
  private lastEnd = Number.NEGATIVE_INFINITY;
  private pauseMs = gatherMs;
  private closed = false;

  constructor(options: SourceWatchOptions) {
    this.options = options;
    options.hub.onRuns(() => this.soon());
    this.alarm.set(0);
  }

  /** A run or a definition has changed, or whether a queue can be read. */
  soon(): void {
    this.alarm.set(Math.max(gatherMs, this.lastEnd + this.pauseMs - performance.now()));
  }

  /** CoordinatorOptions.onFetched. */
  fetched({ runId }: { readonly runId: number }, bytes: number): void {
    if (bytes === 0) this.reading.delete(runId);
    else this.reading.set(runId, bytes);
    if (!this.closed) this.telling ??= setTimeout(() => this.tell(), gatherMs);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.alarm.stop();
    if (this.telling !== null) clearTimeout(this.telling);
    await this.looking;
  }

  private async look(): Promise<void> {
    if (this.closed) return;
    const { pool, registry, env } = this.options;
    const start = performance.now();
    try {
      this.reports = await reportSources(pool, registry, env);
    } catch {
      // The outage is told of by those who wait for it.
      return this.alarm.set(retryMs);
    }
    this.lastEnd = performance.now();
    this.pauseMs = Math.min(gatherMostMs, (this.lastEnd - start) * restFactor);
    if (!this.closed) this.tell();
    const ends = this.reports.flatMap(({ next, lateSince }) =>
      next?.window && next.kind !== 'backfill' && lateSince === null ? Date.parse(next.window.to) : [],
    );
    if (ends.length > 0) this.alarm.set(Math.min(...ends) + lateMs - Date.now() + 1);
  }

  private tell(): void {
    if (this.telling !== null) clearTimeout(this.telling);
    this.telling = null;
    this.options.hub.setSources(
      this.reports.map((report) => progressOf(report, this.reading.get(report.next?.runId ?? 0))),
    );
  }
}
