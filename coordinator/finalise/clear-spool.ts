/** Takes what compressed files were unpacked to out of the spool again. */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { clearSpool } from '../../platform/storage/spool.ts';
import type { Context } from '../context.ts';

/** After a file has ended. What cannot be removed now is swept at the next start. */
export async function clearSpoolOf({ lake, log }: Context, file: LedgerFile): Promise<void> {
  if (file.layout?.compression === undefined) return;
  await clearSpool(lake, file.fileId).catch((error) =>
    log.warn({ err: error, file: file.name }, 'its unpacked chunks could not be removed'),
  );
  crashPoint('spool.cleared');
}
