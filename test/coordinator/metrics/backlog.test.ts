import { expect, it, vi } from 'vitest';
import { backlogOf, logBacklog } from '../../../coordinator/metrics/backlog.ts';
import type { FileProgress, ProgressState } from '../../../platform/progress/progress.ts';

const now = Date.UTC(2026, 0, 1, 12, 30);
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
const file = (values: Partial<FileProgress>) =>
  ({ chunks: 0, chunksCommitted: 0, bytes: 0, landedAt: at(29), ...values }) as FileProgress;
const state = (files: FileProgress[], workers: number) =>
  ({ files, workers: Array(workers).fill({}) }) as unknown as ProgressState;

it('is the chunks that are planned and not committed, and those that files will have', () => {
  const files = [
    file({ state: 'loading', chunks: 10, chunksCommitted: 3, landedAt: at(0) }),
    file({ state: 'discovered', bytes: 2_500, landedAt: at(20) }),
    file({ state: 'scanning', bytes: 0, landedAt: at(25) }),
    file({ state: 'finalising', chunks: 5, chunksCommitted: 5 }),
    file({ state: 'unknown', bytes: 9_000, landedAt: at(1) }),
    file({ state: 'done', chunks: 4, chunksCommitted: 4 }),
    file({ state: 'failed', chunks: 4, chunksCommitted: 1, landedAt: at(2) }),
  ];
  expect(backlogOf(state(files, 4), 1_000, now)).toEqual({
    chunks: 7 + 3 + 1,
    chunksPerWorker: 11 / 4,
    workers: 4,
    oldestSeconds: 600,
  });
});

it('is that of one worker where there is none, and nothing where nothing waits', () => {
  const waiting = [file({ state: 'loading', chunks: 6, landedAt: at(30) })];
  expect(backlogOf(state(waiting, 0), 1_000, now)).toMatchObject({ chunksPerWorker: 6, oldestSeconds: 0 });
  expect(backlogOf(state([], 2), 1_000, now)).toEqual({
    ...{ chunks: 0, chunksPerWorker: 0, workers: 2, oldestSeconds: 0 },
  });
});

it('is logged as often as the setting says, and not at all without it', () => {
  vi.useFakeTimers();
  try {
    const log = { info: vi.fn() };
    const now = () => state([file({ state: 'loading', chunks: 6 })], 1);
    logBacklog(now, { logBacklog: 0, chunkBytes: 1 }, log)();
    vi.advanceTimersByTime(3_600_000);
    expect(log.info).not.toHaveBeenCalled();
    const quiet = logBacklog(now, { logBacklog: 60, chunkBytes: 1 }, log);
    vi.advanceTimersByTime(119_000);
    expect(log.info.mock.calls).toHaveLength(2);
    expect(log.info.mock.calls[0]![0].backlog).toMatchObject({ chunks: 6, chunksPerWorker: 6 });
    quiet();
    vi.advanceTimersByTime(600_000);
    expect(log.info.mock.calls).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
