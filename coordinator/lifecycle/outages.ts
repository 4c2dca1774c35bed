/**
 * What the coordinator stands on, when it gives way: steps wait out outage of database, queue and stores
 * and are then taken again, and whoever watches is told what they wait for.
 */

import type { Outage } from '../../platform/errors/outage.ts';
import { waitOut } from '../../platform/errors/wait-out.ts';
import type { Log } from '../../platform/log/log.ts';

export interface OutageWatchOptions {
  readonly outageTimeoutMs: number;
  readonly log: Log;
  /** What `source` waits for to be gone; null when it goes on. */
  readonly onOutage?: (source: string, outage: Outage | null) => void;
  /** Starts a server of our own again that has ended. */
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

  /** Runs a step until it has succeeded, or failed for another reason, or the outage timeout is at its end. */
  through<T>(source: string, step: () => Promise<T>): Promise<T> {
    return waitOut(step, {
      outageTimeoutMs: this.options.outageTimeoutMs,
      signal: this.closing.signal,
      onOutage: (outage) => this.tell(source, outage),
      onRecovered: () => this.tell(source, null),
    });
  }

  /** Says what a part of the coordinator waits for, or that it goes on. */
  tell(source: string, outage: Outage | null): void {
    if (this.closing.signal.aborted) return;
    const { log, onOutage } = this.options;
    const before = this.known.get(source);
    if (outage === null) {
      if (!this.known.delete(source)) return;
      log.info({ source }, 'going on');
    } else {
      this.known.set(source, outage.message);
      if (before !== outage.message) log.warn({ source, ...outage }, 'waiting for the outage to end');
      if (outage.with === 'database') this.restart();
    }
    onOutage?.(source, outage);
  }

  /** Steps that wait are given up. */
  close(): void {
    this.closing.abort(new Error('the coordinator is closing'));
  }

  private restart(): void {
    const { restartDatabase, log } = this.options;
    if (restartDatabase === undefined || this.restarting !== null) return;
    this.restarting = restartDatabase()
      .catch((error) => log.warn({ err: error }, 'the embedded server could not be started again'))
      .finally(() => {
        this.restarting = null;
      });
  }
}
