import { expect, it } from 'vitest';
import { ChunkCells } from '../../../../dashboard/src/file/chunk-cells.ts';
import { chunkWords } from '../../../../dashboard/src/file/chunk-words.ts';
import type { ChunkCommit, SlotProgress, WorkerProgress } from '../../../../platform/progress/progress.ts';
import { workerOf } from '../../scripted.ts';
import { mapOf } from './map.ts';

function holding(
  workerId: string,
  chunkNumber: number,
  step: SlotProgress['step'],
  fileId = 7,
): WorkerProgress {
  const slot = { fileId, chunkNumber, step, bytesRead: 10, bytes: 1000, rows: 1 };
  return workerOf({ workerId, slots: [slot] });
}

const since = Date.parse('2026-01-01T00:00:00.000Z');

const committing = (chunkNumber: number, more: Partial<ChunkCommit> = {}): ChunkCommit => {
  return { fileId: 7, chunkNumber, worker: null, tookMs: null, rows: 0, rejected: 0, ...more };
};

const kindsOf = (cells: ChunkCells) =>
  Array.from({ length: cells.size }, (_, number) => cells.kindOf(number));

it('are what the ledger says, before the stream says more', () => {
  const cells = new ChunkCells(
    mapOf('pppccfu', { attempts: [0, 1, 2, 1, 2, 1, 1], worker: [-1, 0, -1, 0, 1, 0, 0] }),
    since,
  );
  expect(kindsOf(cells)).toEqual([
    ...['waiting', 'reading', 'given back', 'committed', 'retried', 'failed', 'undone'],
  ]);
  expect(cells.committedCount).toBe(2);
  expect(Object.fromEntries(cells.counts())).toMatchObject({ waiting: 1, failed: 1 });
});

it('follow a chunk from slot to commit, and leave other files alone', () => {
  const cells = new ChunkCells(mapOf('pp'), since);
  cells.hearWorkers([holding('a', 0, 'reading'), holding('b', 1, 'loading', 8)], 100);
  expect(kindsOf(cells)).toEqual(['reading', 'waiting']);
  cells.hearWorkers([holding('a', 0, 'loading')], 200);
  expect(kindsOf(cells)).toEqual(['copying', 'waiting']);
  cells.hearCommits([committing(0), committing(1, { fileId: 8 })], 300);
  expect(kindsOf(cells)).toEqual(['committed', 'waiting']);
  expect(cells.stepsOf(0)).toEqual([
    { step: 'reading', at: 100 },
    { step: 'loading', at: 200 },
  ]);
  expect([cells.startedAt(0), cells.committedAt(0), cells.workerOf(0)]).toEqual([100, 300, 'a']);
  expect(cells.committedCount).toBe(1);
});

it('keep what workers do while commits of others are announced', () => {
  const cells = new ChunkCells(mapOf('pp'), since);
  cells.hearWorkers([holding('a', 0, 'reading')], since);
  cells.hearCommits([committing(1)], since);
  expect(kindsOf(cells)).toEqual(['reading', 'committed']);
});

it('say that a chunk was given back, and that another attempt committed it', () => {
  const cells = new ChunkCells(mapOf('p'), since);
  cells.hearWorkers([holding('a', 0, 'reading')], 1);
  cells.hearWorkers([], 2);
  expect(kindsOf(cells)).toEqual(['given back']);
  cells.hearWorkers([holding('b', 0, 'reading')], 3);
  cells.hearCommits([committing(0)], 4);
  expect(kindsOf(cells)).toEqual(['retried']);
  expect(cells.stepsOf(0)).toEqual([{ step: 'reading', at: 3 }]);
});

it('are given back by a worker that no longer reports, whatever the ledger says', () => {
  const cells = new ChunkCells(mapOf('pp', { attempts: [1, 1], worker: [0, 1] }), since);
  expect(kindsOf(cells)).toEqual(['reading', 'reading']);
  cells.hearWorkers([workerOf({ workerId: 'a', slots: [] })], since);
  expect(kindsOf(cells)).toEqual(['reading', 'given back']);
});

it('do not count the attempt twice that the ledger had counted', () => {
  const cells = new ChunkCells(mapOf('p', { attempts: [1], worker: [0] }), since);
  cells.hearWorkers([holding('a', 0, 'committing')], 1);
  cells.hearCommits([committing(0)], 2);
  expect(kindsOf(cells)).toEqual(['committed']);
});

it('know of an announced commit what the ledger would say', () => {
  const cells = new ChunkCells(mapOf('pp'), since);
  cells.hearCommits([committing(1, { worker: 'far', tookMs: 40, rows: 9, rejected: 2 })], 100);
  expect([cells.startedAt(1), cells.committedAt(1), cells.workerOf(1)]).toEqual([60, 100, 'far']);
  expect(chunkWords(cells, 1)).toBe('Chunk 2 of 2: committed, 1.00 kB, 9 rows, 2 rejected, by far, 0.0 s');
});

it('count by the clock of the server', () => {
  const cells = new ChunkCells(mapOf('p'), since + 5000);
  cells.hearCommits([committing(0, { tookMs: 40 })], since + 5100);
  expect([cells.startedAt(0), cells.committedAt(0)]).toEqual([since + 60, since + 100]);
});

it('are put in words', () => {
  const cells = new ChunkCells(
    mapOf('pc', {
      ...{ workers: ['far-12-a1b2c3'], worker: [-1, 0], rows: [0, 50_000], rejected: [0, 12] },
      ...{ attempts: [0, 2], lost: [0, 1], claimedMs: [null, 1000], committedMs: [null, 2500] },
    }),
    since,
  );
  expect(chunkWords(cells, 0)).toBe('Chunk 1 of 2: waiting, 1.00 kB');
  expect(chunkWords(cells, 1)).toBe(
    'Chunk 2 of 2: retried, 1.00 kB, 50,000 rows, 12 rejected, 2 attempts, 1 worker died with it, by far-12, 1.5 s',
  );
});
