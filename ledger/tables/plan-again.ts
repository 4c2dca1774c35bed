/**
 * Planning a file again: a row of its own takes the file's place, as it landed. Everything that belongs to a file in
 * the queue, the lake and the star is named by the file's number, so whatever was begun with the number of before is
 * void: jobs find no file, and chunks do not commit. What it has left in the sinks is on record until it is swept.
 *
 *   scanning, loading ─▶ (removed)     and a new file: discovered
 */
import type pg from 'pg';
import { type LedgerFile, toChunk } from '../rows.ts';
import { type Client, type Row, run } from '../statements/run.ts';
import { runFiles } from '../statements/stored-files.ts';
import { afterEvent } from '../states.ts';
import { lockWithChildren } from './groups.ts';
import { forgetKeys } from './unique/unique.ts';

/** What became of a file that was planned again. */
export interface PlannedAgain {
  /**
   * The file and its children as they were, each with its chunks that were committed: their facts are to be deleted in
   * the same transaction.
   */
  readonly before: readonly { readonly file: LedgerFile; readonly committed: readonly number[] }[];
  readonly file: LedgerFile;
}

/**
 * In the caller's transaction. Waits for commits that have begun. Children are forgotten: planning finds out what they
 * are. `isCurrent`: whether a file or a child is planned as it would be now. `evenCommitted`: also a file of which
 * chunks are committed.
 * Null, and nothing has changed: the file is past loading, is gone, is planned as it would be now, or has committed
 * chunks.
 */
export async function planAgain(
  client: pg.ClientBase,
  fileId: number,
  options: { readonly isCurrent: (file: LedgerFile) => boolean; readonly evenCommitted: boolean },
): Promise<PlannedAgain | null> {
  const files = await lockWithChildren(client, fileId);
  if (files.length === 0 || files.every(options.isCurrent)) return null;
  if (files.some((file) => afterEvent(file, 'renew') === null)) return null;
  const before: PlannedAgain['before'][number][] = [];
  for (const file of files) {
    const chunks = (await run(client, 'chunks/chunks', [file.fileId])).map(toChunk);
    const committed = chunks.filter(({ state }) => state === 'committed').map(({ chunkId }) => chunkId);
    if (committed.length > 0 && !options.evenCommitted) return null;
    before.push({ file, committed });
  }
  const [{ fingerprint, state }] = files;
  const fileIds = files.map((file) => file.fileId);
  await run(client, 'rejects/release-rejects', [fileIds]);
  await forgetKeys(client, fileIds);
  // A file that is only being scanned has written nothing to a sink.
  if (state === 'loading') for (const id of fileIds) await run(client, 'renewal/note-renewed', [id]);
  await run(client, 'renewal/retire-file', [fileId]);
  const [renewed] = await runFiles(client, 'renewal/renew-file', [fileId, fingerprint]);
  await run(client, 'renewal/relink-files', [fileId, renewed.fileId]);
  for (const id of fileIds.toReversed()) await run(client, 'renewal/remove-file', [id]);
  return { before, file: renewed };
}

/** Numbers of files that were planned again and of which something may still be in the sinks. */
export function renewedFiles(client: Client): Promise<Row<'renewal/renewed-files'>[]> {
  return run(client, 'renewal/renewed-files', []);
}

/** Notes that nothing is left in the sinks of a file that was planned again. */
export async function noteRenewedSwept(client: Client, fileId: number): Promise<void> {
  await run(client, 'renewal/swept-renewed', [fileId]);
}
