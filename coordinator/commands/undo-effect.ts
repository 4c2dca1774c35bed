/**
 * What an undo does, in numbers: before it (the undo of keyed files is tried in a transaction that is rolled back) and
 * after it.
 */

import type pg from 'pg';
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { chunksOf } from '../../ledger/tables/chunks.ts';
import { filesToUndo, type UndoneCounts, undoneCounts } from '../../ledger/tables/undo.ts';
import type { CompiledStar } from '../../model/compiled.ts';
import { inTransaction, inTrial } from '../../platform/database/transaction.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { LeavingFile, UndoEffect } from '../../platform/progress/file-effects.ts';
import { eventCounts, eventsSince } from '../../sinks/postgres/events/index.ts';
import { canceled, lockNotAvailable } from '../ask/sql-states.ts';
import { completeUndo, type TakenOut, takeOut, type UndoTools } from './undo.ts';

/** A trial that takes longer is given up, in ms: files of its datasets cannot end meanwhile. */
const trialMs = 10_000;
/** How long a trial waits for a lock, in ms. */
const lockMs = 3_000;

/** Undoes a file as undoFile does, and says what that did. */
export async function undoAndCount(tools: UndoTools, fileId: number, reason: string): Promise<UndoEffect> {
  const effect = await inTransaction(tools.pool, async (client) => {
    const before = await beforeUndo(client, tools, fileId);
    const { taken } = await takeOut(client, tools, fileId, reason);
    return effectOf(before, before.stars.size > 0 ? await returningIn(client, before, taken) : null);
  });
  await completeUndo(tools, fileId);
  return effect;
}

/** What an undo of the file would do. Throws what undoFile throws, and LF_DATABASE_LOCKED where it would have to wait. */
export async function foretellUndo(tools: UndoTools, fileId: number): Promise<UndoEffect> {
  return inTrial(tools.pool, async (client) => {
    await client.query(`set local lock_timeout = ${lockMs}; set local statement_timeout = ${trialMs}`);
    const before = await beforeUndo(client, tools, fileId);
    if (before.stars.size === 0) return effectOf(before, null);
    try {
      const { taken } = await takeOut(client, tools, fileId, 'a trial');
      return effectOf(before, await returningIn(client, before, taken));
    } catch (error) {
      if ((error as { code?: string }).code !== canceled) throw error;
      return effectOf(before, null);
    }
  }).catch((cause) => {
    if ((cause as { code?: string }).code !== lockNotAvailable) throw cause;
    throw new LandfallError('LF_DATABASE_LOCKED', { what: 'the file', reason: cause.message }, { cause });
  });
}

interface Before {
  readonly files: readonly LeavingFile[];
  /** Stars with events, by dataset. */
  readonly stars: ReadonlyMap<string, CompiledStar>;
  /** Events of the files that are current. */
  readonly current: number;
}

async function beforeUndo(
  client: pg.ClientBase,
  { registry }: Pick<UndoTools, 'registry'>,
  fileId: number,
): Promise<Before> {
  const files = await filesToUndo(client, fileId);
  const counts = new Map((await undoneCounts(client, files)).map((row) => [row.file_id, row]));
  const stars = new Map<string, CompiledStar>();
  let current = 0;
  for (const file of files) {
    const { star } = await definitionOf(client, registry, file);
    if (!star?.keyed) continue;
    stars.set(file.dataset, star);
    const chunkIds = (await chunksOf(client, file.fileId)).map(({ chunkId }) => chunkId);
    current += (await eventCounts(client, star, chunkIds)).current;
  }
  return { files: files.map((file) => leaving(file, counts.get(file.fileId)!)), stars, current };
}

function leaving(
  { fileId, dataset, name }: LedgerFile,
  { rows, parts, bytes, rejects, returned }: UndoneCounts,
): LeavingFile {
  return { fileId, dataset, file: name, rows, parts, bytes, rejects, rejectsReturned: returned };
}

async function returningIn(
  client: pg.ClientBase,
  { stars }: Before,
  taken: readonly TakenOut[],
): Promise<number> {
  let events = 0;
  for (const { dataset, snapshotId } of taken) {
    const star = stars.get(dataset);
    if (star !== undefined && snapshotId !== null) events += await eventsSince(client, star, snapshotId);
  }
  return events;
}

function effectOf({ files, stars, current }: Before, returning: number | null): UndoEffect {
  return { files, events: stars.size === 0 ? null : { leaving: current, returning } };
}
