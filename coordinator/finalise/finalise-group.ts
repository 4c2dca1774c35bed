/** Ends many small files at once: finalise.ts for those with which nothing is out of the ordinary. */

import { definitionOf, type StoredDefinition } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { toChunkJob } from '../../ledger/rows.ts';
import { lockNames, versionedFiles } from '../../ledger/tables/files.ts';
import { type FileAccount, fileAccounts, finishGroup } from '../../ledger/tables/groups.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { isFinished } from '../../platform/progress/progress.ts';
import type { Receipt } from '../../platform/types.ts';
import type { Context } from '../context.ts';
import type { Moved } from '../stages.ts';
import { archiveFiles } from './archive.ts';
import { runChecks } from './data-checks.ts';
import { fingerprintsNow, rejectLimitError } from './finalise.ts';
import { doneReceipt } from './receipt.ts';
import { accountOf, countSinks } from './reconcile.ts';

export interface GroupEnding {
  readonly done: readonly { readonly file: LedgerFile; readonly moved: Moved }[];
  /** To be ended one by one. */
  readonly left: readonly LedgerFile[];
}

/**
 * `fileIds`: of files of one dataset and one chunk each, whose job has ended. Chunks that it has left as they
 * were are queued again, each by itself, so that one that its job fails with fails alone.
 */
export async function finaliseGroup(context: Context, fileIds: readonly number[]): Promise<GroupEnding> {
  const all = await fileAccounts(context.pool, fileIds);
  const accounts = all.filter(({ file }) => file.state === 'loading');
  // Of a try before this one, whose answer was lost: what is left of their ends is up to the way of a single file.
  const unheard = all.filter(({ file }) => isFinished(file.state));
  const lost = accounts.filter(({ chunks }) => chunks.some(({ state }) => state === 'planned'));
  for (const { file, chunks } of lost) {
    const { dataset, definitionVersion } = file;
    const about = { dataset, definitionVersion: definitionVersion ?? '' };
    await context.queues.submitChunks(
      file.fileId,
      chunks.map((chunk) => toChunkJob(chunk, about)),
    );
  }
  // One that was planned again meanwhile may have another definition than the others.
  const [version] = accounts.map(({ file }) => file.definitionVersion);
  const plain = accounts.filter(
    ({ file, chunks }) => isPlain(file, chunks) && file.definitionVersion === version,
  );
  const ended = plain.length === 0 ? [] : await endPlain(context, plain);
  const over = new Set([...lost.map(({ file }) => file.fileId), ...ended.map(({ fileId }) => fileId)]);
  const left = [...accounts, ...unheard].map(({ file }) => file).filter(({ fileId }) => !over.has(fileId));
  const moved = await archiveFiles(context, ended);
  return { done: ended.map((file, i) => ({ file, moved: moved[i] })), left };
}

function isPlain(file: LedgerFile, chunks: FileAccount['chunks']): boolean {
  return (
    file.link === null &&
    file.error === null &&
    file.chunks === 1 &&
    chunks.length === 1 &&
    chunks[0].state === 'committed'
  );
}

/** The files that are done now. */
async function endPlain(context: Context, accounts: readonly FileAccount[]): Promise<LedgerFile[]> {
  const definition = await definitionOf(context.pool, context.registry, accounts[0].file);
  const receipts = await writeReceipts(context, definition, accounts);
  crashPoint('group.accounted');
  if (receipts.length === 0) return [];
  const done = await endDone(context, definition, receipts);
  crashPoint('group.done');
  return accounts.map(({ file }) => file).filter(({ fileId }) => done.has(fileId));
}

/** Receipts of those whose accounts agree and which have no more rejects than they may. */
async function writeReceipts(
  { sinks }: Context,
  definition: StoredDefinition,
  accounts: readonly FileAccount[],
): Promise<Receipt[]> {
  const [found, fingerprints] = await Promise.all([
    countSinks(sinks, definition, accounts, { recount: false }),
    fingerprintsNow(accounts.map(({ file }) => file)),
  ]);
  return accounts.flatMap((account, i) => {
    const { file } = account;
    const { checks, counts } = accountOf({ ...account, sinks: found[i], fingerprint: fingerprints[i] });
    if (checks.some(({ ok }) => !ok) || rejectLimitError(definition, file, counts.rows) !== null) return [];
    return doneReceipt(file, { ...counts, checks });
  });
}

/**
 * end-done.ts for many: data checks see the star with all of them. Where one does not hold, none is done here,
 * and each is asked again by itself.
 */
async function endDone(
  { pool }: Context,
  definition: StoredDefinition,
  receipts: readonly Receipt[],
): Promise<ReadonlySet<number>> {
  return inTransaction(pool, async (client) => {
    let ours = receipts;
    if (definition.versions !== 'add') {
      const names = receipts.map(({ file }) => file);
      await lockNames(client, definition.name, names);
      const ids = receipts.map(({ fileId }) => fileId);
      const versioned = await versionedFiles(client, ids);
      ours = receipts.filter(({ fileId }) => !versioned.has(fileId));
    }
    const dataChecks = await runChecks(client, definition);
    if (dataChecks.some((check) => !check.ok)) return new Set<number>();
    const checked = ours.map((receipt) => ({ ...receipt, checks: [...receipt.checks, ...dataChecks] }));
    return finishGroup(client, checked);
  });
}
