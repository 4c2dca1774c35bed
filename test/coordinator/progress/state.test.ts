import { describe, expect, it } from 'vitest';
import { keptFinished, ProgressModel } from '../../../coordinator/progress/state.ts';
import { noTotals } from '../../../coordinator/progress/totals.ts';
import type { SlotProgress } from '../../../platform/progress/progress.ts';
import { fileOf } from '../../dashboard/scripted.ts';
import { commitOf, tickOf } from './support.ts';

const bytes = 10_000;
const loading = { state: 'loading', bytes, chunks: 10 } as const;
const rows = (parsed: number) => ({ parsed, loaded: parsed, rejected: 0, deduplicated: 0 });

function slot(bytesRead: number, chunkNumber = 0, fileId = 1): SlotProgress {
  return { fileId, chunkNumber, step: 'loading', bytesRead, bytes: 1000, rows: bytesRead / 10 };
}

function shown(model: ProgressModel, fileId = 1) {
  return model.state().files.find((file) => file.fileId === fileId);
}

describe('rates', () => {
  it('are growth over the last five seconds, in flight included, and tell the time left', () => {
    const model = new ProgressModel();
    model.applyLedger([fileOf({ fileId: 1, ...loading })]);
    model.settle(0);
    for (let second = 1; second <= 8; second++) {
      model.applyTick(tickOf({ workerId: 'w', slots: [slot(second * 100)] }));
      model.settle(second * 1000);
    }
    expect(shown(model)).toMatchObject({
      bytesSeen: 800,
      bytesPerSecond: 100,
      rowsPerSecond: 10,
      // Their commit is still to come: nine tenths of what is read count.
      etaSeconds: 101.9,
    });
    expect(model.state().totals).toMatchObject({ bytesPerSecond: 100, rowsPerSecond: 10 });
  });

  it('are not made small by a pause before the work', () => {
    const model = new ProgressModel();
    const file = fileOf({ fileId: 1, ...loading });
    model.applyLedger([file]);
    model.settle(0);
    model.settle(60_000);
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(500)] }));
    model.settle(61_000);
    expect(shown(model)).toMatchObject({ bytesPerSecond: 500, rowsPerSecond: 50 });
    expect(model.state().totals).toMatchObject({ bytesPerSecond: 500, rowsPerSecond: 50 });
  });

  it('sink to zero when nothing more is heard', () => {
    const model = new ProgressModel();
    model.applyLedger([fileOf({ fileId: 1, ...loading })]);
    model.settle(0);
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(500)] }));
    model.settle(1000);
    expect(model.isMoving()).toBe(true);
    for (let second = 2; second <= 6; second++) model.settle(second * 1000);
    expect(model.isMoving()).toBe(false);
    expect(shown(model)).toMatchObject({ bytesPerSecond: 0, rowsPerSecond: 0, etaSeconds: null });
  });

  it('are not moved by what was there when the ledger was read as a whole', () => {
    const model = new ProgressModel();
    model.settle(0);
    model.resync([fileOf({ fileId: 1, ...loading, bytesCommitted: 5000, rows: rows(500) })], noTotals);
    model.settle(1000);
    expect(model.state().totals).toMatchObject({ rowsPerSecond: 0, rows: rows(500) });
  });

  it('are zero for a file that is finished', () => {
    const model = new ProgressModel();
    model.applyLedger([fileOf({ fileId: 1, ...loading })]);
    model.settle(0);
    model.applyLedger([fileOf({ fileId: 1, ...loading, bytesCommitted: 5000, rows: rows(500) })]);
    model.settle(1000);
    expect(shown(model)?.rowsPerSecond).toBe(500);
    model.applyLedger([
      fileOf({ fileId: 1, ...loading, state: 'done', bytesCommitted: bytes, rows: rows(1000) }),
    ]);
    model.settle(2000);
    expect(shown(model)).toMatchObject({ rowsPerSecond: 0, etaSeconds: null, bytesSeen: bytes });
  });
});

