import type pg from 'pg';

/**
 * Holds an advisory lock on the connection while `work` runs, which may take several transactions of other connections.
 * The server does not see that these belong together: it finds no deadlock between them and whoever waits for the lock.
 */
export async function withSessionLock<T>(
  session: pg.ClientBase,
  [lockClass, name]: readonly [lockClass: number, name: string],
  work: () => Promise<T>,
): Promise<T> {
  await session.query('select pg_advisory_lock($1, hashtext($2))', [lockClass, name]);
  try {
    return await work();
  } finally {
    await session.query('select pg_advisory_unlock($1, hashtext($2))', [lockClass, name]);
  }
}
