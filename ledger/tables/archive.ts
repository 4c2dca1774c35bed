/**
 * Where files that have ended are moved to, and what is given up of them.
 *
 *   noted where it is to be ─▶ (moved) ─▶ noted where it is
 *   noted (pruned_at, pruning) ─▶ (object deleted) ─▶ gone (pruned_at)
 */
import type pg from 'pg';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { LedgerFile } from '../rows.ts';
import { type Client, count, type Row, run } from '../statements/run.ts';
import { runFiles } from '../statements/stored-files.ts';
import type { Places } from './scopes.ts';

/**
 * Notes where a file is about to be moved; null: it will not be moved after all. False where another file is being
 * moved to that place.
 */
export async function noteMove(client: Client, fileId: number, to: string | null): Promise<boolean> {
  try {
    await run(client, 'archive/note-move', [fileId, to]);
    return true;
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'file_moving') throw error;
    return false;
  }
}

/** noteMove for many. Throws where another file is being moved to such a place; then none is noted. */
export async function noteMoves(
  client: Client,
  moves: readonly { readonly fileId: number; readonly to: string }[],
): Promise<void> {
  if (moves.length === 0) return;
  await run(client, 'archive/note-moves', [moves.map(({ fileId }) => fileId), moves.map(({ to }) => to)]);
}

/** A stored file that was moved. */
export interface MovedFile {
  readonly from: string;
  readonly to: string;
  /** As it was when it was moved. */
  readonly fingerprint: string;
}

/** Changes the address of a stored file that was moved, in every file that has it. */
export async function noteMoved(client: Client, { from, to, fingerprint }: MovedFile): Promise<void> {
  await run(client, 'archive/moved-file', [from, to, fingerprint]);
}

/** noteMoved for many. */
export async function noteAllMoved(client: Client, moves: readonly MovedFile[]): Promise<void> {
  if (moves.length === 0) return;
  await run(client, 'archive/moved-files', [
    moves.map(({ from }) => from),
    moves.map(({ to }) => to),
    moves.map(({ fingerprint }) => fingerprint),
  ]);
}

/**
 * Finished files of a scope that are not in their final place: they have no receipt, are being moved, or lie in
 * one of the places.
 */
export async function filesNotPutAway(
  client: Client,
  scope: string,
  { landing, failed }: Places,
): Promise<LedgerFile[]> {
  return await runFiles(client, 'archive/files-not-put-away', [scope, landing, failed]);
}

/** First key of the advisory locks of replays; the second is the number of the file whose bytes they need. */
export const replayLock = 0x1a4df416;

/** A file whose object lies in a place. */
export type PrunableObject = Row<'archive/objects-to-prune'>;

export async function datasetsOfFiles(client: Client): Promise<string[]> {
  return (await run(client, 'archive/datasets-of-files', [])).map(({ dataset }) => dataset);
}

/** Files that ended before a time, in pages. `place`: the address of a folder or prefix. */
export async function* objectsToPrune(
  client: Client,
  dataset: string,
  { before, place }: { readonly before: Date; readonly place: string },
): AsyncGenerator<readonly PrunableObject[]> {
  for (let after = 0; ; ) {
    const page = await run(client, 'archive/objects-to-prune', [dataset, before, place, after]);
    if (page.length === 0) return;
    yield page;
    after = page[page.length - 1].file_id;
  }
}

/** Gives up the objects of files that need them no more. Returns all files that have one of those. */
export function notePruned(client: pg.ClientBase, fileIds: readonly number[], before: Date) {
  return run(client, 'archive/note-pruned', [fileIds, before, replayLock]);
}

/** Files whose objects an interrupted prune has given up and perhaps not deleted; 1000 at most. */
export function beingPruned(client: Client) {
  return run(client, 'archive/being-pruned', []);
}

export async function endPruning(client: Client, fileIds: readonly number[]): Promise<void> {
  await count(client, 'archive/end-pruning', [fileIds]);
}

/** Removes chunks and rejects of some files that failed or were undone, or counts those of all of them. */
export async function pruneDetail(
  client: Client,
  dataset: string,
  { before, files, dry }: { readonly before: Date; readonly files: number; readonly dry: boolean },
): Promise<Row<'archive/prune-detail'>> {
  const [row] = await run(client, 'archive/prune-detail', [dataset, before, files, dry]);
  return row;
}

/** Those of the files that ended before a time. */
export async function endedBefore(
  client: Client,
  fileIds: readonly number[],
  before: Date,
): Promise<Set<number>> {
  const rows = await run(client, 'archive/ended-before', [fileIds, before]);
  return new Set(rows.map((row) => row.file_id));
}

/** Throws LF_FILE_PRUNED for a file whose object was given up. */
export function refusePruned(file: string, prunedAt: Date | null): void {
  if (prunedAt !== null) throw new LandfallError('LF_FILE_PRUNED', { file, at: prunedAt.toISOString() });
}
