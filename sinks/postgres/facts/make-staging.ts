/** Creates the tables in which the rows of a file wait until it is done (sinks/postgres/facts/staging.ts). */

import pg from 'pg';
import type { LedgerFile } from '../../../ledger/ledger.ts';
import { endedStaging } from '../../../ledger/tables/scopes.ts';
import type { CompiledStar } from '../../../model/compiled.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { qualifiedFacts } from '../ddl/make-star.ts';
import { qualified } from '../ddl/sql-columns.ts';
import { packedParts } from '../packed/packed-columns.ts';
import { stagingTable, stagingTableDdl } from './staging.ts';

/** How long to wait for a worker that still locks a table. It may be frozen, and has lost its chunk. */
const lockTimeout = '1s';

/** Called before the file is planned. May be repeated. */
export async function makeStagingTable(
  client: pg.Pool | pg.ClientBase,
  star: CompiledStar,
  file: LedgerFile,
): Promise<void> {
  await client.query(stagingTableDdl(star, file));
  crashPoint('plan.staging-made');
}

/** Called in the transaction that ends the file as done. */
export async function moveStagedFacts(
  client: pg.ClientBase,
  star: CompiledStar,
  file: LedgerFile,
): Promise<void> {
  const named = star.layout === 'packed' ? packedParts(star) : star.columns;
  const columns = named.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  const from = stagingTable(star, file);
  await client.query(`insert into ${qualifiedFacts(star)} (${columns}) select ${columns} from ${from}`);
  crashPoint('finalise.staging-moved');
}

/** Drops the tables of files that have ended. Tables that are locked are left to the next call. */
export async function sweepStagingTables(pool: pg.Pool): Promise<void> {
  for (const { schema, name } of await endedStaging(pool)) {
    const table = qualified(schema, name);
    await inTransaction(pool, async (client) => {
      await client.query(`set local lock_timeout = '${lockTimeout}'`);
      await client.query(`drop table if exists ${table}`);
    }).catch((error) => {
      if ((error as { code?: string }).code !== '55P03') throw error;
    });
    crashPoint('staging.dropped');
  }
}
