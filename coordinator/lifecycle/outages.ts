/**
 * Handles outages of the database, the queue and the stores. A step of the coordinator waits for the outage to end
 * and is then repeated; meanwhile the progress stream reports the outage.
 */

import type { Outage } from '../../platform/errors/outage.ts';
import { waitOut } from '../../platform/errors/wait-out.ts';
import type { Log } from '../../platform/log/log.ts';

export interface OutageWatchOptions {
  readonly outageTimeoutMs: number;
  readonly log: Log;
  /** Called with the outage that `source` is waiting for, and with null when it resumes. */
  readonly onOutage?: (source: string, outage: Outage | null) => void;
  /** Restarts the embedded server after it has ended. */
  readonly restartDatabase?: () => Promise<void>;
}

export class OutageWatch {
  private readonly options: OutageWatchOptions;
  private readonly closing = new AbortController();
  private readonly known = new Map<string, string>();
  private restarting: Promise<void> | null = null;

  constructor(options: OutageWatchOptions) {
    this.options = options;
  }

  /** Repeats a step after an outage until the outage timeout expires. Rethrows any other error. */
  through<T>(source: string, step: () => Promise<T>): Promise<T> {
    return waitOut(step, {
      outageTimeoutMs: this.options.outageTimeoutMs,
      signal: this.closing.signal,
      onOutage: (outage) => this.tell(source, outage),
      onRecovered: () => this.tell(source, null),
    });
  }

  /** Records the outage that a part of the coordinator is waiting for; null if it has resumed. */
  tell(source: string, outage: Outage | null): void {
    if (this.closing.signal.aborted) return;
    const { log, onOutage } = this.options;
    const before = this.known.get(source);
    if (outage === null) {
      if (!this.known.delete(source)) return;
      log.info({ source }, 'the outage is over');
    } else {
      this.known.set(source, outage.message);
      if (before !== outage.message) log.warn({ source, ...outage }, 'waiting for the outage to end');
      if (outage.with === 'database') this.restart();
    }
    onOutage?.(source, outage);
  }

  /** Makes the waiting steps fail with an error. */
  close(): void {
    this.closing.abort(new Error('the coordinator is closing'));
  }

  private restart(): void {
    const { restartDatabase, log } = this.options;
    if (restartDatabase === undefined || this.restarting !== null) return;
    this.restarting = restartDatabase()
      .catch((error) => log.warn({ err: error }, 'could not restart the embedded server'))
      .finally(() => {
        this.restarting = null;
      });
  }
}
