/** Calls back at the earliest moment that it was set for. It never polls, and never runs longer than an hour. */

const longestMs = 3_600_000;

export class Alarm {
  private readonly ring: () => void;
  private timer: NodeJS.Timeout | null = null;
  /** Of `performance.now`. */
  private at = Number.POSITIVE_INFINITY;
  private stopped = false;

  constructor(ring: () => void) {
    this.ring = ring;
  }

  /** Rings in `ms` milliseconds, unless it is set to ring before. */
  set(ms: number): void {
    const waitMs = Math.min(longestMs, Math.max(0, ms));
    const at = performance.now() + waitMs;
    if (this.stopped || at >= this.at) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.at = at;
    this.timer = setTimeout(() => {
      this.at = Number.POSITIVE_INFINITY;
      this.ring();
    }, waitMs);
  }

  /** It never rings again. */
  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
