/** Settles the versions of a file, in the transaction in which it becomes done. */
import type pg from 'pg';
import { lockNames, otherVersions } from '../../ledger/tables/files.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { type TakenOut, takeOut } from '../commands/undo.ts';
import { type Context, warnGone } from '../context.ts';
import { refused } from '../plan/versions.ts';
import type { Loaded } from '../stages.ts';

/**
 * Removes the versions that the file replaces, and returns what was taken out. Throws LF_FILE_VERSION if another version
 * was done first and either the dataset allows only one or that version is newer.
 */
export async function settleVersions(
  client: pg.ClientBase,
  context: Context,
  { file, definition }: Loaded,
): Promise<TakenOut> {
  const none = { files: [], snapshotId: null };
  if (definition.versions === 'add' || file.link === 'corrects' || file.link === 'replays') return none;
  await lockNames(client, file.dataset, [file.name]);
  const loaded = (await otherVersions(client, file)).filter((version) => version.state === 'done');
  if (definition.versions === 'refuse') {
    if (loaded.length > 0) throw refused(file, loaded[0]);
    return none;
  }
  const newer = loaded.find((version) => version.fileId > file.fileId);
  if (newer !== undefined) {
    const values = { file: file.name, version: newer.fileId, reason: 'that one is newer and loaded' };
    throw new LandfallError('LF_FILE_VERSION', values);
  }
  return takeOut(
    client,
    { ...context, onGone: warnGone(context) },
    loaded.map(({ fileId }) => fileId),
    `replaced by file ${file.fileId}`,
  );
}
