/** The points of the throughput chart, computed from samples of the last minutes. */
import type { ThroughputSample } from '../../../platform/progress/progress.ts';

/** The longest and the shortest time that the chart shows, in ms. */
export const shownMs = 5 * 60_000;
const leastShownMs = 60_000;
/** The time shown before the first rows, in ms. */
const leadMs = 5000;
/** A sample replaces the one before it if it is nearer than this, in ms, so that there are no more points than pixels. */
const stepMs = 400;
/** Samples up to this gap, in ms, are joined by a line. Beyond it, the value is held until the next sample. */
const holdMs = 2500;

/** The samples with one more, without those that are too old for the chart. */
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

/** Moves samples of a server whose clock is ahead back in time, so that none is in the future. */
export function alignHistory(history: readonly ThroughputSample[], now: number): readonly ThroughputSample[] {
  const ahead = Math.max(0, (history.at(-1)?.at ?? 0) - now);
  return ahead === 0 ? history : history.map((sample) => ({ ...sample, at: sample.at - ahead }));
}

/** Whether the chart has more than a flat line to show, and so must move with time. */
export function isMoving(samples: readonly ThroughputSample[], now: number): boolean {
  const from = now - shownMs;
  return samples.some((sample, i) => sample.rowsPerSecond > 0 && (samples[i + 1]?.at ?? now) > from);
}

/** When the chart begins, in ms: shortly before the first rows, so that a short run is not a thin line. */
export function chartStart(samples: readonly ThroughputSample[], now: number): number {
  const from = now - shownMs;
  const first = samples.find((sample, i) => sample.rowsPerSecond > 0 && (samples[i + 1]?.at ?? now) > from);
  return Math.max(from, Math.min(now - leastShownMs, (first?.at ?? now) - leadMs));
}

/** Seconds and rows per second for uPlot, from the first sample until now. */
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
