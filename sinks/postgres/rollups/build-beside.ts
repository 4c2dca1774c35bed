/**
 * Builds rollups that a definition has and the database lacks from what one moment shows, while files of the dataset end
 * and are undone. make-rollups.ts adds the files that ended meanwhile, and only then is the dataset locked.
 *
 *   one builder a dataset ─▶ built from one moment ─▶ (dataset locked) files that ended since ─▶ the view is switched
 *
 * Rollups of keyed datasets, whose facts may change, and those with measures of the class touched are built by
 * make-rollups.ts alone.
 */
import type pg from 'pg';
import { doneChunks, ledgerRollups } from '../../../ledger/tables/rollups.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { transactionKept } from '../../../platform/database/transaction.ts';
import { tableExists } from '../ddl/table-exists.ts';
import { partialsDdl, partialTables } from '../partials/partial-tables.ts';
import { exactDoubles } from './index.ts';
import { type BuiltBeside, fillState, isDeclared, rollupsOf } from './make-rollups.ts';
import { type StoredRollup, stateDdl, stateNames, stateTables } from './state-tables.ts';

/** The first key of the advisory locks of builders. The second is the dataset. */
const buildLock = 0x1a4df419;

/** SQLSTATEs of this class: what the rollup reads does not exist yet, or its SQL is wrong, which makeRollups reports. */
const faultySql = '42';

/**
 * Builds what is missing, in transactions of its own, and holds a lock of the session if there is something to build: the
 * caller calls `endBuild` when the rollups are on record.
 */
export async function buildBeside(
  client: pg.ClientBase,
  dataset: CompiledDataset,
): Promise<BuiltBeside | null> {
  const missing = async () => {
    const before = await ledgerRollups(client, dataset.name);
    return rollupsOf(dataset).filter(
      (one) => isBuildable(one) && !before.some((old) => isDeclared(one, old)),
    );
  };
  const [some] = await missing();
  if (some === undefined || !(await tableExists(client, stateNames(some).facts))) return null;
  await client.query('select pg_advisory_lock($1, hashtext($2))', [buildLock, dataset.name]);
  // Another builder may have made them.
  const unmade = await missing();
  try {
    return await transactionKept(client, async () => {
      await client.query('set transaction isolation level repeatable read');
      await client.query(exactDoubles);
      const chunkIds = new Set(await doneChunks(client, dataset.name));
      const rollups = chunkIds.size === 0 ? [] : unmade;
      for (const stored of rollups) {
        // What a builder that died has left.
        const tables = [...stateTables(stored), ...partialTables(stored).map(({ sql }) => sql)];
        for (const table of tables) await client.query(`drop table if exists ${table} cascade`);
        for (const statement of [...stateDdl(stored), ...partialsDdl(stored)]) await client.query(statement);
        await fillState(client, dataset.name, stored);
      }
      return { rollups, chunkIds };
    });
  } catch (error) {
    if (!(error as { code?: string }).code?.startsWith(faultySql)) throw error;
    return { rollups: [], chunkIds: new Set() };
  }
}

function isBuildable({ rollup, keyed }: StoredRollup): boolean {
  return !keyed && rollup.measures.every(({ class: kind }) => kind !== 'touched');
}

export async function endBuild(client: pg.ClientBase, dataset: string): Promise<void> {
  await client.query('select pg_advisory_unlock($1, hashtext($2))', [buildLock, dataset]);
}
