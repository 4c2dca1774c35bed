import { expect, it } from 'vitest';
import { ChunkCells } from '../../../../dashboard/src/file/chunk-cells.ts';
import { lanesOf, throughputOf } from '../../../../dashboard/src/file/timeline.ts';
import { mapOf } from './map.ts';

const since = Date.parse('2026-01-01T00:00:00.000Z');

it('has a lane for each slot of a worker, and none for what nobody has', () => {
  const cells = new ChunkCells(
    mapOf('ccccp', {
      worker: [0, 0, 0, 1, -1],
      attempts: [1, 1, 1, 1, 0],
      claimedMs: [0, 5, 10, 0, null],
      committedMs: [10, 20, 15, 30, null],
    }),
    since,
  );
  const lanes = lanesOf(cells, since + 100);
  const numbers = lanes.map(({ worker, spans }) => [worker, ...spans.map(({ number }) => number)]);
  expect(numbers).toEqual([
    ['a', 0, 2],
    ['a', 1],
    ['b', 3],
  ]);
  expect(lanes[0].spans[1]).toMatchObject({ from: since + 10, to: since + 15, isOpen: false });
});

it('draws the chunk that is being loaded until now', () => {
  const cells = new ChunkCells(mapOf('p'), since);
  const slot = { fileId: 7, chunkNumber: 0, step: 'reading', bytesRead: 1, bytes: 2, rows: 0 } as const;
  const worker = { workerId: 'a', host: '', pid: 1, startedAt: '', rssBytes: 0, cpu: 0, rowsPerSecond: 0 };
  cells.hearWorkers([{ ...worker, slots: [slot] }], since + 50);
  expect(lanesOf(cells, since + 80)[0].spans).toMatchObject([
    { from: since + 50, to: since + 80, isOpen: true },
  ]);
});

it('does not take what was heard late for another slot', () => {
  const cells = new ChunkCells(mapOf('pp'), since);
  const commit = { fileId: 7, worker: 'a', tookMs: 100, rows: 1, rejected: 0 };
  cells.hearCommits([{ ...commit, chunkNumber: 0 }], since + 180);
  cells.hearCommits([{ ...commit, chunkNumber: 1 }], since + 220);
  const [lane, ...others] = lanesOf(cells, since + 300);
  expect(others).toEqual([]);
  expect(lane.spans.map(({ from, to }) => [from - since, to - since])).toEqual([
    [80, 180],
    [180, 220],
  ]);
});

it('counts every row of the load once in its rates', () => {
  const size = 200;
  const each = <T>(of: (number: number) => T) => Array.from({ length: size }, (_, number) => of(number));
  const cells = new ChunkCells(
    mapOf('c'.repeat(size), { rows: each(() => 10), committedMs: each((number) => (number + 1) * 50) }),
    since,
  );
  const { seconds, rates } = throughputOf(cells);
  expect(seconds.length).toBe(50);
  const width = (seconds[1] - seconds[0]) as number;
  expect(Math.round(rates.reduce((sum, rate) => sum + rate * width, 0))).toBe(size * 10);
  expect(throughputOf(new ChunkCells(mapOf('pp'), since)).rates).toEqual([]);
});
