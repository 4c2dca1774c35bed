/** Rates over a sliding window. Deterministic: the caller says what time it is. */

/** How far back a rate looks. */
export const windowMs = 5000;
/** Samples closer together than this are merged. Bound: windowMs / stepMs + 2 samples a window. */
const stepMs = 250;
/** A rate over less than this would be noise. */
const leastSpanMs = 400;

interface Sample {
  readonly at: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface Rate {
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
}

const still: Rate = { rowsPerSecond: 0, bytesPerSecond: 0 };

/** Running totals seen over the last `windowMs`, and how fast they grow. */
export class RateWindow {
  private readonly samples: Sample[] = [];

  /** Notes that `rows` and `bytes` were the running totals at `at` (ms). */
  add(at: number, rows: number, bytes: number): void {
    const { samples } = this;
    const beforeLast = samples.at(-2);
    const last = samples.at(-1);
    if (last && beforeLast && last.at - beforeLast.at < stepMs) samples.pop();
    samples.push({ at, rows, bytes });
    // One sample from before the window stays: it is where the window's growth is counted from.
    while (samples.length > 2 && samples[1].at <= at - windowMs) samples.shift();
  }

  /** Growth a second, counted up to `at`. Zero when nothing was added within the window. */
  rate(at: number): Rate {
    const first = this.samples.at(0);
    const last = this.samples.at(-1);
    if (!first || !last || last.at <= at - windowMs) return still;
    const spanMs = at - first.at;
    if (spanMs < leastSpanMs) return still;
    return {
      rowsPerSecond: Math.max(0, Math.round(((last.rows - first.rows) * 1000) / spanMs)),
      bytesPerSecond: Math.max(0, Math.round(((last.bytes - first.bytes) * 1000) / spanMs)),
    };
  }

  /** Forgets everything: what comes next is a new start, not growth. */
  reset(): void {
    this.samples.length = 0;
  }
}
