/** Settles the versions of a file, in the transaction in which it becomes done. */
import type pg from 'pg';
import { lockNames, otherVersions } from '../../ledger/tables/files.ts';
import type { UndoneFile } from '../../ledger/tables/undo.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { takeFromLedger } from '../commands/undo.ts';
import { refused } from '../plan/versions.ts';
import type { Loaded } from '../stages.ts';

/**
 * Takes the versions that the file replaces out of the ledger, and returns them: the caller takes them out of the sinks.
 * Throws LF_FILE_VERSION if another version was done first and either the dataset allows only one or that version is
 * newer.
 */
export async function settleVersions(
  client: pg.ClientBase,
  { file, definition }: Loaded,
): Promise<UndoneFile[]> {
  if (definition.versions === 'add' || file.link === 'corrects' || file.link === 'replays') return [];
  await lockNames(client, file.dataset, [file.name]);
  const loaded = (await otherVersions(client, file)).filter((version) => version.state === 'done');
  if (definition.versions === 'refuse') {
    if (loaded.length > 0) throw refused(file, loaded[0]);
    return [];
  }
  const newer = loaded.find((version) => version.fileId > file.fileId);
  if (newer !== undefined) {
    const values = { file: file.name, version: newer.fileId, reason: 'that one is newer and loaded' };
    throw new LandfallError('LF_FILE_VERSION', values);
  }
  return takeFromLedger(
    client,
    loaded.map(({ fileId }) => fileId),
    `replaced by file ${file.fileId}`,
  );
}
