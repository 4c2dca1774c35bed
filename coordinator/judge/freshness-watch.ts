/**
 * Judges the freshness of datasets when one of their files changes its state, when a definition changes, and when a
 * deadline passes. No timer polls: one is set for the next moment at which a state may change by itself.
 */
import type { Ledger } from '../../ledger/ledger.ts';
import type { Registry } from '../../model/registry.ts';
import type { FreshnessReport } from '../../platform/progress/progress.ts';
import { Alarm } from '../lifecycle/alarm.ts';
import type { Hub } from '../progress/hub.ts';
import { freshnessSince, judgeFreshness } from './freshness.ts';

/** Changes of files within this time are judged once. */
const gatherMs = 200;
/** The pause after the ledger did not answer. */
const retryMs = 5_000;

export interface FreshnessWatchOptions {
  readonly ledger: Pick<Ledger, 'arrivals'>;
  readonly registry: Pick<Registry, 'all'>;
  readonly hub: Pick<Hub, 'subscribe' | 'setFreshness'>;
  /** Called with all reports whenever they are judged. */
  readonly onReports?: (reports: readonly FreshnessReport[]) => Promise<void>;
  /** Milliseconds since the epoch. Default: the clock. */
  readonly now?: () => number;
}

/** The reports of all datasets that expect files, and when the first of them may change by itself, in ms. */
export async function freshnessOf(
  { ledger, registry }: Pick<FreshnessWatchOptions, 'ledger' | 'registry'>,
  now: number,
): Promise<{ readonly reports: readonly FreshnessReport[]; readonly changesAt: number }> {
  let changesAt = Number.POSITIVE_INFINITY;
  const reports: FreshnessReport[] = [];
  for (const { name, expect } of registry.all()) {
    if (expect === undefined) continue;
    const files = await ledger.arrivals(name, new Date(freshnessSince(expect, now)));
    const { state, window, due, since, missed, ...next } = judgeFreshness(expect, files, now);
    changesAt = Math.min(changesAt, next.changesAt);
    const [start, dueAt] = [window.start, due].map((at) => new Date(at).toISOString());
    const first = since === null ? null : new Date(since).toISOString();
    reports.push({ dataset: name, state, window: start, due: dueAt, since: first, missed });
  }
  return { reports: reports.sort((a, b) => a.dataset.localeCompare(b.dataset)), changesAt };
}

export class FreshnessWatch {
  private readonly options: FreshnessWatchOptions;
  private readonly stop: () => void;
  /** A file may change its state while others are being judged: what is set for it stays. */
  private readonly alarm = new Alarm(() => {
    this.judging = this.judging.then(() => this.judge());
  });
  private judging: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(options: FreshnessWatchOptions) {
    this.options = options;
    this.stop = options.hub.subscribe((message) => {
      if (message.type === 'change' && (message.files ?? []).some(({ state }) => state !== 'loading'))
        this.soon();
    });
    this.alarm.set(0);
  }

  /** A definition or a file has changed. */
  soon(): void {
    this.alarm.set(gatherMs);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stop();
    this.alarm.stop();
    await this.judging;
  }

  private async judge(): Promise<void> {
    if (this.closed) return;
    const { hub, onReports, now = Date.now } = this.options;
    const at = now();
    try {
      const { reports, changesAt } = await freshnessOf(this.options, at);
      hub.setFreshness(reports);
      await onReports?.(reports);
      if (reports.length > 0) this.alarm.set(changesAt - at + 1);
    } catch {
      // The outage is told of by those who wait for it.
      this.alarm.set(retryMs);
    }
  }
}
