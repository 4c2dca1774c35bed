/**
 * Fails a file and leaves nothing of it behind: facts, parts in the manifest and the file's state change
 * in one transaction, which waits for chunks that are just committing and fences off those that are not;
 * then its objects leave the lake. Its rejects stay on record, for a person to read.
 */
import type { ErrorDescription, LedgerFile } from '../platform/ledger/ledger.ts';
import { inTransaction } from '../platform/transaction.ts';
import { type Moved, moveFailed } from './archive.ts';
import { type Context, datasetNamed, linkOf } from './context.ts';
import { sweepIncoming } from './incoming.ts';
import { failedReceipt } from './receipt.ts';
import { type Check, sumRows } from './reconcile.ts';
import { deleteFacts } from './star.ts';
import { sweepLake } from './undo.ts';

/** Fails the file for `error`. What becomes of the file itself is the answer. */
export async function failFile(
  context: Context,
  file: LedgerFile,
  error: ErrorDescription,
  checks: readonly Check[] = [],
): Promise<Moved> {
  const { ledger, pool } = context;
  const chunks = await ledger.chunks(file.fileId);
  const chunkIds = chunks.map((chunk) => chunk.chunkId);
  await inTransaction(pool, async (client) => {
    await ledger.failFile(client, file.fileId, error);
    if (chunkIds.length > 0) {
      await deleteFacts(client, datasetNamed(context.registry, file.dataset).star, chunkIds);
    }
  });
  const { parsed, rejected } = sumRows(chunks);
  return finishFailed(context, file, error, { checks, rows: { parsed, rejected } });
}

/** What comes after the transaction; done again at the next start if this process ends in the middle. */
export async function finishFailed(
  context: Context,
  file: LedgerFile,
  error: ErrorDescription,
  known: { checks: readonly Check[]; rows: { parsed: number; rejected: number } },
): Promise<Moved> {
  const { ledger, lake, pool } = context;
  if (file.chunks > 0) await sweepLake(lake, file);
  await sweepIncoming(pool);
  const rejectsByCode = await ledger.rejectCounts(file.fileId);
  const link = await linkOf(ledger, file);
  const receipt = failedReceipt(file, { ...known, error, rejectsByCode, ...(link && { link }) });
  await ledger.finishFile(file.fileId, receipt, 'failed');
  return moveFailed(context, file, receipt);
}
