import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../../ledger/ledger.ts';
import { lockFile } from '../../../ledger/tables/files.ts';
import { openSnapshot } from '../../../ledger/tables/snapshots.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

let database: TestDatabase;
let ledger: Ledger;
let landed = 0;
const open: pg.PoolClient[] = [];

beforeAll(async () => {
  database = await testDatabase();
  ledger = new Ledger(database.pool);
});
afterAll(async () => {
  for (const client of open) client.release();
  await database.drop();
});

/** A file that may end. */
async function loading(dataset: string): Promise<number> {
  const name = `${landed++}.csv`;
  const about = { dataset, name, url: `file:///${name}`, fingerprint: '1', bytes: 10 };
  const { fileId } = await ledger.addFile({ ...about, scope: 'pool', origin: 'landing' });
  await database.pool.query(`update landfall.file set state = 'loading' where file_id = $1`, [fileId]);
  return fileId;
}

async function begin(): Promise<pg.PoolClient> {
  const client = await database.pool.connect();
  open.push(client);
  await client.query('begin');
  return client;
}

/** Whether it waits for a lock: polled, because a statement that waits says nothing. */
async function waits(client: pg.PoolClient): Promise<void> {
  const { processID } = client as unknown as { processID: number };
  await expect
    .poll(async () => {
      const { rows } = await database.pool.query('select cardinality(pg_blocking_pids($1)) as by', [
        processID,
      ]);
      return rows[0].by;
    })
    .toBeGreaterThan(0);
}

const ends = (...fileIds: number[]) => [{ kind: 'end' as const, fileIds }];

describe('a snapshot', () => {
  it('has one number for all that its transaction ends and undoes, and leaves out what cannot end', async () => {
    const [a, b, failing, before] = [
      await loading('x'),
      await loading('x'),
      await loading('x'),
      await loading('x'),
    ];
    await ledger.noteFailure(database.pool, failing, { code: 'LF_CHECK', message: '', fix: '' });
    const client = await begin();
    const undone = await openSnapshot(client, 'x', [{ kind: 'undo', fileIds: [before] }]);
    const snapshotId = undone!.snapshotId;
    const ended = await openSnapshot(client, 'x', ends(a, failing, b), snapshotId);
    expect(ended).toEqual({ snapshotId, fileIds: new Set([a, b]) });
    expect(await openSnapshot(client, 'x', ends(failing))).toBeNull();
    await client.query('commit');
    const { rows } = await database.pool.query(
      'select file_id, kind from landfall.snapshot where snapshot_id = $1 order by file_id',
      [snapshotId],
    );
    expect(rows).toEqual([
      { file_id: a, kind: 'end' },
      { file_id: b, kind: 'end' },
      { file_id: before, kind: 'undo' },
    ]);
  });

  it('commits before the next one of its dataset has a number, and holds up no other dataset', async () => {
    const [first, second, other] = [await loading('x'), await loading('x'), await loading('y')];
    const [one, two, three] = [await begin(), await begin(), await begin()];
    const opened = (await openSnapshot(one, 'x', ends(first)))!;
    const next = openSnapshot(two, 'x', ends(second));
    await waits(two);
    const elsewhere = (await openSnapshot(three, 'y', ends(other)))!;
    await three.query('commit');
    await one.query('commit');
    const followed = (await next)!;
    await two.query('commit');
    // The one that waited took its number after the other dataset's had taken its own.
    expect(elsewhere.snapshotId).toBeGreaterThan(opened.snapshotId);
    expect(followed.snapshotId).toBeGreaterThan(elsewhere.snapshotId);
  });

  it('does not lock its dataset while it waits for a file', async () => {
    const [held, free] = [await loading('x'), await loading('x')];
    const [holder, waiting, third] = [await begin(), await begin(), await begin()];
    await lockFile(holder, held);
    const opening = openSnapshot(waiting, 'x', ends(held));
    await waits(waiting);
    expect(await openSnapshot(third, 'x', ends(free))).not.toBeNull();
    await third.query('commit');
    await holder.query('commit');
    expect((await opening)!.fileIds).toEqual(new Set([held]));
    await waiting.query('commit');
  });
});
