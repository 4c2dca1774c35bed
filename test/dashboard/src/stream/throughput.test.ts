import { expect, it } from 'vitest';
import {
  addSample,
  alignHistory,
  chartPoints,
  chartStart,
  isMoving,
  shownMs,
} from '../../../../dashboard/src/stream/throughput.ts';
import type { ThroughputSample } from '../../../../platform/progress/progress.ts';

const sample = (at: number, rowsPerSecond: number): ThroughputSample => ({
  at,
  rowsPerSecond,
  bytesPerSecond: 0,
});

it('keeps what the chart can show, however often samples come', () => {
  let samples: readonly ThroughputSample[] = [];
  for (let at = 0; at <= 30 * 60_000; at += 50) samples = addSample(samples, sample(at, at));
  expect(samples.length).toBeLessThan((2 * shownMs) / 400 + 3);
  expect(samples.at(-1)).toEqual(sample(30 * 60_000, 30 * 60_000));
  expect(samples[0].at).toBeLessThan(30 * 60_000 - shownMs);
});

it('holds a value over a pause instead of sloping to the next', () => {
  const [xs, ys] = chartPoints([sample(0, 5), sample(1000, 10), sample(61_000, 20)], 62_000);
  expect(xs).toEqual([0, 1, 60.999, 61, 62]);
  expect(ys).toEqual([5, 10, 10, 20, 20]);
});

it('begins with the work there is to see, a minute ago at the latest and five at the earliest', () => {
  const now = 1_000_000;
  expect(chartStart([], now)).toBe(now - 60_000);
  expect(chartStart([sample(now - 2000, 7)], now)).toBe(now - 60_000);
  expect(chartStart([sample(now - 200_000, 0), sample(now - 120_000, 7)], now)).toBe(now - 125_000);
  expect(chartStart([sample(now - 900_000, 7)], now)).toBe(now - shownMs);
});

it('moves on while there is something to see', () => {
  expect(isMoving([], 0)).toBe(false);
  expect(isMoving([sample(0, 0)], 1000)).toBe(false);
  expect(isMoving([sample(0, 7)], 1000)).toBe(true);
  expect(isMoving([sample(0, 7), sample(1000, 0)], shownMs)).toBe(true);
  expect(isMoving([sample(0, 7), sample(1000, 0)], shownMs + 1000)).toBe(false);
});

it('takes a server’s clock that is ahead for one that is not', () => {
  expect(alignHistory([sample(5000, 1), sample(9000, 2)], 6000)).toEqual([sample(2000, 1), sample(6000, 2)]);
  expect(alignHistory([sample(1000, 1)], 6000)).toEqual([sample(1000, 1)]);
});
