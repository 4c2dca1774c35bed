/**
 * Planning a file again: a row of its own takes the file's place, as it landed. Everything that belongs to a file in
 * the queue, the lake and the star is named by the file's number, so whatever was begun with the number of before is
 * void: jobs find no file, and chunks do not commit. What it has left in the sinks is on record until it is swept.
 *
 *   scanning, loading ─▶ (removed)     and a new file: discovered
 */
import type pg from 'pg';
import { type LedgerFile, toChunk, toFile } from '../rows.ts';
import { type Client, type Row, run } from '../statements/run.ts';
import { afterEvent } from '../states.ts';
import { forgetKeys } from './unique.ts';

/** What became of a file that was planned again. */
export interface PlannedAgain {
  /** As it was. */
  readonly before: LedgerFile;
  /** Its chunks that were committed, whose facts are to be deleted in the same transaction. */
  readonly committed: readonly number[];
  readonly file: LedgerFile;
}

/**
 * In the caller's transaction. Waits for commits that have begun. `evenCommitted`: also a file of which chunks are
 * committed.
 * Null, and nothing has changed: the file is past loading, is gone, is planned with `version` by now, or has
 * committed chunks.
 */
export async function planAgain(
  client: pg.ClientBase,
  fileId: number,
  { version, evenCommitted }: { readonly version: string; readonly evenCommitted: boolean },
): Promise<PlannedAgain | null> {
  const [row] = await run(client, 'files/lock-file', [fileId]);
  if (row === undefined) return null;
  const before = toFile(row);
  if (afterEvent(before, 'renew') === null || before.definitionVersion === version) return null;
  const chunks = (await run(client, 'chunks/chunks', [fileId])).map(toChunk);
  const committed = chunks.filter(({ state }) => state === 'committed').map(({ chunkId }) => chunkId);
  if (committed.length > 0 && !evenCommitted) return null;
  await run(client, 'rejects/release-rejects', [[fileId]]);
  await forgetKeys(client, [fileId]);
  // A file that is only being scanned has written nothing to a sink.
  if (before.state === 'loading') await run(client, 'renewal/note-renewed', [fileId]);
  await run(client, 'renewal/retire-file', [fileId]);
  const [renewed] = await run(client, 'renewal/renew-file', [fileId, before.fingerprint]);
  await run(client, 'renewal/relink-files', [fileId, renewed.file_id]);
  await run(client, 'renewal/remove-file', [fileId]);
  return { before, committed, file: toFile(renewed) };
}

/** Numbers of files that were planned again and of which something may still be in the sinks. */
export function renewedFiles(client: Client): Promise<Row<'renewal/renewed-files'>[]> {
  return run(client, 'renewal/renewed-files', []);
}

/** Notes that nothing is left in the sinks of a file that was planned again. */
export async function noteRenewedSwept(client: Client, fileId: number): Promise<void> {
  await run(client, 'renewal/swept-renewed', [fileId]);
}
