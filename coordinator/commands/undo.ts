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
import { noteSwept, type UndoneFile, undoFiles, unsweptFiles } from '../../ledger/tables/undo.ts';
import type { Registry } from '../../model/registry.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { removeFromSinks } from '../../sinks/all-sinks.ts';
import type { Sink } from '../../sinks/contract.ts';
import { existingMarts, refreshMarts } from '../../sinks/postgres/marts/refresh-marts.ts';
import type { OnGone } from '../context.ts';

export interface UndoTools {
  readonly pool: pg.Pool;
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly sinks: readonly Sink[];
  readonly onGone?: OnGone;
}

/**
 * Undoes the file and the files that correct or replay its rejects. Returns them, or none if the file was already
 * undone. Dimensions keep their members. May be repeated.
 * Throws LF_FILE_BUSY, LF_FILE_NOT_LOADED.
 */
export async function undoFile(tools: UndoTools, fileId: number, reason: string): Promise<LedgerFile[]> {
  const undone = await inTransaction(tools.pool, (client) => takeOut(client, tools, fileId, reason));
  crashPoint('undo.committed');
  await sweepUndone(tools);
  const file = (await tools.ledger.file(fileId))!;
  await refreshExisting(tools, file);
  return undone.map((entry) => entry.file);
}

/**
 * Refreshes the marts. They belong to the dataset, not to the file: they are those of the current definition or, if
 * the dataset is no longer defined or has no star, those of the file's definition. A mart that does not exist yet
 * is created with the star.
 */
async function refreshExisting({ pool, registry }: UndoTools, file: LedgerFile): Promise<void> {
  const today = registry.get(file.dataset);
  const dataset = today?.star ? today : await definitionOf(pool, registry, file);
  const marts = await existingMarts(pool, dataset);
  if (marts.length > 0) await refreshMarts(pool, { ...dataset, marts });
}

/** Removes the facts, parts and rejects, and changes the states, in the caller's transaction. */
export async function takeOut(
  client: pg.ClientBase,
  { registry, sinks, onGone }: Pick<UndoTools, 'registry' | 'sinks' | 'onGone'>,
  fileId: number,
  reason: string,
): Promise<UndoneFile[]> {
  const undone = await undoFiles(client, fileId, { at: new Date().toISOString(), reason });
  crashPoint('undo.ledger-written');
  for (const { file, chunkIds } of undone) {
    const definition = await definitionOf(client, registry, file);
    await removeFromSinks(sinks, client, { file, definition, chunkIds }, (what) => onGone?.(file, what));
  }
  crashPoint('undo.facts-deleted');
  return undone;
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
