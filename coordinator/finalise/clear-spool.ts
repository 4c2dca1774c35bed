/** Removes from the spool what a compressed file was unpacked to. */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { clearSpool } from '../../platform/storage/spool.ts';
import type { Context } from '../context.ts';

/** Call this after a file has ended. What cannot be removed now is removed at the next start. */
export async function clearSpoolOf({ lake, log }: Context, file: LedgerFile): Promise<void> {
  if (file.layout?.compression === undefined) return;
  await clearSpool(lake, file.fileId).catch((error) =>
    log.warn({ err: error, file: file.name }, 'could not remove the unpacked chunks of a file'),
  );
  crashPoint('spool.cleared');
}
