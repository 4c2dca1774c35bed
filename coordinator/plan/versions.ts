/**
 * What the definition wants done with a file whose content changed under the same name: `add` it, let it
 * `replace` the version before, or `refuse` it. Files that correct or replay others are not versions.
 */
import type pg from 'pg';
import type { StoredDefinition } from '../../ledger/definition.ts';
import type { FilePlan, LedgerFile } from '../../ledger/ledger.ts';
import { lockNames, otherVersions } from '../../ledger/tables/files.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { takeOut } from '../commands/undo.ts';
import type { Context } from '../context.ts';
import type { Discovered } from '../stages.ts';

/** Which version the file comes after. Throws LF_FILE_VERSION where there must be only one. */
export async function versionLink(
  context: Context,
  { file, definition }: Discovered,
): Promise<FilePlan['link']> {
  const [before] = await otherVersions(context.pool, file);
  if (before === undefined) return undefined;
  if (definition.versions === 'refuse') throw refused(file, before);
  return { kind: definition.versions === 'replace' ? 'replaces' : 'follows', fileId: before.fileId };
}

/**
 * In the transaction in which the file becomes done: takes out the versions that it replaces.
 * Throws LF_FILE_VERSION when another version was quicker: one that must be the only one, or a newer one.
 */
export async function settleVersions(
  client: pg.ClientBase,
  context: Context,
  dataset: Pick<StoredDefinition, 'versions'>,
  file: LedgerFile,
): Promise<void> {
  if (dataset.versions === 'add' || file.link === 'corrects' || file.link === 'replays') return;
  await lockNames(client, file.dataset, [file.name]);
  const loaded = (await otherVersions(client, file)).filter((version) => version.state === 'done');
  if (dataset.versions === 'refuse') {
    if (loaded.length > 0) throw refused(file, loaded[0]);
    return;
  }
  const newer = loaded.find((version) => version.fileId > file.fileId);
  if (newer !== undefined) {
    const values = { file: file.name, version: newer.fileId, reason: 'that one is newer and loaded' };
    throw new LandfallError('LF_FILE_VERSION', values);
  }
  for (const { fileId } of loaded) {
    await takeOut(client, context, fileId, `replaced by file ${file.fileId}`);
  }
}

function refused(file: LedgerFile, before: LedgerFile): LandfallError {
  const reason = `the definition of ${file.dataset} wants only one`;
  return new LandfallError('LF_FILE_VERSION', { file: file.name, version: before.fileId, reason });
}
