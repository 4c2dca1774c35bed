/** Counters of what a worker's slots are doing, for the ticker. */

import type { Outage } from '../platform/errors/outage.ts';
import type { OutageReport, SlotProgress } from '../platform/progress/progress.ts';

/** The most characters of an outage's text in a tick. NOTIFY allows 8000 bytes for all slots together. */
const textMost = 400;

/** The address and the progress of one job in flight. Updated once per batch. */
export interface SlotCounters {
  readonly fileId: number;
  readonly chunkNumber: number;
  readonly bytes: number;
  step: SlotProgress['step'];
  bytesRead: number;
  rows: number;
  /** Resets the counters for the next attempt. */
  restart(): void;
  /** The next attempt waits for the end of this outage. */
  wait(outage: Outage): void;
}

/** A worker's slots. A normal worker has at most two. */
export class Slots {
  private readonly jobs = new Set<Slot>();
  private readonly stores = new Map<string, OutageReport>();
  private rowsOfEndedJobs = 0;

  /** Takes a slot for a job. `end` frees it. */
  begin(job: { fileId: number; number: number; byteStart: number; byteEnd: number }): SlotCounters {
    const slot = new Slot(job);
    this.jobs.add(slot);
    return slot;
  }

  end(job: SlotCounters): void {
    this.jobs.delete(job as Slot);
    this.rowsOfEndedJobs += job.rows;
  }

  get busy(): boolean {
    return this.jobs.size > 0;
  }

  /** Rows since the worker started, of ended jobs and of those in flight. */
  get rows(): number {
    let rows = this.rowsOfEndedJobs;
    for (const job of this.jobs) rows += job.rows;
    return rows;
  }

  progress(): SlotProgress[] {
    return [...this.jobs].map(({ fileId, chunkNumber, bytes, step, bytesRead, rows }) => ({
      fileId,
      chunkNumber,
      bytes,
      step,
      bytesRead,
      rows,
    }));
  }

  /** The outage of a store whose requests are being tried again, in whichever slot; null when it is over. */
  waitForStore(store: string, outage: Outage | null): void {
    if (outage === null) this.stores.delete(store);
    else this.stores.set(store, reportOf(outage, this.stores.get(store) ?? null));
  }

  /** The outages that the slots wait for. */
  outages(): OutageReport[] {
    return [...[...this.jobs].flatMap((job) => job.outage ?? []), ...this.stores.values()];
  }
}

class Slot implements SlotCounters {
  readonly fileId: number;
  readonly chunkNumber: number;
  readonly bytes: number;
  step: SlotProgress['step'] = 'reading';
  bytesRead = 0;
  rows = 0;
  outage: OutageReport | null = null;

  constructor(job: { fileId: number; number: number; byteStart: number; byteEnd: number }) {
    this.fileId = job.fileId;
    this.chunkNumber = job.number;
    this.bytes = job.byteEnd - job.byteStart;
  }

  restart(): void {
    this.step = 'reading';
    this.bytesRead = 0;
    this.rows = 0;
  }

  wait(outage: Outage): void {
    this.step = 'waiting';
    this.outage = reportOf(outage, this.outage);
  }
}

function reportOf({ with: what, code, message, fix }: Outage, before: OutageReport | null): OutageReport {
  const since = before?.with === what ? before.since : new Date().toISOString();
  return { with: what, code, message: message.slice(0, textMost), fix, since };
}
