/** The moment in which a file is done: everything that changes with it changes in one transaction. */
import type pg from 'pg';
import { readFields } from '../kernel/header.ts';
import type { KernelDialect } from '../kernel/types.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import { LandfallError } from '../platform/errors.ts';
import type { LedgerFile } from '../platform/ledger/ledger.ts';
import { openRejects, returnRejects } from '../platform/ledger/rejects.ts';
import { inTransaction } from '../platform/transaction.ts';
import type { Receipt } from '../platform/types.ts';
import type { Context } from './context.ts';
import { sweepUndone } from './undo.ts';
import { settleVersions } from './versions.ts';

/** Throws LF_FILE_VERSION: then nothing has changed. */
export async function endDone(
  context: Context,
  dataset: CompiledDataset,
  file: LedgerFile,
  receipt: Receipt,
): Promise<void> {
  await inTransaction(context.pool, async (client) => {
    await settleVersions(client, context, dataset, file);
    if (file.link === 'replays') await giveBack(client, file);
    await context.ledger.finishFile(file.fileId, receipt, 'done', client);
  });
  await sweepUndone(context);
}

/** Rows of a replay that still do not fit wait again where they came from. */
async function giveBack(client: pg.ClientBase, file: LedgerFile): Promise<void> {
  const dialect = file.layout as KernelDialect;
  const { byteOffset: field } = file.layout!.mending!;
  const pairs: { origin: number; replay: number }[] = [];
  for await (const { raw, byteOffset } of openRejects(client, file.fileId)) {
    const origin = Number(readFields(Buffer.from(raw), dialect, field + 1).fields[field]);
    if (!Number.isSafeInteger(origin)) {
      const reason = `a row of the replay ${file.fileId} does not say where it came from`;
      throw new LandfallError('LF_INTERNAL', { reason });
    }
    pairs.push({ origin, replay: byteOffset });
  }
  if (pairs.length > 0) await returnRejects(client, file.fileId, pairs);
}
