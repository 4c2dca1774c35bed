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

/** The time left is judged by at least this much of the past, in ms. */
const leastPaceMs = 10_000;
/** Samples of a pace. Bound: when there are more, every second one is left out. */
const paceSamples = 128;

/**
 * How long a load will still take. Judged by the later half of the time that it has taken so far: commits come in
 * bursts, so a few seconds say little, and the first half may have been slower.
 */
export class Pace {
  private samples: { readonly at: number; readonly bytes: number }[] = [];
  private stepMs = 250;

  /** Notes that `bytes` were loaded at `at` (ms). What was loaded before the first call took no time. */
  add(at: number, bytes: number): void {
    const last = this.samples.at(-1);
    if (last !== undefined && at - last.at < this.stepMs) return;
    this.samples.push({ at, bytes });
    if (this.samples.length <= paceSamples) return;
    this.samples = this.samples.filter((_, i) => i % 2 === 0);
    this.stepMs *= 2;
  }

  /** Seconds until `bytes` are loaded, where `seen` are at `at`; null where nobody can say. */
  left(at: number, seen: number, bytes: number): number | null {
    const { samples } = this;
    if (samples.length === 0) return null;
    const from = at - Math.max(leastPaceMs, (at - samples[0].at) / 2);
    const base = samples.findLast((sample) => sample.at <= from) ?? samples[0];
    const perMs = (seen - base.bytes) / Math.max(leastSpanMs, at - base.at);
    return perMs > 0 ? Math.round((bytes - seen) / perMs / 100) / 10 : null;
  }

  reset(): void {
    this.samples = [];
  }
}

function isSame(a: Sample, b: Sample): boolean {
  return a.rows === b.rows && a.bytes === b.bytes;
}
