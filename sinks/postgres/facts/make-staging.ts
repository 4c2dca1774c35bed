/** The table in which the facts of a version wait that replaces another (sinks/postgres/facts/staging.ts). */

import pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { loadingStar } from './staging.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import type { LedgerFile } from '../../../ledger/ledger.ts';
import { sql } from '../../../ledger/sql.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { factTable } from '../ddl/make-star.ts';

/** How long to wait for a worker that still holds a table: it may be frozen, and has lost its chunk. */
const patience = '1s';

function incomingTable(star: CompiledStar, { fileId }: LedgerFile): string {
  return factTable(loadingStar(star, { fileId, link: 'replaces' }));
}

/** Before the file is planned. Repeating it is harmless. */
export async function makeIncoming(pool: pg.Pool, star: CompiledStar, file: LedgerFile): Promise<void> {
  await pool.query(`create table if not exists ${incomingTable(star, file)} (like ${factTable(star)})`);
  crashPoint('plan.incoming-made');
}

/** In the transaction that ends the file as done. */
export async function moveIncoming(
  client: pg.ClientBase,
  star: CompiledStar,
  file: LedgerFile,
): Promise<void> {
  const columns = star.columns.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  const from = incomingTable(star, file);
  await client.query(`insert into ${factTable(star)} (${columns}) select ${columns} from ${from}`);
  crashPoint('finalise.incoming-moved');
}

/** Drops the tables of files that have ended; those that are held are left to the next call. */
export async function sweepIncoming(pool: pg.Pool): Promise<void> {
  for (const { schema, name } of (await pool.query(sql('scopes/ended-incoming'))).rows) {
    const table = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
    await inTransaction(pool, async (client) => {
      await client.query(`set local lock_timeout = '${patience}'`);
      await client.query(`drop table if exists ${table}`);
    }).catch((error) => {
      if ((error as { code?: string }).code !== '55P03') throw error;
    });
    crashPoint('incoming.dropped');
  }
}
