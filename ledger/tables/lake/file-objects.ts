/**
 * Whose are the objects in staging and in the spool under the number of a file that is not being loaded: those of a
 * process that reads the file again, to repair or rebuild, or of nobody.
 */
import type pg from 'pg';
import { withSessionLock } from '../../../platform/database/session-lock.ts';
import { andReleased, inTransaction } from '../../../platform/database/transaction.ts';

/** First key of the advisory locks of files that are read again; the second is a hash of the file's number. */
const readAgainLock = 0x1a4df41e;

/** Lets one process at a time have objects under the number of the file. Takes a connection meanwhile. */
export async function ownObjects<T>(pool: pg.Pool, fileId: number, work: () => Promise<T>): Promise<T> {
  const session = await pool.connect();
  return andReleased(session, () => withSessionLock(session, [readAgainLock, String(fileId)], work));
}

/** Runs `work` unless another process has objects under the number of the file; none can get any meanwhile. */
export async function unlessOwned(pool: pg.Pool, fileId: number, work: () => Promise<void>): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ free: boolean }>(
      'select pg_try_advisory_xact_lock($1, hashtext($2)) as free',
      [readAgainLock, String(fileId)],
    );
    if (rows[0].free) await work();
  });
}
