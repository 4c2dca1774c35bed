/**
 * What the coordinator stands on, when it gives way: steps wait out trouble of database, queue and stores
 * and are then taken again, and whoever watches is told what they wait for.
 */
import type { Log } from '../../platform/log/log.ts';
import { patiently } from '../../platform/errors/wait-out.ts';
import { type Trouble, troubleOf } from '../../platform/errors/outage.ts';

export interface SurroundingsOptions {
  readonly patienceMs: number;
  readonly lakeUrl: string;
  readonly log: Log;
  /** What `source` waits for to be gone; null when it goes on. */
  readonly onTrouble?: (source: string, trouble: Trouble | null) => void;
  /** Starts a server of our own again that has ended. */
  readonly reviveDatabase?: () => Promise<void>;
}

export class Surroundings {
  private readonly options: SurroundingsOptions;
  private readonly closing = new AbortController();
  private readonly known = new Map<string, string>();
  private reviving: Promise<void> | null = null;

  constructor(options: SurroundingsOptions) {
    this.options = options;
  }

  /** Runs a step until it has succeeded, or failed for another reason, or patience is at its end. */
  through<T>(source: string, step: () => Promise<T>): Promise<T> {
    return patiently(step, {
      patienceMs: this.options.patienceMs,
      signal: this.closing.signal,
      troubleOf: (error) => troubleOf(error, this.options),
      onTrouble: (trouble) => this.tell(source, trouble),
      onMended: () => this.tell(source, null),
    });
  }

  /** Says what a part of the coordinator waits for, or that it goes on. */
  tell(source: string, trouble: Trouble | null): void {
    if (this.closing.signal.aborted) return;
    const { log, onTrouble } = this.options;
    const before = this.known.get(source);
    if (trouble === null) {
      if (!this.known.delete(source)) return;
      log.info({ source }, 'going on');
    } else {
      this.known.set(source, trouble.message);
      if (before !== trouble.message) log.warn({ source, ...trouble }, 'waiting until it is gone');
      if (trouble.with === 'database') this.revive();
    }
    onTrouble?.(source, trouble);
  }

  /** Steps that wait are given up. */
  close(): void {
    this.closing.abort(new Error('the coordinator is closing'));
  }

  private revive(): void {
    const { reviveDatabase, log } = this.options;
    if (reviveDatabase === undefined || this.reviving !== null) return;
    this.reviving = reviveDatabase()
      .catch((error) => log.warn({ err: error }, 'the embedded server could not be started again'))
      .finally(() => {
        this.reviving = null;
      });
  }
}
