/** Rates over a sliding window. Deterministic: the caller says what time it is. */

/** How far back a rate reaches. */
export const windowMs = 5000;
/** Samples closer together than this are merged. Bound: windowMs / stepMs + 2 samples per window. */
const stepMs = 250;
/** Growth in less time than this counts as if it had taken this long: the first moments are noise. */
const leastSpanMs = 1000;

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

/** Running totals over the last `windowMs`, and how fast they grow. */
export class RateWindow {
  private readonly samples: Sample[] = [];

  /** Notes that `rows` and `bytes` were the running totals at `at` (ms). */
  add(at: number, rows: number, bytes: number): void {
    const { samples } = this;
    const beforeLast = samples.at(-2);
    const last = samples.at(-1);
    if (last && beforeLast && last.at - beforeLast.at < stepMs) samples.pop();
    samples.push({ at, rows, bytes });
    // One sample from before the window stays: the window's growth is counted from it.
    while (samples.length > 2 && samples[1].at <= at - windowMs) samples.shift();
  }

  /**
   * Growth per second, from the moment at which it began within the window until `at`. Zero when nothing was
   * added within the window.
   */
  rate(at: number): Rate {
    const { samples } = this;
    const last = samples.at(-1);
    if (!last || last.at <= at - windowMs) return still;
    // A pause before the growth is not part of it: it would make the rate look low.
    let start = 0;
    while (start + 1 < samples.length && isSame(samples[start], samples[start + 1])) start++;
    const first = samples[start];
    const spanMs = Math.max(leastSpanMs, at - first.at);
    return {
      rowsPerSecond: Math.max(0, Math.round(((last.rows - first.rows) * 1000) / spanMs)),
      bytesPerSecond: Math.max(0, Math.round(((last.bytes - first.bytes) * 1000) / spanMs)),
    };
  }

  /** Forgets everything: what comes next does not count as growth. */
  reset(): void {
    this.samples.length = 0;
  }
}

function isSame(a: Sample, b: Sample): boolean {
  return a.rows === b.rows && a.bytes === b.bytes;
}