describe('what is in flight', () => {
  it('never makes a file longer than it is', () => {
    const model = new ProgressModel();
    model.applyLedger([fileOf({ fileId: 1, ...loading, bytesCommitted: 9500 })]);
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(1000)] }));
    model.settle(0);
    expect(shown(model)?.bytesSeen).toBe(bytes);
  });

  it('is not counted for chunks whose commit is known', () => {
    const model = new ProgressModel();
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(1000, 0), slot(300, 1)] }));
    model.applyLedger([fileOf({ fileId: 1, ...loading })]);
    const committed = fileOf({ fileId: 1, ...loading, bytesCommitted: 1000, chunksCommitted: 1 });
    model.applyLedger([committed], [], [commitOf(0)], 0);
    model.settle(0);
    expect(shown(model)?.bytesSeen).toBe(1300);
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(1000, 0), slot(400, 1)] }));
    model.settle(500);
    expect(shown(model)?.bytesSeen).toBe(1400);
  });

  it('is not counted for as many chunks as the ledger knows of before their commits are announced', () => {
    const model = new ProgressModel();
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(300, 0), slot(1000, 1)] }));
    model.applyLedger([fileOf({ fileId: 1, ...loading })]);
    const committed = fileOf({ fileId: 1, ...loading, bytesCommitted: 1000, chunksCommitted: 1 });
    model.applyLedger([committed]);
    model.settle(0);
    expect(shown(model)?.bytesSeen).toBe(1300);
    model.applyLedger([committed], [], [commitOf(1)], 10);
    model.settle(10);
    expect(shown(model)?.bytesSeen).toBe(1300);
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(500, 0), slot(200, 2)] }));
    model.settle(500);
    expect(shown(model)?.bytesSeen).toBe(1700);
  });

  it('is not what a scan has read', () => {
    const model = new ProgressModel();
    model.applyLedger([fileOf({ fileId: 1, ...loading, state: 'scanning' })]);
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(1000, 0)] }));
    model.settle(0);
    expect(shown(model)?.bytesSeen).toBe(0);
    model.applyLedger([fileOf({ fileId: 1, ...loading })]);
    model.settle(10);
    expect(shown(model)?.bytesSeen).toBe(0);
    expect(model.state().totals.bytesPerSecond).toBe(0);
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(200, 0)] }));
    model.settle(500);
    expect(shown(model)?.bytesSeen).toBe(200);
  });

  it('is forgotten with its worker', () => {
    const model = new ProgressModel();
    model.applyLedger([fileOf({ fileId: 1, ...loading })]);
    model.applyTick(tickOf({ workerId: 'w', slots: [slot(400)] }));
    model.settle(0);
    model.applyLeft('w');
    expect(model.settle(10)).toMatchObject({
      gone: { workers: ['w'] },
      files: [{ fileId: 1, bytesSeen: 0 }],
    });
  });
});

describe('changes', () => {
  it('say only what is different', () => {
    const model = new ProgressModel();
    const [one, two] = [fileOf({ fileId: 1, ...loading }), fileOf({ fileId: 2, ...loading })];
    model.applyLedger([one, two]);
    expect(model.settle(0)?.files).toHaveLength(2);
    expect(model.settle(10)).toBeNull();
    model.applyLedger([one, { ...two, bytesCommitted: 1000 }]);
    const change = model.settle(20);
    expect(change?.files?.map((file) => file.fileId)).toEqual([2]);
    expect(Object.keys(change!).sort()).toEqual(['files', 'totals']);
  });

  it('drop the oldest finished files past their number, and totals keep them', () => {
    const model = new ProgressModel();
    const finishedAt = (n: number) => new Date(n * 1000).toISOString();
    const files = Array.from({ length: keptFinished + 3 }, (_, i) =>
      fileOf({
        fileId: i + 1,
        state: 'done',
        bytes: 10,
        bytesCommitted: 10,
        rows: rows(5),
        finishedAt: finishedAt(i),
      }),
    );
    for (const file of files) {
      model.applyLedger([file]);
      model.settle(0);
    }
    expect(model.state().files).toHaveLength(keptFinished);
    expect(model.has(3)).toBe(false);
    expect(model.has(4)).toBe(true);
    expect(model.state().totals).toMatchObject({
      files: files.length,
      filesDone: files.length,
      rows: rows(5 * files.length),
    });
  });

  it('carry each commit once', () => {
    const model = new ProgressModel();
    const commits = [commitOf(2)];
    model.applyLedger(
      [fileOf({ fileId: 1, state: 'loading', chunks: 3, chunksCommitted: 1 })],
      [],
      commits,
      1,
    );
    expect(model.settle(1)?.commits).toEqual(commits);
    expect(model.settle(2)?.commits).toBeUndefined();
  });

  it('carry rejects once, newest first, and the state keeps fifty', () => {
    const model = new ProgressModel();
    const reject = (line: number) => ({
      fileId: 1,
      line,
      column: null,
      code: 'LF_REJECT_TYPE',
      message: '',
      raw: '',
    });
    const lines = (from: number, to: number) =>
      Array.from({ length: from - to + 1 }, (_, i) => reject(from - i));
    model.applyRejects(lines(40, 1));
    model.settle(0);
    model.applyRejects(lines(60, 41));
    expect(model.settle(1)?.rejects).toEqual(lines(60, 41));
    expect(model.state().rejects).toEqual(lines(60, 11));
    expect(model.settle(2)).toBeNull();
  });
});
