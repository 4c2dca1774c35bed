/**
 * Taking a chunk, also from a worker that does not let go of it.
 *
 * The transaction of a chunk holds an advisory lock of the chunk's number until it ends. A worker that is
 * frozen, or cut off by its network, leaves that transaction open: with a COPY under way, or with the
 * chunk's row locked after its commit was prepared. No time-out of the server tells the first from a slow
 * worker, so whoever takes the chunk over asks who holds that lock and ends that session. The lock is given
 * up with the transaction, so it never names a session that has gone on to other work.
 */
import pg from 'pg';
import { inTransaction } from '../platform/database/transaction.ts';
import type { Row } from './rows.ts';
import { sql } from './sql.ts';

/** First key of the advisory locks of chunks' transactions; the second is the chunk's number. */
const chunkLock = 0x1a4df415;

/** How long one that is just committing is waited for before its session is ended. */
const courtesy = '3s';

/** Rounds of asking for a chunk whose row others lock again and again. */
const roundsMost = 3;

/** The row of claim-chunk.sql, if there is one. Waits for a commit under way, and ends what hangs. */
export async function claimChunk(pool: pg.Pool, values: readonly unknown[]): Promise<Row | undefined> {
  const [chunkId] = values as [number];
  for (let round = 1; ; round++) {
    try {
      const [row] = (await pool.query(sql('chunks/claim-chunk'), values as unknown[])).rows;
      if (row?.fencing_token > 1) await endHolders(pool, [chunkId]);
      return row;
    } catch (error) {
      if (!isLocked(error) || round === roundsMost) throw error;
      await waitForHolder(pool, chunkId);
    }
  }
}

/** Ends the sessions that have a transaction of these chunks open. */
export async function endHolders(pool: pg.Pool, chunkIds: readonly number[]): Promise<void> {
  if (chunkIds.length > 0) await pool.query(sql('chunks/end-holders'), [chunkLock, chunkIds]);
}

/** To be run first in the transaction of chunks; false where another one of some of them is open. */
export function holdChunks(chunkIds: readonly number[]): string {
  const ids = chunkIds.map(Math.trunc).join(', ');
  return `select bool_and(pg_try_advisory_xact_lock(${chunkLock}, id)) as held from unnest(array[${ids}]) as id`;
}

async function waitForHolder(pool: pg.Pool, chunkId: number): Promise<void> {
  try {
    await inTransaction(pool, async (client) => {
      await client.query(`set local lock_timeout = ${pg.escapeLiteral(courtesy)}`);
      await client.query('select 1 from landfall.chunk where chunk_id = $1 for update', [chunkId]);
    });
  } catch (error) {
    if (!isLocked(error)) throw error;
    await endHolders(pool, [chunkId]);
  }
}

/** lock_not_available */
function isLocked(error: unknown): boolean {
  return (error as { code?: string }).code === '55P03';
}
