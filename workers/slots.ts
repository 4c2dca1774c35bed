/** What a worker's slots are doing, as counters that the ticker reads. */
import type { SlotProgress } from '../platform/progress.ts';

/** One job in hand: an address, and how far it has come. Updated once a batch. */
export interface SlotCounters {
  readonly fileId: number;
  readonly chunkNumber: number;
  readonly bytes: number;
  step: SlotProgress['step'];
  bytesRead: number;
  rows: number;
}

/** A worker's slots; at most two on a normal worker. */
export class Slots {
  private readonly jobs = new Set<SlotCounters>();
  private rowsOfEndedJobs = 0;

  /** Takes a slot for a job; `end` frees it. */
  begin(job: { fileId: number; number: number; byteStart: number; byteEnd: number }): SlotCounters {
    const counters: SlotCounters = {
      fileId: job.fileId,
      chunkNumber: job.number,
      bytes: job.byteEnd - job.byteStart,
      step: 'reading',
      bytesRead: 0,
      rows: 0,
    };
    this.jobs.add(counters);
    return counters;
  }

  end(job: SlotCounters): void {
    this.jobs.delete(job);
    this.rowsOfEndedJobs += job.rows;
  }

  get busy(): boolean {
    return this.jobs.size > 0;
  }

  /** Rows since the worker started, of ended jobs and of those in hand. */
  get rows(): number {
    let rows = this.rowsOfEndedJobs;
    for (const job of this.jobs) rows += job.rows;
    return rows;
  }

  progress(): SlotProgress[] {
    return [...this.jobs].map((job) => ({ ...job }));
  }
}
