/**
 * Fails a file and removes everything that was loaded of it. Its rejects stay on record for people to read.
 *
 *   failing ─▶ failed ─▶ swept ─▶ put away, with its receipt
 *
 * The reason is recorded first. From then on the file is not loaded any more, and a step that cannot be done now is
 * done later. Then facts, parts in the manifest and the file's state change in one transaction, which waits for
 * chunks that are committing and fences off the others. Finally, the objects of the file are deleted from the lake.
 */

import type pg from 'pg';
import { definitionOf } from '../../ledger/definition.ts';
import type { ErrorDescription, LedgerFile } from '../../ledger/ledger.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { isCollision } from '../../platform/errors/retry.ts';
import { removeFromSinks } from '../../sinks/all-sinks.ts';
import { type Context, linkOf, warnGone } from '../context.ts';
import type { Moved } from '../stages.ts';
import { moveFailed } from './archive.ts';
import { failedReceipt } from './receipt.ts';
import { type Check, sumRows } from './reconcile.ts';

/**
 * How long a commit that has begun may take. Then its worker is assumed to be frozen, and its session is terminated.
 */
const commitMost = '5s';

/**
 * Fails the file because of `error`, unless another reason is already on record. Returns where the file is then.
 * Returns null if it has ended otherwise (another coordinator led the scope meanwhile); then nothing has changed. If
 * this throws, the file stays failing, and the next recovery fails it.
 */
export async function failFile(
  context: Context,
  { fileId }: Pick<LedgerFile, 'fileId'>,
  error: ErrorDescription,
  checks: readonly Check[] = [],
): Promise<Moved | null> {
  const { ledger, registry } = context;
  await pastCommits(context, fileId, (client) => ledger.noteFailure(client, fileId, error, checks));
  crashPoint('fail.noted');
  // The file as recorded. The caller may have read it before it was planned.
  const file = await ledger.file(fileId);
  if (file === null) return null;
  const chunkIds = await chunkIdsOf(context, fileId);
  const reason = await pastCommits(context, fileId, async (client) => {
    const reason = await ledger.failFile(client, fileId, error);
    if (reason === null) return null;
    crashPoint('unload.ledger-written');
    if (chunkIds.length > 0) {
      const definition = await definitionOf(client, registry, file);
      const written = { file, definition, chunkIds, ended: false, snapshotId: null };
      await removeFromSinks(context.sinks, client, written, (what) => warnGone(context)(file, what));
      crashPoint('unload.facts-deleted');
    }
    return reason;
  });
  if (reason === null) return null;
  crashPoint('unload.committed');
  return finishFailed(context, file, reason, file.failedChecks ?? []);
}

/** Runs a transaction that waits for commits of the file's chunks, and ends those that take too long. */
export async function pastCommits<T>(
  context: Context,
  fileId: number,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const attempt = () =>
    inTransaction(context.pool, async (client) => {
      await client.query(`set local lock_timeout = '${commitMost}'`);
      return work(client);
    });
  try {
    return await attempt();
  } catch (cause) {
    if (!isCollision(cause)) throw cause;
    await context.ledger.endChunks(await chunkIdsOf(context, fileId));
    return attempt();
  }
}

async function chunkIdsOf({ ledger }: Context, fileId: number): Promise<number[]> {
  return (await ledger.chunks(fileId)).map(({ chunkId }) => chunkId);
}

/** The steps after the transaction. If a process dies in between, the next start repeats them. */
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
  const starRows = (await hasStar(context, file)) ? 0 : null;
  const known = { checks, rows: { parsed, rejected }, starRows, error, rejectsByCode };
  const receipt = failedReceipt(file, { ...known, ...(link && { link }) });
  // All of this is repeated until the file has a receipt.
  const moved = await moveFailed(context, file, receipt);
  await ledger.finishFile(file.fileId, receipt, 'failed');
  crashPoint('unload.receipt-written');
  return moved;
}

/** False for a file that was never planned and whose dataset is no longer defined, so that its tables are unknown. */
async function hasStar({ pool, registry }: Context, file: LedgerFile): Promise<boolean> {
  if (file.definitionVersion === null && registry.get(file.dataset) === undefined) return false;
  return (await definitionOf(pool, registry, file)).star !== null;
}
