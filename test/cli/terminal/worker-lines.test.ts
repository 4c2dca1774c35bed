import { expect, it } from 'vitest';
import { workerLines } from '../../../cli/terminal/worker-lines.ts';
import type { SlotProgress, WorkerProgress } from '../../../platform/progress/progress.ts';

const slot = (chunkNumber: number, step: SlotProgress['step']) => ({ chunkNumber, step }) as SlotProgress;
const worker = (pid: number, rowsPerSecond: number, values: Partial<WorkerProgress> = {}) =>
  ({
    pid,
    host: 'vm',
    rowsPerSecond,
    cpu: 0.384,
    rssBytes: 210_000_000,
    slots: [],
    ...values,
  }) as WorkerProgress;

it('say what each worker does, the busiest first', () => {
  const busy = worker(7, 980_000, { slots: [slot(21, 'committing'), slot(22, 'reading')] });
  expect(workerLines({ workers: [worker(5, 0), busy] }, 4)).toEqual([
    '  worker 7 · 980,000 rows/s · 38 % CPU · 210 MB · chunk 22 committing, chunk 23 reading',
    '  worker 5 · 0 rows/s · 38 % CPU · 210 MB · idle',
  ]);
});

it('name the host where there are several, and count those that have no line', () => {
  const workers = [1, 2, 3, 4, 5].map((pid) => worker(pid, 0, { host: pid === 1 ? 'a' : 'b' }));
  const lines = workerLines({ workers }, 3);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^ {2}worker 1 on a · /);
  expect(lines[2]).toBe('  … and 3 more workers');
  expect(workerLines({ workers }, 5)).toHaveLength(5);
  expect(workerLines({ workers }, 0)).toEqual([]);
});
