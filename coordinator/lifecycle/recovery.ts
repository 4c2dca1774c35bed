/**
 * Taking up unfinished work again while work goes on: when database or queue are back, or nothing has been
 * heard for long. One at a time; one that is asked for while another is under way follows it, because that
 * one may have passed by now what is missing.
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

  /** Resolves when none is under way; none begins afterwards. */
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
        if (!this.closed) this.log.error({ err: error }, 'unfinished files could not be taken up again');
      }
    }
  }
}
