/**
 * Applies the definition's rule for a file whose content changed under the same name: `add` it, let it `replace` the
 * previous version, or `refuse` it. Files that correct or replay others are not versions.
 */
import type { FilePlan, LedgerFile } from '../../ledger/ledger.ts';
import { otherVersions } from '../../ledger/tables/files.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import type { Discovered } from '../stages.ts';

/** The previous version of the file. Throws LF_FILE_VERSION if only one version is allowed. */
export async function versionLink(
  context: Context,
  { file, definition }: Discovered,
): Promise<FilePlan['link']> {
  const [before] = await otherVersions(context.pool, file);
  if (before === undefined) return undefined;
  if (definition.versions === 'refuse') throw refused(file, before);
  return { kind: definition.versions === 'replace' ? 'replaces' : 'follows', fileId: before.fileId };
}

/** The error of a file whose dataset allows only one version of it. */
export function refused(file: LedgerFile, before: LedgerFile): LandfallError {
  const reason = `the definition of ${file.dataset} allows only one`;
  return new LandfallError('LF_FILE_VERSION', { file: file.name, version: before.fileId, reason });
}
