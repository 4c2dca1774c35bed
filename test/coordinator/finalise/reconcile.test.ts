import { describe, expect, it } from 'vitest';
import { type Accounts, reconcile } from '../../../coordinator/finalise/reconcile.ts';
import type { LedgerChunk } from '../../../ledger/ledger.ts';

function chunk(number: number, change: Partial<LedgerChunk> = {}): LedgerChunk {
  return {
    chunkId: 100 + number,
    fileId: 1,
    number,
    byteStart: number * 50,
    byteEnd: number * 50 + 50,
    lineStart: 1,
    state: 'committed',
    fencingToken: 1,
    worker: 'w',
    rows: { parsed: 10, loaded: 9, rejected: 1, deduplicated: 0 },
    accounts: { lake: { rows: 9, bytes: 1 }, star: { rows: 9, bytes: 1 } },
    parts: 1,
    error: null,
    claimedAt: null,
    committedAt: null,
    ...change,
  };
}

const good: Accounts = {
  file: { bytes: 100, chunks: 2, fingerprint: 'print' },
  chunks: [chunk(0), chunk(1)],
  parts: [
    { path: 'a', rows: 9, bytes: 1, chunkId: 100 },
    { path: 'b', rows: 9, bytes: 1, chunkId: 101 },
  ],
  rejectsByCode: { LF_REJECT_TYPE: 1, LF_REJECT_MISSING: 1 },
  fingerprint: 'print',
  starRows: 18,
  lake: { rows: 18, bytes: 2, faults: [] },
};

function broken(change: Partial<Accounts>): string[] {
  return reconcile({ ...good, ...change })
    .filter((check) => !check.ok)
    .map((check) => check.name);
}

describe('reconcile', () => {
  it('holds when all accounts agree', () => {
    expect(broken({})).toEqual([]);
  });

  it.each<[string, Partial<Accounts>, string[]]>([
    ['a changed file', { fingerprint: 'other' }, ['file unchanged']],
    ['a file that is gone', { fingerprint: null }, ['file unchanged']],
    ['a gap between chunks', { chunks: [chunk(0), chunk(1, { byteStart: 60 })] }, ['chunks cover the file']],
    ['an overlap of chunks', { chunks: [chunk(0), chunk(1, { byteStart: 40 })] }, ['chunks cover the file']],
    ['a file longer than its chunks', { file: { ...good.file, bytes: 101 } }, ['chunks cover the file']],
    ['a chunk that is missing', { file: { ...good.file, chunks: 3 } }, ['chunks cover the file']],
    [
      'a chunk that is not committed',
      { chunks: [chunk(0), chunk(1, { state: 'planned' })] },
      ['chunks are committed'],
    ],
    ['rejects that are not on record', { rejectsByCode: { LF_REJECT_TYPE: 1 } }, ['rejects on record']],
    ['a part that is missing', { lake: { ...good.lake, faults: ['b is missing'] } }, ['parts are there']],
    ['rows missing in the lake', { lake: { ...good.lake, rows: 17 } }, ['rows in the lake']],
    ['rows missing in the manifest', { parts: good.parts.slice(1) }, ['rows in the lake']],
    ['rows missing in the star', { starRows: 17 }, ['rows in the star']],
    ['rows too many in the star', { starRows: 19 }, ['rows in the star']],
  ])('sees %s', (_what, change, names) => {
    expect(broken(change)).toEqual(names);
  });

  it('sees a chunk whose rows do not add up', () => {
    const rows = { parsed: 11, loaded: 9, rejected: 1, deduplicated: 0 };
    expect(broken({ chunks: [chunk(0), chunk(1, { rows })] })).toEqual(['rows add up']);
  });
});
