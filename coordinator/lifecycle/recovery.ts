/**
 * Resumes unfinished files while the coordinator runs: when the database or the queue is back, or when the
 * ledger has been silent for long. One recovery runs at a time. A request that comes during one starts another
 * after it, because the first may already have passed what the request is about.
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

  /** Starts no other, and resolves when none is running. */
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
        if (!this.closed) this.log.error({ err: error }, 'unfinished files could not be resumed');
      }
    }
  }
}
