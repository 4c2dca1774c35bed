/** The points of the throughput chart: what was pushed, kept for some minutes. Pure. */
import type { ThroughputSample } from '../../platform/progress/progress.ts';

/** The most that the chart shows, and the least. */
export const shownMs = 5 * 60_000;
const leastShownMs = 60_000;
/** SharedLock before the first thing there is to see. */
const leadMs = 5000;
/** Samples nearer than this replace each other: more points than pixels help nobody. */
const stepMs = 400;
/** A value is drawn as a line to the next one up to this gap; beyond, it is held and then stepped. */
const holdMs = 2500;

/** Samples with one more, without those that have left the chart. */
export function addSample(
  samples: readonly ThroughputSample[],
  next: ThroughputSample,
): readonly ThroughputSample[] {
  const kept = samples.filter((sample) => sample.at > next.at - shownMs * 2);
  const last = kept.at(-1);
  const beforeLast = kept.at(-2);
  if (last && beforeLast && last.at - beforeLast.at < stepMs) kept.pop();
  return [...kept, next];
}

/** A server whose clock is ahead of this one must not draw into the future. */
export function alignHistory(history: readonly ThroughputSample[], now: number): readonly ThroughputSample[] {
  const ahead = Math.max(0, (history.at(-1)?.at ?? 0) - now);
  return ahead === 0 ? history : history.map((sample) => ({ ...sample, at: sample.at - ahead }));
}

/** True while the chart has anything but a flat line to show, and so must move on with time. */
export function isMoving(samples: readonly ThroughputSample[], now: number): boolean {
  const from = now - shownMs;
  return samples.some((sample, i) => sample.rowsPerSecond > 0 && (samples[i + 1]?.at ?? now) > from);
}

/** When the chart begins (ms): with the work there is to see, so that a short run is not a thin line. */
export function chartStart(samples: readonly ThroughputSample[], now: number): number {
  const from = now - shownMs;
  const first = samples.find((sample, i) => sample.rowsPerSecond > 0 && (samples[i + 1]?.at ?? now) > from);
  return Math.max(from, Math.min(now - leastShownMs, (first?.at ?? now) - leadMs));
}

/** Seconds and rows a second for uPlot, from the first sample up to now. */
export function chartPoints(samples: readonly ThroughputSample[], now: number): [number[], number[]] {
  const xs: number[] = [];
  const ys: number[] = [];
  const push = (at: number, value: number) => {
    xs.push(at / 1000);
    ys.push(value);
  };
  let last: ThroughputSample | null = null;
  for (const sample of samples) {
    if (last && sample.at - last.at > holdMs) push(sample.at - 1, last.rowsPerSecond);
    push(sample.at, sample.rowsPerSecond);
    last = sample;
  }
  if (last && now > last.at) push(now, last.rowsPerSecond);
  return [xs, ys];
}
