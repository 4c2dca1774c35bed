/** Takes what compressed files were unpacked to out of the spool again. */
import type { LedgerFile } from '../platform/ledger/ledger.ts';
import { clearSpool, spooledFiles } from '../platform/spool.ts';
import type { Context } from './context.ts';

/** After a file has ended. What cannot be removed now is swept at the next start. */
export async function clearSpoolOf({ lake, log }: Context, file: LedgerFile): Promise<void> {
  if (file.layout?.compression === undefined) return;
  await clearSpool(lake, file.fileId).catch((error) =>
    log.warn({ err: error, file: file.name }, 'its unpacked chunks could not be removed'),
  );
}

/** Sweeps what files that have ended left in the spool. */
export async function sweepSpool({ lake, ledger }: Pick<Context, 'lake' | 'ledger'>): Promise<void> {
  const loading = ['discovered', 'surveying', 'loading', 'finalising'];
  for (const fileId of await spooledFiles(lake)) {
    const file = await ledger.file(fileId);
    if (file !== null && !loading.includes(file.state)) await clearSpool(lake, fileId);
  }
}
