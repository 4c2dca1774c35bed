import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemCount, mergeChanges } from '../../../coordinator/progress/merge.ts';
import type {
  ChangeMessage,
  FileProgress,
  ProgressState,
  WorkerProgress,
} from '../../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../../platform/progress/progress-client.ts';
import { fileOf, snapshotOf, workerOf } from '../../dashboard/scripted.ts';
import { commitOf } from './support.ts';

const epoch = 'e';

/** Changes as a hub makes them: an item is either new or gone in one change, and rejects are new. */
const changes = fc
  .array(
    fc.record({
      files: fc.uniqueArray(fc.record({ fileId: fc.integer({ min: 1, max: 5 }), bytesSeen: fc.nat() }), {
        selector: (file) => file.fileId,
      }),
      goneFiles: fc.uniqueArray(fc.integer({ min: 1, max: 5 })),
      workers: fc.uniqueArray(fc.record({ workerId: fc.constantFrom('a', 'b', 'c'), pid: fc.nat() }), {
        selector: (worker) => worker.workerId,
      }),
      goneWorkers: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
      filesDone: fc.option(fc.nat(), { nil: undefined }),
      rejects: fc.integer({ min: 0, max: 30 }),
    }),
    { minLength: 2, maxLength: 6 },
  )
  .map((bodies) => bodies.map((body, i) => changeOf(body, i)));

function changeOf(
  body: {
    files: { fileId: number; bytesSeen: number }[];
    goneFiles: number[];
    workers: { workerId: string; pid: number }[];
    goneWorkers: string[];
    filesDone: number | undefined;
    rejects: number;
  },
  i: number,
): ChangeMessage {
  const files = body.files.filter((file) => !body.goneFiles.includes(file.fileId)).map(fileOf);
  const workers = body.workers.filter((worker) => !body.goneWorkers.includes(worker.workerId)).map(workerOf);
  const { totals } = start.state;
  const rejects = Array.from({ length: body.rejects }, (_, line) => ({
    fileId: i,
    line,
    column: null,
    code: 'LF_REJECT_TYPE',
    message: '',
    raw: '',
  }));
  return {
    type: 'change',
    epoch,
    from: i,
    seq: i + 1,
    ...(files.length > 0 && { files }),
    ...(workers.length > 0 && { workers }),
    gone: { files: body.goneFiles, workers: body.goneWorkers },
    ...(body.filesDone !== undefined && { totals: { ...totals, filesDone: body.filesDone } }),
    ...(rejects.length > 0 && { rejects }),
  };
}

const start: ProgressView = {
  epoch,
  seq: 0,
  state: (
    snapshotOf({ files: [fileOf({ fileId: 1 })], workers: [workerOf({ workerId: 'a' })] }) as {
      state: ProgressState;
    }
  ).state,
};

describe('mergeChanges', () => {
  it('leaves a client where the changes one by one would', () => {
    fc.assert(
      fc.property(changes, (list) => {
        let oneByOne: ProgressView | null = start;
        for (const change of list) oneByOne = applyMessage(oneByOne, change);
        const merged = list.reduce(mergeChanges);
        expect(merged).toMatchObject({ from: 0, seq: list.length });
        expect(sorted(applyMessage(start, merged)!)).toEqual(sorted(oneByOne!));
      }),
    );
  });

  it('holds each item once, however many changes there were', () => {
    const list = Array.from({ length: 1000 }, (_, i) =>
      changeOf(
        {
          files: [{ fileId: 1 + (i % 3), bytesSeen: i }],
          goneFiles: [],
          workers: [],
          goneWorkers: [],
          filesDone: i,
          rejects: 1,
        },
        i,
      ),
    );
    const merged = list.reduce(mergeChanges);
    expect(itemCount(merged)).toBe(3);
    expect(merged.rejects).toHaveLength(50);
  });
});

it('keeps every commit in order, and six of them count as an item', () => {
  const commits = Array.from({ length: 13 }, (_, chunkNumber) => commitOf(chunkNumber));
  const list = commits.map((commit, i): ChangeMessage => {
    return { type: 'change', epoch, from: i, seq: i + 1, commits: [commit] };
  });
  const merged = list.reduce(mergeChanges);
  expect(merged.commits).toEqual(commits);
  expect(itemCount(merged)).toBe(3);
});

/** Order of items means nothing. */
function sorted(view: ProgressView): ProgressView {
  const files = [...view.state.files].sort((a: FileProgress, b: FileProgress) => a.fileId - b.fileId);
  const workers = [...view.state.workers].sort((a: WorkerProgress, b: WorkerProgress) =>
    a.workerId.localeCompare(b.workerId),
  );
  return { ...view, state: { ...view.state, files, workers } };
}
