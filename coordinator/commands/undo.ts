/**
 * Undoes a loaded file: one transaction removes its facts, its parts in the manifest and its rejects, and changes
 * its state. Then its objects are removed from the lake, and the marts are refreshed.
 *
 *   done ─▶ undone, unswept ─▶ undone
 *
 * If the process is killed before the transaction commits, nothing has changed. If it is killed later, the file is
 * undone, and the next undo of the file or the next start of a coordinator completes the rest.
 */

import type pg from 'pg';
import { definitionOf } from '../../ledger/definition.ts';
import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import { lockDatasets, openSnapshotOf } from '../../ledger/tables/snapshots.ts';
import { noteSwept, type UndoneFile, undoFiles, unsweptFiles } from '../../ledger/tables/undo.ts';
import type { Registry } from '../../model/registry.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { endInTurn, removeFromSinks } from '../../sinks/all-sinks.ts';
import type { Sink, WrittenFile } from '../../sinks/contract.ts';
import { existingMarts, type MartFailure, refreshMarts } from '../../sinks/postgres/marts/refresh-marts.ts';
import type { OnGone } from '../context.ts';

export interface UndoTools {
  readonly pool: pg.Pool;
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly sinks: readonly Sink[];
  readonly onGone?: OnGone;
  /** Told of each mart that could not be refreshed afterwards, and still shows the file's rows. */
  readonly onMartFailure?: (failure: MartFailure) => void;
}

/**
 * Undoes the file, its children, and the files that correct or replay their rejects. Returns them, or none if the file
 * was already undone. Dimensions keep their members. May be repeated.
 * Throws LF_FILE_BUSY, LF_FILE_NOT_LOADED, LF_FILE_CHILD.
 */
export async function undoFile(tools: UndoTools, fileId: number, reason: string): Promise<LedgerFile[]> {
  const { undone } = await inTransaction(tools.pool, (client) => takeOut(client, tools, fileId, reason));
  await completeUndo(tools, fileId);
  return undone.map(({ file }) => file);
}

/** What has been taken out, by file and by dataset. */
export interface TakenFiles {
  readonly undone: readonly UndoneFile[];
  readonly taken: readonly TakenOut[];
}

/** The transaction of an undo. Throws what undoFile throws. */
export async function takeOut(
  client: pg.ClientBase,
  tools: UndoTools,
  fileId: number,
  reason: string,
): Promise<TakenFiles> {
  const undone = await takeFromLedger(client, [fileId], reason);
  const datasets = new Set(undone.map(({ file }) => file.dataset));
  if (datasets.size > 1) await lockDatasets(client, [...datasets]);
  const taken = await takeFromSinks(client, tools, undone);
  await noteUndone(client, taken);
  crashPoint('undo.snapshot-noted');
  return { undone, taken };
}

/** What follows the transaction: objects leave the lake, and the marts are refreshed. May be repeated. */
export async function completeUndo(tools: UndoTools, fileId: number): Promise<void> {
  crashPoint('undo.committed');
  await sweepUndone(tools);
  const files = new Map((await tools.ledger.withChildren(fileId)).map((file) => [file.dataset, file]));
  for (const file of files.values()) await refreshExisting(tools, file);
}

/**
 * Refreshes the marts, however old they may be: a person who undoes a file wants to see it gone. They belong to the
 * dataset, not to the file: they are those of the current definition or, if the dataset is no longer defined or has no
 * star, those of the file's definition. A mart that does not exist yet is created with the star.
 */
async function refreshExisting(
  { pool, registry, onMartFailure }: UndoTools,
  file: LedgerFile,
): Promise<void> {
  const today = registry.get(file.dataset);
  const dataset = today?.star ? today : await definitionOf(pool, registry, file);
  const marts = await existingMarts(pool, dataset);
  if (marts.length === 0) return;
  for (const failure of await refreshMarts(pool, { ...dataset, marts })) onMartFailure?.(failure);
}

/** What was taken out of the sinks of one dataset. */
export interface TakenOut {
  readonly dataset: string;
  readonly files: readonly LedgerFile[];
  /** The snapshot in which they are undone, which has their rows. Null if the caller is to open it. */
  readonly snapshotId: number | null;
}

/** The change that a snapshot notes of these files. */
export function undoOf(files: readonly LedgerFile[]) {
  return { kind: 'undo' as const, fileIds: files.map(({ fileId }) => fileId) };
}

/**
 * Removes the parts and rejects of files and changes the states, in the caller's transaction. Locks the files: the
 * caller locks datasets after this, and then takes the rows out of the sinks. Throws what undoFiles throws.
 */
export async function takeFromLedger(
  client: pg.ClientBase,
  fileIds: readonly number[],
  reason: string,
): Promise<UndoneFile[]> {
  const undone: UndoneFile[] = [];
  const note = { at: new Date().toISOString(), reason };
  for (const fileId of fileIds) undone.push(...(await undoFiles(client, fileId, note)));
  crashPoint('undo.ledger-written');
  return undone;
}

/**
 * Takes the rows of files out of the sinks, in the transaction in which they left the ledger. Where files end in turn,
 * opens the snapshot before the rows leave the sinks. Elsewhere the caller opens it at the end of the transaction
 * (noteUndone), so that no other file of the dataset waits meanwhile. If the caller has locked no dataset, the files
 * are of one.
 */
export async function takeFromSinks(
  client: pg.ClientBase,
  { registry, sinks, onGone }: Pick<UndoTools, 'registry' | 'sinks' | 'onGone'>,
  undone: readonly UndoneFile[],
): Promise<TakenOut[]> {
  const written: Omit<WrittenFile, 'snapshotId'>[] = [];
  for (const one of undone)
    written.push({ ...one, definition: await definitionOf(client, registry, one.file), ended: true });
  const taken: TakenOut[] = [];
  for (const dataset of new Set(undone.map(({ file }) => file.dataset))) {
    const files = undone.map(({ file }) => file).filter((file) => file.dataset === dataset);
    const own = written.filter(({ file }) => file.dataset === dataset);
    const inTurn = own.some(({ definition }) => endInTurn(sinks, definition));
    const snapshotId = inTurn ? await openSnapshotOf(client, dataset, [undoOf(files)]) : null;
    for (const [i, one] of own.entries())
      await removeFromSinks(sinks, client, { ...one, snapshotId }, (what) => onGone?.(files[i], what));
    taken.push({ dataset, files, snapshotId });
  }
  crashPoint('undo.facts-deleted');
  return taken;
}

/** Opens the snapshots in which files are undone that were taken out without one. */
export async function noteUndone(client: pg.ClientBase, taken: readonly TakenOut[]): Promise<void> {
  for (const { dataset, files, snapshotId } of taken)
    if (snapshotId === null) await openSnapshotOf(client, dataset, [undoOf(files)]);
}

/** Removes what undone files have left in their sinks. */
export async function sweepUndone({ pool, sinks }: Pick<UndoTools, 'pool' | 'sinks'>): Promise<void> {
  for (const file of await unsweptFiles(pool)) {
    for (const sink of sinks) await sink.sweep(file);
    crashPoint('undo.lake-swept');
    await noteSwept(pool, file.fileId);
    crashPoint('undo.swept');
  }
}
