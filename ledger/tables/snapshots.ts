/**
 * Snapshots of datasets (ddl/migrations/0017-snapshots.sql). A transaction that ends files or undoes them makes one,
 * and all of them have its number.
 */
import type pg from 'pg';
import { withSessionLock } from '../../platform/database/session-lock.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { LedgerFile } from '../rows.ts';
import { type Client, run } from '../statements/run.ts';
import { filesOf } from '../statements/stored-files.ts';

/** First key of the locks under which snapshots of a dataset are made; the second is the dataset. */
const snapshotLock = 0x1a4df417;

/** What a transaction does to files. */
export interface SnapshotFiles {
  readonly kind: 'end' | 'undo';
  readonly fileIds: readonly number[];
}

export interface Snapshot {
  readonly snapshotId: number;
  /** Those of the files that are in it, and are locked. One that is to end may have failed or ended meanwhile. */
  readonly fileIds: ReadonlySet<number>;
}

/**
 * Notes what the caller's transaction does to files of a dataset, and locks the dataset until it ends. Takes the locks
 * of the files before: whoever has the dataset's lock must wait for none of a file. `snapshotId`: that of the same
 * transaction, if it has opened a snapshot already. Null if none of the files can be in it.
 */
export async function openSnapshot(
  client: pg.ClientBase,
  dataset: string,
  changes: readonly SnapshotFiles[],
  snapshotId: number | null = null,
): Promise<Snapshot | null> {
  const noted = changes.flatMap(({ kind, fileIds }) => fileIds.map((fileId) => ({ fileId, kind })));
  const rows = await run(client, 'snapshots/open-snapshot', [
    snapshotLock,
    dataset,
    noted.map(({ fileId }) => fileId),
    noted.map(({ kind }) => kind),
    snapshotId,
  ]);
  if (rows.length === 0) return null;
  return { snapshotId: rows[0].snapshot_id, fileIds: new Set(rows.map((row) => row.file_id)) };
}

/** As openSnapshot, for files that the caller has locked: all of them are in it. */
export async function openSnapshotOf(...snapshot: Parameters<typeof openSnapshot>): Promise<number> {
  const opened = await openSnapshot(...snapshot);
  if (opened !== null) return opened.snapshotId;
  throw new LandfallError('LF_INTERNAL', { reason: `no file of ${snapshot[1]} is in the snapshot` });
}

/** The number of the newest snapshot of any dataset: it grows when files end or are undone. 0: there is none. */
export async function newestSnapshot(client: Client): Promise<number> {
  return (await run(client, 'snapshots/newest-snapshot', []))[0].snapshot_id;
}

/**
 * Locks datasets until the caller's transaction ends, as openSnapshot does, so that transactions with several datasets
 * never wait for each other in a circle. Lock the files before.
 */
export async function lockDatasets(client: pg.ClientBase, datasets: readonly string[]): Promise<void> {
  await run(client, 'snapshots/lock-datasets', [snapshotLock, datasets]);
}

/**
 * Locks a dataset while `work` runs, over several transactions of other connections. These must not lock it again, nor
 * wait for the lock of a file: whoever has that may wait for the dataset.
 */
export function withDatasetLocked<T>(
  session: pg.ClientBase,
  dataset: string,
  work: () => Promise<T>,
): Promise<T> {
  return withSessionLock(session, [snapshotLock, dataset], work);
}

/** Notes that a person has accepted a file that lacks many keys of the snapshot before. */
export async function acceptFile(client: Client, fileId: number): Promise<void> {
  await run(client, 'snapshots/accept-file', [fileId]);
}

/** A file that is done, and the snapshot that its end has made: 0 if that was before there were snapshots. */
export interface DoneFile {
  readonly file: LedgerFile;
  readonly snapshotId: number;
}

/** Files of a dataset that are done, in the order in which they ended. */
export async function doneFiles(client: Client, dataset: string): Promise<DoneFile[]> {
  const rows = await run(client, 'snapshots/done-files', [dataset]);
  const files = await filesOf(client, rows);
  return rows.map((row, i) => ({ file: files[i], snapshotId: row.snapshot_id }));
}
