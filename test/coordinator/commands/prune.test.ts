import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Pruned, prune } from '../../../coordinator/commands/prune.ts';
import { prepareReplay } from '../../../coordinator/commands/replay.ts';
import { undoFile } from '../../../coordinator/commands/undo.ts';
import { addressesIn } from '../../../coordinator/finalise/put-away.ts';
import { notePruned, replayLock } from '../../../ledger/tables/archive.ts';
import { type KeptKind, keptKinds } from '../../../platform/config/keep.ts';
import { contextOf, openRig, type Rig, salesCsv } from '../support.ts';

const dayMs = 86_400_000;
let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
  await rig.start();
  await rig.startWorker();
});
afterEach(() => rig.close());

/** Prunes in so many days from now what is older than 90 days. */
async function pruneIn(days: number, { dry = false, kinds = keptKinds as readonly KeptKind[] } = {}) {
  const { pool, lake } = await contextOf(rig);
  const [archive, failed] = await Promise.all([
    addressesIn(rig.config.archiveUrl),
    addressesIn(rig.config.failedUrl),
  ]);
  const rules = kinds.map((kind) => ({ dataset: null, kind, ms: 90 * dayMs }));
  const now = new Date(Date.now() + days * dayMs);
  const all: Pruned[] = [];
  for await (const one of prune(
    { pool, lake, places: { archive, failed } },
    { rules, dataset: null, dry, now },
  ))
    all.push(one);
  return Object.fromEntries(all.map(({ kind, files, rows, kept }) => [kind, { files, rows, kept }]));
}

const facts = () => rig.column('select count(*) from star.fact_sale');
const shown = () => rig.column('select path from landfall.manifest order by path');
const stored = async () => [
  await rig.files('archive'),
  await rig.files('failed'),
  await rig.files('lake/quarantine'),
];
const undated = (paths: readonly string[]) => paths.map((path) => path.replace(/\d{4}-\d\d-\d\d\//, ''));

it('gives up what is old, says what stays, and changes nothing of star and lake', async () => {
  await rig.drop('sales/done.csv', salesCsv(10));
  await rig.drop('sales/waits.csv', `${salesCsv(10, 100)}many,shop 1,1,ok\n`);
  await rig.drop('sales/undone.csv', salesCsv(10, 200));
  await rig.drop('sales/fails.csv', `${salesCsv(1, 300)}${'many,shop 1,1,ok\n'.repeat(50)}`);
  const receipts = await rig.receipts(4);
  expect(receipts.map(({ file, status }) => `${file} ${status}`).sort()).toContain('fails.csv failed');
  const context = await contextOf(rig);
  const numberOf = (name: string) => receipts.find(({ file }) => file === name)!.fileId;
  await undoFile(context, numberOf('undone.csv'), 'a test');

  const before = [await stored(), await facts(), await shown()];
  expect(await pruneIn(89)).toEqual({});
  const told = await pruneIn(91, { dry: true });
  expect([await stored(), await facts(), await shown()]).toEqual(before);
  const none = { rejects: 0, 'in use': 0 };
  const rows = expect.any(Number);
  expect(told).toEqual({
    archive: { files: 2, rows: 0, kept: { ...none, rejects: 1 } },
    failed: { files: 1, rows: 0, kept: none },
    quarantine: { files: expect.any(Number), rows: 0, kept: none },
    detail: { files: 2, rows, kept: none },
  });
  expect(told.detail.rows).toBeGreaterThan(50);

  expect(await pruneIn(91)).toEqual(told);
  expect([await facts(), await shown()]).toEqual(before.slice(1));
  const [archive, failed, quarantine] = await stored();
  expect([undated(archive), failed, quarantine]).toEqual([['sales/waits.csv'], [], []]);
  const left = `select distinct f.name from landfall.chunk join landfall.file f using (file_id) order by 1`;
  expect(await rig.column(left)).toEqual(['done.csv', 'waits.csv']);
  expect(await rig.column('select count(*) from landfall.file where pruning')).toEqual([0]);

  // Nothing is left to give up, and what is gone is refused with its reason.
  expect(await pruneIn(91)).toEqual({ archive: { files: 0, rows: 0, kept: { ...none, rejects: 1 } } });
  for (const name of ['done.csv', 'undone.csv', 'fails.csv'])
    await expect(prepareReplay(context, numberOf(name), { whole: true })).rejects.toMatchObject({
      code: 'LF_FILE_PRUNED',
    });
  expect(await facts()).toEqual([20]);

  // Undo needs nothing of it, and the content may come again.
  await undoFile(context, numberOf('done.csv'), 'a test');
  expect(await facts()).toEqual([10]);
  await rig.drop('sales/again.csv', salesCsv(10));
  expect((await rig.receipts(5))[4]).toMatchObject({ status: 'done', rows: { loaded: 10 } });
  expect(await facts()).toEqual([20]);
});

it('leaves an object that a later file needs, and one that a replay holds', async () => {
  await rig.drop('sales/a.csv', salesCsv(10));
  await rig.receipts(1);
  const again = await rig.coordinator.actions.replay(1, { whole: true });
  await rig.coordinator.settled(again!);
  const { pool } = rig.database;
  // The first file ended long ago, the second has the same object and has just ended.
  await pool.query(`update landfall.file set finished_at = now() - interval '100 days' where file_id = 1`);
  const kinds = ['archive'] as const;
  const none = { rejects: 0, 'in use': 0 };
  expect(await pruneIn(0, { kinds })).toEqual({
    archive: { files: 0, rows: 0, kept: { ...none, 'in use': 1 } },
  });

  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1, 1), pg_advisory_lock($1, $2)', [replayLock, again]);
    expect(await pruneIn(100, { kinds })).toEqual({});
    expect(await rig.files('archive')).toHaveLength(1);
  } finally {
    await client.query('select pg_advisory_unlock_all()');
    client.release();
  }
  expect(await pruneIn(100, { kinds })).toMatchObject({ archive: { files: 2 } });
  expect(await rig.files('archive')).toEqual([]);
});

it('deletes what an interrupted run has given up, by whichever kind is asked for', async () => {
  await rig.drop('sales/a.csv', salesCsv(10));
  await rig.receipts(1);
  const noted = await notePruned(rig.database.pool as never, [1], new Date(Date.now() + dayMs));
  expect(noted.map(({ file_id }) => file_id)).toEqual([1]);
  expect(await rig.files('archive')).toHaveLength(1);
  expect(await pruneIn(0, { kinds: ['detail'] })).toEqual({});
  expect(await rig.files('archive')).toEqual([]);
  expect(await rig.column('select pruned_at is not null and pruning is null from landfall.file')).toEqual([
    true,
  ]);
});
