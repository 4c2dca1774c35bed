/**
 * Where files that have ended are moved to.
 *
 *   noted where it is to be ─▶ (moved) ─▶ noted where it is
 */
import type { LedgerFile } from '../rows.ts';
import { toFile } from '../rows.ts';
import { type Client, run } from '../statements/run.ts';
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
  return (await run(client, 'archive/files-not-put-away', [scope, landing, failed])).map(toFile);
}
