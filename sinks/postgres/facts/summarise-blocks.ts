/**
 * Summarises in BRIN indexes the blocks that files have added to a star. Until then an index says nothing of them, and
 * who reads the rows of one chunk reads them all. A vacuum would do it, much later.
 *
 * It runs after the transaction in which files end, so that no reader or other file waits for it. A vacuum that is at
 * work holds the same lock, and summarises too.
 */
import type { Pool } from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { isChanging, observedTable } from '../ddl/dimension-ddl.ts';
import { eventTables } from '../ddl/event-tables.ts';
import { qualified } from '../ddl/sql-columns.ts';

/** Less than the server's deadlock_timeout, after which a vacuum would be ended for us. */
const lockTimeout = '100ms';

/** Throws the server's error, among others if another session has the lock. */
export async function summariseBlocks(pool: Pool, star: CompiledStar): Promise<void> {
  const facts = star.keyed === null ? [star.fact] : eventTables(star).map(({ table }) => table);
  const observed = star.dimensions.filter(isChanging).map(observedTable);
  const tables = [...new Set([...facts, ...observed])].map((table) => qualified(star.schema, table));
  await inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '${lockTimeout}'`);
    await client.query(
      `select brin_summarize_new_values(c.oid::regclass)
       from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
       where a.amname = 'brin' and i.indrelid in (select to_regclass(t) from unnest($1::text[]) t)`,
      [tables],
    );
  });
}
