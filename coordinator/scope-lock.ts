/**
 * One coordinator for each scope: an advisory lock held by a connection of its own, which the server gives
 * up when the process is gone. It also tells whether the coordinator of another scope still lives.
 */
import pg from 'pg';
import { LandfallError } from '../platform/errors.ts';

/** First key of the locks; the second is the scope. */
const lockClass = 0x1a4df410;

/** How long to wait for one that is just ending. */
const patience = '5s';

export interface ScopeLock {
  /** Runs `work` if no coordinator of that scope lives; keeps one from starting meanwhile. */
  ifDead(scope: string, work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Throws LF_COORDINATOR_RUNNING. */
export async function lockScope(
  databaseUrl: string,
  scope: string,
  onLost: (error: Error) => void,
): Promise<ScopeLock> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `landfall coordinator ${scope}`,
    keepAlive: true,
  });
  client.on('error', onLost);
  await client.connect();
  try {
    await client.query(`set lock_timeout = '${patience}'`);
    await client.query('select pg_advisory_lock($1, hashtext($2))', [lockClass, scope]);
  } catch (error) {
    await client.end();
    const waitedInVain = (error as { code?: string }).code === '55P03';
    throw waitedInVain ? new LandfallError('LF_COORDINATOR_RUNNING', { scope }, { cause: error }) : error;
  }
  return {
    ifDead: async (other, work) => {
      const { rows } = await client.query('select pg_try_advisory_lock($1, hashtext($2)) as dead', [
        lockClass,
        other,
      ]);
      if (!rows[0].dead) return;
      try {
        await work();
      } finally {
        await client.query('select pg_advisory_unlock($1, hashtext($2))', [lockClass, other]);
      }
    },
    close: () => client.end(),
  };
}
