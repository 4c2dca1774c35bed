/** Keeps the requests of a run apart. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** In ms. */
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<unknown>;
}

const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

export class Pace {
  private readonly leastMs: number;
  private readonly clock: Clock;
  private last = Number.NEGATIVE_INFINITY;

  /** Null: any rate. */
  constructor(requestsPerSecond: number | null, clock: Clock = realClock) {
    this.leastMs = requestsPerSecond === null ? 0 : 1000 / requestsPerSecond;
    this.clock = clock;
  }

  /** Resolves when the next request may be sent. */
  async next(signal: AbortSignal): Promise<void> {
    const waitMs = this.last + this.leastMs - this.clock.now();
    if (waitMs > 0) await this.clock.sleep(waitMs, signal);
    this.last = this.clock.now();
  }
}
