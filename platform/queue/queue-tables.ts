/** The tables of a queue in PostgreSQL, which a coordinator creates. */
import type pg from 'pg';
import { LandfallError } from '../errors/errors.ts';

/** The schema of BullMQ's tables: its own default, so that its tools find them. */
export const queueSchema = 'bullmq';

/** Throws LF_DATABASE_LEDGER, an outage, while there are none. `address`: of the database, for the message. */
export async function checkQueueTables(pool: pg.Pool, address: string): Promise<void> {
  const tables = 'select from pg_class where relnamespace = to_regnamespace($1) limit 1';
  if ((await pool.query(tables, [queueSchema])).rowCount === 0)
    throw new LandfallError('LF_DATABASE_LEDGER', { address, missing: 'no queue' });
}
