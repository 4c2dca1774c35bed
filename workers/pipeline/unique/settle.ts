/**
 * Settles a file: when all its keys are noted, determines once which of its rows repeat the key of an earlier one. The
 * files of a dataset settle one after another.
 */
import type pg from 'pg';
import type { LedgerFile } from '../../../ledger/ledger.ts';
import { chunksOf } from '../../../ledger/tables/chunks.ts';
import { shareLoading } from '../../../ledger/tables/files.ts';
import { isSettled, settleRules } from '../../../ledger/tables/unique/rules.ts';
import { findRepeats, lockSettling, tidyRuns } from '../../../ledger/tables/unique/unique.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';

/** Memory for sorting the keys of a file. Larger sorts use the server's disk. */
const sortMemory = '64MB';

/** If the process freezes while it settles a file, the server rolls back after this time. */
const frozen = '60s';

/** May be repeated. */
export async function settleKeys(
  pool: pg.Pool,
  dataset: CompiledDataset,
  ruleIds: readonly number[],
  file: LedgerFile,
): Promise<void> {
  if (await isSettled(pool, file.fileId, ruleIds)) return;
  const settled = await inTransaction(pool, async (client) => {
    await client.query(`set local idle_in_transaction_session_timeout = '${frozen}'`);
    await client.query(`set local work_mem = '${sortMemory}'`);
    await lockSettling(client, dataset.name);
    if (!(await shareLoading(client, file.fileId))) return false;
    if (await isSettled(client, file.fileId, ruleIds)) return false;
    await findRepeatsOf(client, ruleIds, file.fileId);
    await settleRules(client, file.fileId, ruleIds);
    await tidyRuns(client, dataset.name);
    crashPoint('unique.repeats-found');
    return true;
  });
  if (settled) crashPoint('unique.settled');
}

async function findRepeatsOf(
  client: pg.ClientBase,
  ruleIds: readonly number[],
  fileId: number,
): Promise<void> {
  const chunkIds = (await chunksOf(client, fileId)).map(({ chunkId }) => chunkId);
  const [firstChunk, lastChunk] = [Math.min(...chunkIds), Math.max(...chunkIds)];
  await findRepeats(client, { fileId, firstChunk, lastChunk, ruleIds });
}
