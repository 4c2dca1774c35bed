import { expect, it } from 'vitest';
import { summarise } from '../../../../dashboard/src/live/summary.ts';
import type { FileProgress, ProgressState, SnapshotMessage } from '../../../../platform/progress/progress.ts';
import { fileOf, snapshotOf } from '../../scripted.ts';

const at = (minute: number) => new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString();

function stateOf(files: FileProgress[]): ProgressState {
  return (snapshotOf({ files }) as SnapshotMessage).state;
}

it('waits, works and is done, in words', () => {
  expect(summarise(stateOf([]))).toMatchObject({
    headline: 'Waiting for the first file',
    title: 'Landfall',
    share: null,
  });
  const loading = fileOf({
    fileId: 1,
    name: 'a.csv',
    state: 'loading',
    bytes: 100,
    bytesSeen: 25,
    ...{ bytesPerSecond: 5, etaSeconds: 15 },
  });
  expect(summarise(stateOf([loading]))).toMatchObject({
    headline: 'Loading a.csv, about 15 s left',
    title: '25 % · Landfall',
    share: 0.25,
  });
  const waiting = fileOf({ fileId: 2, bytes: 100 });
  expect(summarise(stateOf([{ ...loading, bytesPerSecond: 0 }, waiting])).headline).toBe('Loading 2 files');
  const done = fileOf({ fileId: 1, name: 'a.csv', state: 'done', finishedAt: at(1) });
  expect(summarise(stateOf([done]))).toMatchObject({
    headline: 'All done: 1 file loaded',
    title: 'Done · Landfall',
    news: 'a.csv: done',
  });
  const failed = fileOf({ fileId: 2, state: 'failed', finishedAt: at(2) });
  expect(summarise(stateOf([done, failed]))).toMatchObject({
    headline: 'All done: 1 file loaded, 1 failed',
    title: 'Done, 1 failed · Landfall',
  });
});

it('measures one wave of work: what runs, and what ended since the oldest of it landed', () => {
  const files = [
    fileOf({ fileId: 1, state: 'done', bytes: 1000, finishedAt: at(1) }),
    fileOf({ fileId: 2, state: 'failed', bytes: 100, finishedAt: at(5) }),
    fileOf({ fileId: 3, state: 'loading', bytes: 100, bytesSeen: 50, landedAt: at(4) }),
    fileOf({ fileId: 4, state: 'discovered', bytes: 100, landedAt: at(6) }),
  ];
  expect(summarise(stateOf(files)).share).toBe(150 / 300);
});

it('puts files in order: running as they landed, ended ones newest first, unknown apart', () => {
  const files = [
    fileOf({ fileId: 9, state: 'discovered' }),
    fileOf({ fileId: 3, state: 'loading' }),
    fileOf({ fileId: 1, state: 'done', finishedAt: at(1) }),
    fileOf({ fileId: 2, state: 'duplicate', finishedAt: at(2) }),
    fileOf({ fileId: -1, state: 'unknown' }),
  ];
  const { running, ended, unknown } = summarise(stateOf(files));
  expect([running, ended, unknown].map((list) => list.map((file) => file.fileId))).toEqual([
    [3, 9],
    [2, 1],
    [-1],
  ]);
});
