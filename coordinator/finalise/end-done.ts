/** Ends files as done. Everything that changes at that moment changes in one transaction. */

import type pg from 'pg';
import { stateOf } from '../../ledger/states.ts';
import { lockNames, versionedFiles } from '../../ledger/tables/files.ts';
import { lockWithChildren } from '../../ledger/tables/groups.ts';
import { lockDatasets } from '../../ledger/tables/snapshots.ts';
import type { UndoneFile } from '../../ledger/tables/undo.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { retryOf } from '../../platform/errors/retry.ts';
import { endedInSinks, sinksOf } from '../../sinks/all-sinks.ts';
import { noteUndone, sweepUndone, takeFromSinks } from '../commands/undo.ts';
import { type Context, warnGone } from '../context.ts';
import type { Accounted } from '../stages.ts';
import { BrokenChecks, endAndCheck } from './end-and-check.ts';
import { giveBack } from './give-back.ts';
import type { Check } from './reconcile.ts';
import { settleVersions } from './settle-versions.ts';

/** What keeps files from being done: one of them fails, because of data checks that do not hold or for another reason. */
export interface NotDone {
  readonly accounted: Accounted;
  readonly checks: readonly Check[];
  readonly error?: LandfallError;
}

/**
 * Ends a file and its children as done, in one transaction. Returns null, or what keeps them from it; then nothing has
 * changed. Returns 'ended' if another process has ended them or recorded a failure. `accounted`: the file and, after
 * it, its children.
 */
export async function endDone(
  context: Context,
  accounted: readonly Accounted[],
): Promise<NotDone | 'ended' | null> {
  try {
    await inTransaction(context.pool, (client) => endTogether(client, context, accounted));
  } catch (error) {
    if (error instanceof Refused) return error.notDone;
    if (error instanceof EndedMeanwhile) return 'ended';
    throw error;
  }
  crashPoint('finalise.committed');
  for (const { definition } of accounted) await endedInSinks(context.sinks, definition);
  await sweepUndone(context);
  for (const { versions } of context.sinks) await versions?.dropStaging();
  crashPoint('finalise.swept');
  return null;
}

/**
 * Locks first the files, those that they replace among them, then the datasets, and only then changes rows: two
 * transactions that end files of the same datasets never wait for each other in a circle.
 */
async function endTogether(
  client: pg.ClientBase,
  context: Context,
  accounted: readonly Accounted[],
): Promise<void> {
  const locked = await lockWithChildren(client, accounted[0].file.fileId);
  if (locked.length !== accounted.length || locked.some((file) => stateOf(file) !== 'finalising'))
    throw new EndedMeanwhile();
  const undone: UndoneFile[] = [];
  for (const one of accounted) undone.push(...(await refusing(one, settleVersions(client, one))));
  const datasets = new Set([...accounted, ...undone].map(({ file }) => file.dataset));
  if (datasets.size > 1) await lockDatasets(client, [...datasets]);
  const taken = await takeFromSinks(client, { ...context, onGone: warnGone(context) }, undone);
  crashPoint('finalise.versions-settled');
  const ended: Accounted[] = [];
  for (const one of accounted) {
    const { file } = one;
    const replaced = taken.find(({ dataset }) => dataset === file.dataset);
    if (file.link === 'replaces') await moveStaged(client, context, one);
    const [done] = await refusing(one, endAndCheck(client, context, [one], replaced));
    if (done === undefined) throw new EndedMeanwhile();
    ended.push(done);
    if (accounted.length > 1) crashPoint('finalise.one-ended');
  }
  const ending = new Set(accounted.map(({ file }) => file.dataset));
  await noteUndone(
    client,
    taken.filter(({ dataset }) => !ending.has(dataset)),
  );
  crashPoint('finalise.checked');
  for (const { file, receipt } of ended) {
    if (file.link === 'replays') await giveBack(client, file);
    await context.ledger.finishDone(client, { file, receipt });
    crashPoint('finalise.receipt-written');
  }
}

/** Says which file does not pass its data checks, or which child fails for a reason that would be the same each time. */
async function refusing<T>(accounted: Accounted, step: Promise<T>): Promise<T> {
  return step.catch((error) => {
    if (error instanceof BrokenChecks) throw new Refused({ accounted, checks: error.checks });
    const isFault =
      accounted.file.parentId !== null && error instanceof LandfallError && retryOf(error) === 'never';
    throw isFault ? new Refused({ accounted, checks: [], error }) : error;
  });
}

/** Thrown to roll back the transaction. */
class Refused extends Error {
  readonly notDone: NotDone;
  constructor(notDone: NotDone) {
    super('a file fails');
    this.notDone = notDone;
  }
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
    return context.ledger.finishGroup(client, ended);
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
