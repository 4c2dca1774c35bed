import type pg from 'pg';

/** Runs `work` in a transaction; whatever it throws rolls back and drops the connection. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return transactionOn(await pool.connect(), work);
}

/** The same on a connection that the caller has taken from the pool; it goes back. */
export async function transactionOn<T>(
  client: pg.PoolClient,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return andReleased(client, () => transactionKept(client, work));
}

/** Gives a connection back to its pool after `work`, or drops it if `work` throws: it may be in any state then. */
export async function andReleased<T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T> {
  let failed = true;
  try {
    const result = await work();
    failed = false;
    return result;
  } finally {
    client.release(failed);
  }
}

/** The same on a connection that the caller keeps, whatever happens. */
export async function transactionKept<C extends pg.ClientBase, T>(
  client: C,
  work: (client: C) => Promise<T>,
): Promise<T> {
  let failed = true;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    failed = false;
    return result;
  } finally {
    if (failed) await client.query('rollback').catch(() => {});
  }
}

/** Runs `work` in a transaction that is rolled back whatever happens: to learn what it would do. */
export async function inTrial<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    return await work(client);
  } finally {
    await client.query('rollback').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}
