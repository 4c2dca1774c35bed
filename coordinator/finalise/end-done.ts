/** The moment in which a file is done: everything that changes with it changes in one transaction. */

import type pg from 'pg';
import { readFields } from '../../kernel/dialect/header.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { StoredDefinition } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { stateOf } from '../../ledger/states.ts';
import { lockFile } from '../../ledger/tables/files.ts';
import { openRejects, returnRejects } from '../../ledger/tables/rejects.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Receipt } from '../../platform/types.ts';
import { sinksOf } from '../../sinks/all-sinks.ts';
import { sweepUndone } from '../commands/undo.ts';
import type { Context } from '../context.ts';
import { settleVersions } from '../plan/versions.ts';
import { runChecks } from './data-checks.ts';
import type { Check } from './reconcile.ts';

/**
 * Ends the file as done. Data checks see the star as it will be then, without the version that is replaced.
 * Where one does not hold, nothing changes, and all of them are the answer; else null. 'ended': somebody else has
 * ended it meanwhile, or it is to fail. Throws LF_FILE_VERSION: then nothing has changed either.
 */
export async function endDone(
  context: Context,
  definition: StoredDefinition,
  file: LedgerFile,
  receipt: Receipt,
): Promise<readonly Check[] | 'ended' | null> {
  try {
    await inTransaction(context.pool, async (client) => {
      const locked = await lockFile(client, file.fileId);
      if (locked === null || stateOf(locked) !== 'finalising') throw new EndedMeanwhile();
      await settleVersions(client, context, definition, file);
      crashPoint('finalise.versions-settled');
      if (file.link === 'replaces') await moveStaged(client, context, definition, file);
      const dataChecks = await runChecks(client, definition);
      if (dataChecks.some((check) => !check.ok)) throw new BrokenChecks(dataChecks);
      crashPoint('finalise.checked');
      if (file.link === 'replays') await giveBack(client, file);
      const checks = [...receipt.checks, ...dataChecks];
      await context.ledger.finishFile(file.fileId, { ...receipt, checks }, 'done', client);
      crashPoint('finalise.receipt-written');
    });
  } catch (error) {
    if (error instanceof BrokenChecks) return error.checks;
    if (error instanceof EndedMeanwhile) return 'ended';
    throw error;
  }
  crashPoint('finalise.committed');
  await sweepUndone(context);
  for (const { versions } of context.sinks) await versions?.dropStaging();
  crashPoint('finalise.swept');
  return null;
}

async function moveStaged(
  client: pg.ClientBase,
  { sinks }: Context,
  definition: StoredDefinition,
  file: LedgerFile,
): Promise<void> {
  for (const { versions } of sinksOf(sinks, definition)) await versions?.moveStaged(client, definition, file);
}

/** Rolls the transaction back. */
class BrokenChecks extends Error {
  readonly checks: readonly Check[];
  constructor(checks: readonly Check[]) {
    super('a data check does not hold');
    this.checks = checks;
  }
}

/** Rolls the transaction back. */
class EndedMeanwhile extends Error {}

/** Rejects that go back at a time. */
const returnedAtATime = 10_000;

/** Rows of a replay that still do not fit wait again where they came from. */
async function giveBack(client: pg.ClientBase, file: LedgerFile): Promise<void> {
  const dialect = file.layout as KernelDialect;
  const { byteOffset: field } = file.layout!.corrections!;
  let pairs: { origin: number; replay: number }[] = [];
  for await (const { raw, byteOffset } of openRejects(client, file.fileId)) {
    const origin = Number(readFields(Buffer.from(raw), dialect, field + 1).fields[field]);
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
