/**
 * The outages that are shown. Workers report theirs in their ticks, the coordinator its own. An outage that
 * many report is shown once.
 *
 *   reported by a source ──▶ shown ──reported by none any more──▶ lingering ──lingerMs──▶ gone
 */
import type { OutageReport } from '../../platform/progress/progress.ts';

/** A worker that tries again reports no outage for a moment; so an outage is shown until it stays away. */
const lingerMs = 1_500;

export class Outages {
  private readonly onChange: (outages: readonly OutageReport[]) => void;
  private readonly told = new Map<string, readonly OutageReport[]>();
  /** By kind and text; each with the timer that removes it once no source reports it. */
  private readonly shown = new Map<string, { report: OutageReport; leaving: NodeJS.Timeout | null }>();

  constructor(onChange: (outages: readonly OutageReport[]) => void) {
    this.onChange = onChange;
  }

  /** All outages that `source` reports now. */
  tell(source: string, reports: readonly OutageReport[]): void {
    if (reports.length > 0) this.told.set(source, reports);
    else if (!this.told.delete(source)) return;
    const now = new Map<string, OutageReport>();
    for (const report of [...this.told.values()].flat()) {
      const known = now.get(keyOf(report));
      if (known === undefined || report.since < known.since) now.set(keyOf(report), report);
    }
    let changed = false;
    for (const [key, report] of now) {
      const entry = this.shown.get(key);
      if (entry?.leaving) clearTimeout(entry.leaving);
      if (entry) entry.leaving = null;
      else changed = this.shown.set(key, { report, leaving: null }).has(key);
    }
    for (const [key, entry] of this.shown) {
      if (!now.has(key)) entry.leaving ??= setTimeout(() => this.drop(key), lingerMs);
    }
    if (changed) this.changed();
  }

  close(): void {
    for (const { leaving } of this.shown.values()) if (leaving) clearTimeout(leaving);
    this.shown.clear();
  }

  private drop(key: string): void {
    this.shown.delete(key);
    this.changed();
  }

  private changed(): void {
    const reports = [...this.shown.values()].map(({ report }) => report);
    this.onChange(reports.sort((a, b) => a.since.localeCompare(b.since)));
  }
}

function keyOf(report: OutageReport): string {
  return `${report.with} ${report.message}`;
}
