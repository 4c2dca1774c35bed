import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveDefinition } from '../../../ledger/definition.ts';
import { toJson } from '../../../ledger/json.ts';
import { Ledger, type LedgerFile } from '../../../ledger/ledger.ts';
import { run } from '../../../ledger/statements/run.ts';
import { storedEnd } from '../../../ledger/statements/stored-files.ts';
import type { Receipt } from '../../../platform/file-receipt.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await testDatabase();
  ledger = new Ledger(database.pool);
});
afterAll(() => database.drop());

const layout = { header: ['id', 'at 7'], fieldCount: 2, headerBytes: 6, drift: { unknown: ['x'] } } as never;

/** A file that is being loaded, and was begun. */
async function loading(name: string, fingerprint = `${name}-1796056267068699340-17`): Promise<LedgerFile> {
  const { rows } = await database.pool.query(
    `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, content_hash, layout, state, chunks, started_at)
     values ('sales', $1, 'file:///' || $1, 'pool', 'landing', 10, $2, 'sha256:' || $1, $3, 'loading', 1, now()) returning file_id`,
    [name, fingerprint, JSON.stringify(layout)],
  );
  return (await ledger.file(rows[0].file_id))!;
}

/** As the coordinator makes it. */
function receiptFor(file: LedgerFile, change: Partial<Receipt> = {}): Receipt {
  return {
    ...{ file: file.name, fileId: file.fileId, dataset: 'sales', definitionVersion: '' },
    ...{ contentHash: file.contentHash!, status: 'done', bytes: 10, chunks: 1 },
    rows: { parsed: 5, loaded: 5, rejected: 0, deduplicated: 0 },
    ...{ parts: 3, lakeRows: 5, lakeBytes: 5590, starRows: 5, rejectsByCode: {} },
    ...{ layout: file.layout, drift: file.layout!.drift!, seconds: 0.07, rowsPerSecond: 71 },
    checks: [
      { name: 'file unchanged', ok: true, detail: `fingerprint ${file.fingerprint}` },
      { name: 'rows add up', ok: true, detail: '5 parsed = 5 loaded + 0 rejected + 0 deduplicated' },
    ],
    startedAt: file.startedAt!.toISOString(),
    finishedAt: '2026-11-30T16:31:07.820Z',
    ...change,
  };
}

async function end(file: LedgerFile, receipt: Receipt): Promise<LedgerFile> {
  const client = await database.pool.connect();
  try {
    expect(await ledger.finishDone(client, { file, receipt })).toBe(true);
  } finally {
    client.release();
  }
  return (await ledger.file(file.fileId))!;
}

async function inSql({ fileId }: LedgerFile): Promise<{ receipt: unknown; layout: unknown }> {
  const { rows } = await database.pool.query(
    'select landfall.receipt_of(f) as receipt, landfall.layout_of(f) as layout from landfall.file f where file_id = $1',
    [fileId],
  );
  return rows[0];
}

describe('a file that is done', () => {
  it.each<[string, string, Partial<Receipt>]>([
    ['an ordinary one', 'a.csv', {}],
    ['another one', 'b77.csv', { seconds: 1e-7, rowsPerSecond: 0, parts: 12_345 }],
    ['with rejects', 'c.csv', { rejectsByCode: { LF_TYPE: 3 }, lakeRows: 0 }],
    [
      'with a finding',
      'd.csv',
      { checks: [{ name: 'x 1', ok: false, detail: '"7" \ud83d\ude00', severity: 'warn' }] },
    ],
    [
      'that differs from its row',
      'e.csv',
      { bytes: 11, contentHash: 'sha256:other', layout: null, drift: null },
    ],
    [
      'with texts that the ledger uses itself',
      'f.csv',
      { checks: [{ name: '\ue000 1 \ue001', ok: true, detail: '' }] },
    ],
    [
      'that comes from another one',
      'g.csv',
      { link: { kind: 'reloads', fileId: 1, name: 'a.csv' }, ties: { count: 1, sample: [] } },
    ],
    ['whose start is another', 'h.csv', { startedAt: '2020-01-01T00:00:00.000Z' }],
  ])('has the receipt and the layout that it had: %s', async (_, name, change) => {
    const file = await loading(name);
    const receipt = receiptFor(file, change);
    const ended = await end(file, receipt);
    expect(ended.receipt).toEqual(receipt);
    expect(await inSql(file)).toEqual({ receipt, layout });
    expect(ended.layout).toEqual(layout);
  });

  it.each(['1', '"5"', 'a\\b"1"', ''])('has its fingerprint: %s', async (fingerprint) => {
    const file = await loading(`fingerprint-${fingerprint.length}`, fingerprint);
    const ended = await end(file, receiptFor(file));
    expect(ended.receipt).toEqual(receiptFor(file));
    expect((await inSql(file)).receipt).toEqual(receiptFor(file));
  });

  it('shares all but its numbers with others', async () => {
    const [one, other] = [await loading('one.csv'), await loading('other.csv')];
    const stored = storedEnd(one, receiptFor(one));
    const again = storedEnd(
      other,
      receiptFor(other, { finishedAt: '2031-01-01T00:00:00.001Z', lakeBytes: 7 }),
    );
    expect(again.commonId).toBe(stored.commonId);
    expect(again.receipt.length).toBeLessThan(100);
    // What people look for in SQL is there, and is not looked for in vain.
    const rejected = storedEnd(one, receiptFor(one, { rejectsByCode: { LF_TYPE: 3 } }));
    expect(JSON.parse(rejected.receipt).rejectsByCode).toEqual({ LF_TYPE: 3 });
  });

  it('keeps its receipt when a rebuild gives it another definition and other reference tables', async () => {
    const file = await loading('rebuilt.csv');
    await end(file, receiptFor(file));
    const { pool } = database;
    await saveDefinition(pool, '00000000000000b2', 'sales', {});
    await run(pool, 'definitions/adopt-definition', ['sales', '00000000000000b2']);
    const versions = { [file.fileId]: { states: { version: 'v', rows: 1 } } };
    await run(pool, 'definitions/adopt-references', [toJson(versions)]);
    const rebuilt = (await ledger.file(file.fileId))!;
    expect(rebuilt.definitionVersion).toBe('00000000000000b2');
    const joined = { ...(layout as object), references: { states: { version: 'v', rows: 1 } } };
    expect(rebuilt.layout).toEqual(joined);
    expect(rebuilt.receipt).toEqual(receiptFor(file));
    expect(await inSql(file)).toEqual({ receipt: receiptFor(file), layout: joined });
  });

  it('is read with what others have in common, of whichever statement', async () => {
    const file = await loading('many.csv');
    await end(file, receiptFor(file));
    const found = await ledger.files({ name: 'many.csv' });
    expect(found.map(({ receipt }) => receipt)).toEqual([receiptFor(file)]);
    const [progress] = await ledger.fileProgress([file.fileId]);
    expect(progress.drift).toEqual({ unknown: ['x'] });
  });
});
