import { expect, it } from 'vitest';
import { givenUpWords, keptWords } from '../../../cli/load/stopped.ts';
import type { FileProgress } from '../../../platform/progress/progress.ts';

const file = (values: Partial<FileProgress>) =>
  ({
    fileId: 1,
    dataset: 'trips',
    name: 'a.csv',
    state: 'loading',
    chunks: 12,
    chunksCommitted: 5,
    ...values,
  }) as FileProgress;

it('what is kept of files in flight is said in one line', () => {
  expect(keptWords({ files: [] })).toBe('Stopped. No file was in flight.');
  const ended = [file({ state: 'done' }), file({ state: 'failed' }), file({ state: 'unknown' })];
  expect(keptWords({ files: ended })).toBe('Stopped. No file was in flight.');
  expect(keptWords({ files: [file({}), ...ended] })).toBe(
    'Stopped. 5 of 12 chunks of trips/a.csv are kept. `landfall up` loads the rest.',
  );
  const scanning = file({ state: 'scanning', chunks: 0, chunksCommitted: 0 });
  expect(keptWords({ files: [scanning] })).toBe(
    'Stopped. Nothing of trips/a.csv is loaded yet. `landfall up` loads the rest.',
  );
  expect(keptWords({ files: [file({}), scanning] })).toBe(
    'Stopped. 5 of 12 chunks of 2 files are kept. `landfall up` loads the rest.',
  );
});

it('what a command gives up is said in one line: its own files, and no others', () => {
  const files = [file({}), file({ fileId: 2, name: 'b\u001b.csv', chunksCommitted: 0 })];
  expect(givenUpWords({ files }, new Set([1]))).toBe(
    'Stopped. trips/a.csv is not loaded. Run the same command again: it takes out what was, and begins again.',
  );
  expect(givenUpWords({ files }, new Set([2]))).toBe(
    'Stopped. trips/b\\x1b.csv is not loaded. Run the same command again: it begins again.',
  );
  expect(givenUpWords({ files }, new Set([1, 2]))).toMatch(/^Stopped\. 2 files are not loaded\. /);
  expect(givenUpWords({ files }, new Set())).toBe('Stopped before anything was loaded.');
});
