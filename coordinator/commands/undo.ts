/**
 * Takes a loaded file out again: its facts, its parts in the manifest and its rejects go in one
 * transaction, with its state; then its objects leave the lake and the marts follow.
 *
 *   done ─▶ undone, unswept ─▶ undone
 *
 * Killed before the transaction ends, nothing has happened. Killed after it, the file is undone and the
 * rest is made up for by the next undo of it, or by the next start of a coordinator.
 */

import type pg from 'pg';
import { definitionOf } from '../../ledger/definition.ts';
import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import { noteSwept, type UndoneFile, undoFiles, unsweptFiles } from '../../ledger/tables/undo.ts';
import type { Registry } from '../../model/registry.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { sinksOf } from '../../sinks/all-sinks.ts';
import type { Sink } from '../../sinks/contract.ts';
import { existingMarts, refreshMarts } from '../../sinks/postgres/marts/refresh-marts.ts';

export interface UndoTools {
  readonly pool: pg.Pool;
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly sinks: readonly Sink[];
}

/**
 * Undoes the file, and those that fix or replay its rejects; says which, none where it was undone before.
 * Dimensions keep their members. Repeating it is harmless.
 * Throws LF_FILE_BUSY, LF_FILE_NOT_LOADED.
 */
export async function undoFile(tools: UndoTools, fileId: number, reason: string): Promise<LedgerFile[]> {
  const undone = await inTransaction(tools.pool, (client) => takeOut(client, tools, fileId, reason));
  crashPoint('undo.committed');
  await sweepUndone(tools);
  const file = (await tools.ledger.file(fileId))!;
  await followUp(tools, file);
  return undone.map((entry) => entry.file);
}

/**
 * The marts follow. They belong to the dataset, not to the file: they are today's, or, where the dataset is no
 * longer defined or has no star any more, those that the file's definition has made. Marts that are not there yet are made with the star.
 */
async function followUp({ pool, registry }: UndoTools, file: LedgerFile): Promise<void> {
  const today = registry.get(file.dataset);
  const dataset = today?.star ? today : await definitionOf(pool, registry, file);
  const marts = await existingMarts(pool, dataset);
  if (marts.length > 0) await refreshMarts(pool, { ...dataset, marts });
}

/** Facts, parts, rejects and states, in the caller's transaction. */
export async function takeOut(
  client: pg.ClientBase,
  { registry, sinks }: Pick<UndoTools, 'registry' | 'sinks'>,
  fileId: number,
  reason: string,
): Promise<UndoneFile[]> {
  const undone = await undoFiles(client, fileId, { at: new Date().toISOString(), reason });
  crashPoint('undo.ledger-written');
  for (const { file, chunkIds } of undone) {
    const definition = await definitionOf(client, registry, file);
    for (const sink of sinksOf(sinks, definition)) await sink.remove(client, { file, definition, chunkIds });
  }
  crashPoint('undo.facts-deleted');
  return undone;
}

/** Sweeps what undone files have left in their sinks. */
export async function sweepUndone({ pool, sinks }: Pick<UndoTools, 'pool' | 'sinks'>): Promise<void> {
  for (const file of await unsweptFiles(pool)) {
    for (const sink of sinks) await sink.sweep(file);
    crashPoint('undo.lake-swept');
    await noteSwept(pool, file.fileId);
    crashPoint('undo.swept');
  }
}
