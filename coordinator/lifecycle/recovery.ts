/**
 * Resumes unfinished files while the coordinator runs: after an outage of the database or the queue, or when the
 * ledger has reported no change for a long time. One recovery runs at a time. A request that arrives during a
 * recovery starts another one afterwards, because the first may already have passed the file in question.
 */
import type { Log } from '../../platform/log/log.ts';

export class Recovery {
  private readonly work: () => Promise<void>;
  private readonly log: Log;
  private running: Promise<void> | null = null;
  private again = false;
  private closed = false;

  constructor(work: () => Promise<void>, log: Log) {
    this.work = work;
    this.log = log;
  }

  request(): void {
    if (this.closed) return;
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
  }

  /** Starts no more recoveries, and resolves when none is running. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.again && !this.closed) {
      this.again = false;
      try {
        await this.work();
      } catch (error) {
        if (!this.closed) this.log.error({ err: error }, 'could not resume unfinished files');
      }
    }
  }
}
