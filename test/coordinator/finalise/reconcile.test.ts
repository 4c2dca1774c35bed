import { describe, expect, it } from 'vitest';
import { type Accounts, accountOf, reconcile } from '../../../coordinator/finalise/reconcile.ts';
import type { LedgerChunk } from '../../../ledger/ledger.ts';
import type { SinkCount } from '../../../sinks/contract.ts';

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
    lost: 0,
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
    { path: 'a', rows: 9, bytes: 1, chunkId: 100, shared: null },
    { path: 'b', rows: 9, bytes: 1, chunkId: 101, shared: null },
  ],
  rejectsByCode: { LF_REJECT_TYPE: 1, LF_REJECT_MISSING: 1 },
  fingerprint: 'print',
  sinks: { lake: lake(), star: star(18) },
};

function lake(change: Record<string, number> = {}, faults: string[] = []): SinkCount {
  return { rows: 18, bytes: 2, counts: { written: 18, manifest: 18, parts: 18, ...change }, faults };
}

function star(rows: number): SinkCount {
  return { rows, bytes: 0, counts: { star: rows } };
}

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
    ['a part that is missing', { sinks: { lake: lake({}, ['b is missing']) } }, ['parts are there']],
    ['rows missing in the lake', { sinks: { lake: lake({ parts: 17 }) } }, ['rows in the lake']],
    ['rows missing in the manifest', { sinks: { lake: lake({ manifest: 9 }) } }, ['rows in the lake']],
    ['rows that the lake did not count', { sinks: { lake: lake({ written: 9 }) } }, ['rows in the lake']],
    ['rows missing in a third sink', { sinks: { ...good.sinks, log: star(1) } }, ['rows in the log']],
    ['rows missing in the star', { sinks: { lake: lake(), star: star(17) } }, ['rows in the star']],
    ['rows too many in the star', { sinks: { lake: lake(), star: star(19) } }, ['rows in the star']],
  ])('sees %s', (_what, change, names) => {
    expect(broken(change)).toEqual(names);
  });

  it('does not ask for a star where there is none', () => {
    const { checks, counts } = accountOf({ ...good, sinks: { lake: lake() } });
    expect(checks.every(({ ok }) => ok)).toBe(true);
    expect(checks.map(({ name }) => name)).not.toContain('rows in the star');
    expect(counts).toMatchObject({ lakeRows: 18, starRows: null });
  });

  it('sees a chunk whose rows do not add up', () => {
    const rows = { parsed: 11, loaded: 9, rejected: 1, deduplicated: 0 };
    expect(broken({ chunks: [chunk(0), chunk(1, { rows })] })).toEqual(['rows add up']);
  });
});
