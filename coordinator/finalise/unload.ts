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
import { chunksOf } from '../../ledger/tables/chunks.ts';
import { lockWithChildren } from '../../ledger/tables/groups.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { isCollision } from '../../platform/errors/retry.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { removeFromSinks } from '../../sinks/all-sinks.ts';
import { type Context, linkOf, warnGone } from '../context.ts';
import type { Moved } from '../stages.ts';
import { moveFailed } from './archive.ts';
import { failedReceipt } from './receipt.ts';
import { type Check, sumRows } from './reconcile.ts';
import { reasonFor, relativesOf } from './together.ts';

/**
 * How long a commit that has begun may take. Then its worker is assumed to be frozen, and its session is terminated.
 */
const commitMost = '5s';

/**
 * Fails the file and its children because of `error`, unless another reason is already on record. Returns where the
 * file is then. Returns null if it has ended otherwise (another coordinator led the scope meanwhile); then nothing has
 * changed. If this throws, the file stays failing, and the next recovery fails it. `failedId`: the file or the child
 * that fails; the others fail with it.
 */
export async function failFile(
  context: Context,
  { fileId }: Pick<LedgerFile, 'fileId'>,
  error: ErrorDescription,
  checks: readonly Check[] = [],
  failedId = fileId,
): Promise<Moved | null> {
  const { ledger } = context;
  await pastCommits(context, fileId, async (client) => {
    const files = await lockWithChildren(client, fileId);
    const failed = files.find((one) => one.fileId === failedId);
    if (failed === undefined) return;
    for (const file of files) {
      const reason = reasonFor(file, failed, error, files);
      await ledger.noteFailure(client, file.fileId, reason, file === failed ? checks : []);
    }
  });
  crashPoint('fail.noted');
  // The files as recorded. The caller may have read them before they were planned.
  const files = await ledger.withChildren(fileId);
  if (files.length === 0) return null;
  const reason = await pastCommits(context, fileId, (client) => unloadAll(client, context, files, error));
  if (reason === null) return null;
  crashPoint('unload.committed');
  const [file] = files;
  return finishFailed(context, file, reason, file.failedChecks ?? []);
}

/** Returns why the first of the files fails; null if it has ended otherwise, as the others have then. */
async function unloadAll(
  client: pg.ClientBase,
  context: Context,
  files: readonly LedgerFile[],
  error: ErrorDescription,
): Promise<ErrorDescription | null> {
  const { ledger, registry } = context;
  const reasons: ErrorDescription[] = [];
  for (const { fileId } of files) {
    const reason = await ledger.failFile(client, fileId, error);
    if (reason === null) return null;
    reasons.push(reason);
  }
  crashPoint('unload.ledger-written');
  for (const file of files) {
    const chunkIds = (await chunksOf(client, file.fileId)).map(({ chunkId }) => chunkId);
    if (chunkIds.length === 0) continue;
    const definition = await definitionOf(client, registry, file);
    const written = { file, definition, chunkIds, ended: false, snapshotId: null };
    await removeFromSinks(context.sinks, client, written, (what) => warnGone(context)(file, what));
    crashPoint('unload.facts-deleted');
  }
  return reasons[0];
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

/** The chunks of a file and of its children. */
async function chunkIdsOf({ ledger }: Context, fileId: number): Promise<number[]> {
  const files = await ledger.withChildren(fileId);
  const chunks = await Promise.all(files.map((file) => ledger.chunks(file.fileId)));
  return chunks.flat().map(({ chunkId }) => chunkId);
}

/** The steps after the transaction. If a process dies in between, the next start repeats them. */
export async function finishFailed(
  context: Context,
  file: LedgerFile,
  error: ErrorDescription,
  checks: readonly Check[],
): Promise<Moved> {
  const { ledger, sinks } = context;
  const files = await ledger.withChildren(file.fileId);
  for (const one of files) {
    const chunks = await ledger.chunks(one.fileId);
    if (chunks.length > 0) for (const sink of sinks) await sink.sweep(one);
  }
  crashPoint('unload.swept');
  for (const { versions } of sinks) await versions?.dropStaging();
  for (const child of files.slice(1)) {
    const known = { error: child.error ?? error, checks: child.failedChecks ?? [] };
    await ledger.finishFile(child.fileId, await receiptOf(context, child, files, known), 'failed');
  }
  const receipt = await receiptOf(context, file, files, { error, checks });
  // All of this is repeated until the file has a receipt.
  const moved = await moveFailed(context, file, receipt);
  await ledger.finishFile(file.fileId, receipt, 'failed');
  crashPoint('unload.receipt-written');
  return moved;
}

/** `files`: the file, or its parent, and the children. */
async function receiptOf(
  context: Context,
  file: LedgerFile,
  files: readonly LedgerFile[],
  known: { readonly error: ErrorDescription; readonly checks: readonly Check[] },
): Promise<Receipt> {
  const { ledger } = context;
  const rejectsByCode = await ledger.rejectCounts(file.fileId);
  const link = await linkOf(ledger, file);
  const { parsed, rejected } = sumRows(await ledger.chunks(file.fileId));
  const starRows = (await hasStar(context, file)) ? 0 : null;
  const counted = { rows: { parsed, rejected }, starRows, rejectsByCode };
  return failedReceipt(file, { ...known, ...counted, ...(link && { link }), ...relativesOf(file, files) });
}

/** False for a file that was never planned and whose dataset is no longer defined, so that its tables are unknown. */
async function hasStar({ pool, registry }: Context, file: LedgerFile): Promise<boolean> {
  if (file.definitionVersion === null && registry.get(file.dataset) === undefined) return false;
  return (await definitionOf(pool, registry, file)).star !== null;
}
