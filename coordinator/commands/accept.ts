/** Loads a file whose snapshot lacks more keys than its definition allows, because a person says that they are gone. */
import type { LedgerFile } from '../../ledger/ledger.ts';
import { acceptFile } from '../../ledger/tables/snapshots.ts';
import { refuseChild } from '../../ledger/tables/undo.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import { reload } from './replay.ts';

/**
 * Notes that the file is accepted, with its children, and adds the file to load to the ledger. May be repeated.
 * Throws LF_FILE_UNKNOWN, LF_FILE_CHILD, LF_FILE_ACCEPTED, LF_FILE_MISSING, LF_DATASET_UNKNOWN.
 */
export async function prepareAccepted(context: Context, fileId: number): Promise<LedgerFile> {
  const files = await context.ledger.withChildren(fileId);
  if (files.length === 0) throw new LandfallError('LF_FILE_UNKNOWN', { file: fileId });
  const [file] = files;
  refuseChild(file);
  const { name, state } = file;
  const hasShrunk = files.some(({ error }) => error?.code === 'LF_SNAPSHOT_SHRUNK');
  if (state !== 'failed' || !hasShrunk) throw new LandfallError('LF_FILE_ACCEPTED', { file: name, state });
  await acceptFile(context.pool, fileId);
  crashPoint('accept.noted');
  return reload(context, file);
}
