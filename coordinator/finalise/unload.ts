/**
 * Fails a file and leaves nothing of it behind: facts, parts in the manifest and the file's state change
 * in one transaction, which waits for chunks that are just committing and fences off those that are not;
 * then its objects leave the lake. Its rejects stay on record, for a person to read.
 */

import { definitionOf } from '../../ledger/definition.ts';
import type { ErrorDescription, LedgerFile } from '../../ledger/ledger.ts';
import { noteChecks } from '../../ledger/tables/files.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { isCollision } from '../../platform/errors/retry.ts';
import { sinksOf } from '../../sinks/all-sinks.ts';
import { type Context, linkOf } from '../context.ts';
import type { Moved } from '../stages.ts';
import { moveFailed } from './archive.ts';
import { failedReceipt } from './receipt.ts';
import { type Check, sumRows } from './reconcile.ts';

/** A commit that has begun is over by then, unless its worker is frozen: then its session is ended. */
const commitMost = '5s';

/**
 * Fails the file for `error`, unless it has failed for another. What becomes of the file itself is the answer.
 * Null: it has ended otherwise meanwhile (another coordinator had our lock while we had lost it), and stays.
 */
export async function failFile(
  context: Context,
  file: LedgerFile,
  error: ErrorDescription,
  checks: readonly Check[] = [],
): Promise<Moved | null> {
  const { ledger, pool } = context;
  const chunks = await ledger.chunks(file.fileId);
  const chunkIds = chunks.map((chunk) => chunk.chunkId);
  const unload = () =>
    inTransaction(pool, async (client) => {
      await client.query(`set local lock_timeout = '${commitMost}'`);
      const reason = await ledger.failFile(client, file.fileId, error);
      if (reason === null) return null;
      if (checks.length > 0) await noteChecks(client, file.fileId, checks);
      crashPoint('unload.ledger-written');
      if (chunkIds.length > 0) {
        const definition = await definitionOf(client, context.registry, file);
        for (const sink of sinksOf(context.sinks, definition))
          await sink.remove(client, { file, definition, chunkIds });
        crashPoint('unload.facts-deleted');
      }
      return reason;
    });
  const reason = await unload().catch((cause) => {
    if (!isCollision(cause)) throw cause;
    return ledger.endChunks(chunkIds).then(unload);
  });
  if (reason === null) return null;
  crashPoint('unload.committed');
  return finishFailed(context, file, reason, checks);
}

/** What comes after the transaction; done again at the next start if this process ends in the middle. */
export async function finishFailed(
  context: Context,
  file: LedgerFile,
  error: ErrorDescription,
  checks: readonly Check[],
): Promise<Moved> {
  const { ledger, sinks } = context;
  const chunks = await ledger.chunks(file.fileId);
  if (chunks.length > 0) for (const sink of sinks) await sink.sweep(file);
  crashPoint('unload.swept');
  for (const { versions } of sinks) await versions?.dropStaging();
  const rejectsByCode = await ledger.rejectCounts(file.fileId);
  const link = await linkOf(ledger, file);
  const { parsed, rejected } = sumRows(chunks);
  // A file that was never planned, and whose dataset is not defined any more, was to go nobody knows where.
  const definition = await definitionOf(context.pool, context.registry, file).catch(() => null);
  const starRows = definition?.star ? 0 : null;
  const known = { checks, rows: { parsed, rejected }, starRows, error, rejectsByCode };
  const receipt = failedReceipt(file, { ...known, ...(link && { link }) });
  // Without a receipt it is all done again.
  const moved = await moveFailed(context, file, receipt);
  await ledger.finishFile(file.fileId, receipt, 'failed');
  crashPoint('unload.receipt-written');
  return moved;
}
