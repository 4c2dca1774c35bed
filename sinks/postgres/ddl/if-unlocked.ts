import type pg from 'pg';

/** SQLSTATE: a lock was not available in time. */
const lockNotAvailable = '55P03';

/**
 * Runs a step of the caller's transaction, in which no lock is waited for longer than `most`. False if one would have
 * been: then the step is undone, and the transaction can go on.
 */
export async function ifUnlocked(
  client: pg.ClientBase,
  most: string,
  step: () => Promise<unknown>,
): Promise<boolean> {
  await client.query(`savepoint unlocked; set local lock_timeout = '${most}'`);
  try {
    await step();
    await client.query('set local lock_timeout to default; release savepoint unlocked');
    return true;
  } catch (error) {
    await client.query('rollback to savepoint unlocked; release savepoint unlocked');
    if ((error as { code?: string }).code !== lockNotAvailable) throw error;
    return false;
  }
}
