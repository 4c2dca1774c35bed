/**
 * Settles a file: says which of its rows repeat the key of another, once, when all its keys are noted. From
 * then on its other rows hold their keys against every file of the dataset that is settled later. Files of
 * a dataset settle one after another; which came first, is first.
 */
import type pg from 'pg';
import type { LedgerFile } from '../../../ledger/ledger.ts';
import { sql } from '../../../ledger/sql.ts';
import { settleLock } from '../../../ledger/unique.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { noteLoaded } from './loaded-before.ts';

/** For sorting the keys of a file; what is more goes to the server's disk. */
const sortMemory = '64MB';

/** A frozen process that is settling a file is rolled back after this. */
const frozen = '60s';

/** Repeating it is harmless. Throws LF_UNIQUE_UNKNOWN. */
export async function settleKeys(
  pool: pg.Pool,
  dataset: CompiledDataset,
  ruleIds: readonly number[],
  file: LedgerFile,
): Promise<void> {
  if (await isSettled(pool, ruleIds, file)) return;
  const settled = await inTransaction(pool, async (client) => {
    await client.query(`set local idle_in_transaction_session_timeout = '${frozen}'`);
    await client.query(`set local work_mem = '${sortMemory}'`);
    await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [settleLock, dataset.name]);
    const loading = await client.query(sql('chunks/share-loading'), [file.fileId]);
    if (loading.rowCount === 0 || (await isSettled(client, ruleIds, file))) return false;
    await findRepeats(client, dataset, ruleIds, file);
    await client.query(sql('rules/settle-rules'), [[file.fileId], ruleIds]);
    await client.query(sql('unique/tidy-runs'), [dataset.name]);
    crashPoint('unique.repeats-found');
    return true;
  });
  if (settled) crashPoint('unique.settled');
}

async function isSettled(
  client: pg.Pool | pg.ClientBase,
  ruleIds: readonly number[],
  { fileId }: LedgerFile,
): Promise<boolean> {
  const { rows } = await client.query(sql('rules/settled-rules'), [fileId, ruleIds]);
  return rows.length === ruleIds.length;
}

async function findRepeats(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  ruleIds: readonly number[],
  file: LedgerFile,
): Promise<void> {
  const { fileId } = file;
  const scopeIds = (scope: string) => ruleIds.filter((_, r) => dataset.unique[r].scope === scope);
  for (const [r, rule] of dataset.unique.entries()) {
    if (rule.scope === 'star') await noteLoaded(client, dataset, rule, ruleIds[r]);
  }
  const chunks = (await client.query(sql('chunks/chunks'), [fileId])).rows.map((row) => row.chunk_id);
  const range = [fileId, Math.min(...chunks), Math.max(...chunks)];
  const without = await replacedBy(client, dataset, file);
  const inStar = scopeIds('star');
  await client.query(sql('unique/hold-run'), [fileId]);
  if (ruleIds.length === 1) {
    await client.query(sql('unique/find-repeats-of-one'), [...range, ruleIds[0], inStar, without]);
  } else {
    await client.query(sql('unique/find-repeats-of-many'), [...range, ruleIds, inStar, without]);
  }
  await client.query(sql('unique/keep-keys'), [...range, inStar, scopeIds('file')]);
}

/** Files whose keys do not count: they are taken out when this one is done. */
async function replacedBy(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  file: LedgerFile,
): Promise<number[]> {
  if (dataset.versions !== 'replace' || file.link === 'corrects' || file.link === 'replays') return [];
  const { rows } = await client.query(sql('files/replaced-files'), [file.dataset, file.name, file.fileId]);
  return rows.map((row) => row.file_id);
}
