/** Ends files as done. Everything that changes at that moment changes in one transaction. */

import type pg from 'pg';
import { readFields } from '../../kernel/dialect/header.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { stateOf } from '../../ledger/states.ts';
import { lockFile, lockNames, versionedFiles } from '../../ledger/tables/files.ts';
import { finishGroup } from '../../ledger/tables/groups.ts';
import { openRejects, returnRejects } from '../../ledger/tables/rejects.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { endedInSinks, sinksOf } from '../../sinks/all-sinks.ts';
import { referenceOf } from '../commands/export-json.ts';
import { sweepUndone } from '../commands/undo.ts';
import type { Context } from '../context.ts';
import type { Accounted } from '../stages.ts';
import { BrokenChecks, endAndCheck } from './end-and-check.ts';
import type { Check } from './reconcile.ts';
import { settleVersions } from './settle-versions.ts';

/**
 * Ends the file as done. Returns null, or the data checks if one of them does not hold; then nothing has changed.
 * Returns 'ended' if another process has ended the file or recorded a failure. Throws LF_FILE_VERSION; then nothing
 * has changed either.
 */
export async function endDone(
  context: Context,
  accounted: Accounted,
): Promise<readonly Check[] | 'ended' | null> {
  const { file } = accounted;
  try {
    await inTransaction(context.pool, async (client) => {
      const locked = await lockFile(client, file.fileId);
      if (locked === null || stateOf(locked) !== 'finalising') throw new EndedMeanwhile();
      const replaced = await settleVersions(client, context, accounted);
      crashPoint('finalise.versions-settled');
      if (file.link === 'replaces') await moveStaged(client, context, accounted);
      const [ended] = await endAndCheck(client, context, [accounted], replaced);
      if (ended === undefined) throw new EndedMeanwhile();
      crashPoint('finalise.checked');
      if (file.link === 'replays') await giveBack(client, file);
      await context.ledger.finishFile(file.fileId, ended.receipt, 'done', client);
      crashPoint('finalise.receipt-written');
    });
  } catch (error) {
    if (error instanceof BrokenChecks) return error.checks;
    if (error instanceof EndedMeanwhile) return 'ended';
    throw error;
  }
  crashPoint('finalise.committed');
  await endedInSinks(context.sinks, accounted.definition);
  await sweepUndone(context);
  for (const { versions } of context.sinks) await versions?.dropStaging();
  crashPoint('finalise.swept');
  return null;
}

/**
 * Ends small files of one dataset as done, and returns the ids of those that are. Leaves out files whose name another
 * loaded file has, if that matters. If a data check does not hold, or a snapshot lacks too many keys, leaves out all
 * files, because it may be due to any of them.
 */
export async function endAllDone(
  context: Context,
  accounted: readonly Accounted[],
): Promise<ReadonlySet<number>> {
  if (accounted.length === 0) return new Set();
  crashPoint('group.accounted');
  const done = await inTransaction(context.pool, async (client) => {
    const only = await withoutVersions(client, accounted);
    if (only.length === 0) return new Set<number>();
    const ended = await endAndCheck(client, context, only);
    return finishGroup(
      client,
      ended.map(({ receipt }) => receipt),
    );
  }).catch((error) => {
    // Any of the files may be the reason.
    const fails = error instanceof LandfallError && error.code === 'LF_SNAPSHOT_SHRUNK';
    if (fails || error instanceof BrokenChecks) return new Set<number>();
    throw error;
  });
  crashPoint('group.done');
  if (done.size > 0) await endedInSinks(context.sinks, accounted[0].definition);
  return done;
}

/** The files of a group that may end together. If versions matter, those whose name no other loaded file has. */
async function withoutVersions(
  client: pg.ClientBase,
  accounted: readonly Accounted[],
): Promise<readonly Accounted[]> {
  const [{ definition }] = accounted;
  if (definition.versions === 'add') return accounted;
  const files = accounted.map(({ file }) => file);
  await lockNames(
    client,
    definition.name,
    files.map(({ name }) => name),
  );
  const versioned = await versionedFiles(
    client,
    files.map(({ fileId }) => fileId),
  );
  return accounted.filter(({ file }) => !versioned.has(file.fileId));
}

async function moveStaged(
  client: pg.ClientBase,
  { sinks }: Context,
  { file, definition }: Accounted,
): Promise<void> {
  for (const { versions } of sinksOf(sinks, definition)) await versions?.moveStaged(client, definition, file);
}

/** Thrown to roll back the transaction. */
class EndedMeanwhile extends Error {}

/** Rejects that are given back at a time. */
const returnedAtATime = 10_000;

/** Rows of a replay that are rejected again become waiting rejects of the file that they came from. */
async function giveBack(client: pg.ClientBase, file: LedgerFile): Promise<void> {
  const dialect = file.layout as KernelDialect;
  const { byteOffset: field } = file.layout!.corrections!;
  let pairs: { origin: number; replay: number }[] = [];
  for await (const { raw, byteOffset } of openRejects(client, file.fileId)) {
    const origin = Number(
      file.layout!.format === undefined
        ? readFields(Buffer.from(raw), dialect, field + 1).fields[field]
        : referenceOf(raw)?.byteOffset,
    );
    if (!Number.isSafeInteger(origin)) {
      const reason = `a row of the replay ${file.fileId} does not say where it came from`;
      throw new LandfallError('LF_INTERNAL', { reason });
    }
    pairs.push({ origin, replay: byteOffset });
    if (pairs.length < returnedAtATime) continue;
    await returnRejects(client, file.fileId, pairs);
    pairs = [];
  }
  if (pairs.length > 0) await returnRejects(client, file.fileId, pairs);
  crashPoint('finalise.rejects-returned');
}
