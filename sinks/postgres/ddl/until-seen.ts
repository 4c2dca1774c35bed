import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/** How long others may keep a snapshot from before, in ms. */
const snapshotsMs = 5_000;

/** The number of the transaction that the client is in, for `untilSeen`. */
export async function transactionId(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ id: string }>('select pg_current_xact_id()::xid::text as id');
  return rows[0].id;
}

/**
 * Waits until no session has a snapshot from before the transaction, which has committed. Who has one and reads tables of
 * the transaction finds nothing: new tables are there for everybody at once, and their rows are not. False if `giveUp`
 * said so before; a session that keeps its snapshot for long is not waited for.
 */
export async function untilSeen(
  client: pg.Pool | pg.ClientBase,
  transaction: string,
  giveUp: () => Promise<boolean> = async () => false,
): Promise<boolean> {
  for (const until = performance.now() + snapshotsMs; performance.now() < until; await delay(10)) {
    const { rows } = await client.query<{ isOld: boolean }>(
      `select exists (
         select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
           and backend_type = 'client backend' and age(backend_xmin) >= age($1::xid)
       ) as "isOld"`,
      [transaction],
    );
    if (!rows[0].isOld) return true;
    if (await giveUp()) return false;
  }
  return true;
}
