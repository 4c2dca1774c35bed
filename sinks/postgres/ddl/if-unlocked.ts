import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { LandfallError } from '../../../platform/errors/errors.ts';

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

/** How long a step that locks what people read waits for one of them, while others wait behind it. */
const readerWait = '10ms';
/** How long it is tried, in ms. */
const tryMs = 60_000;

/**
 * Runs a step that locks one view or table after another. If a reader has one of them, the step is undone and tried
 * again: meanwhile all readers go on. `what`: what it locks. Throws LF_DATABASE_LOCKED.
 */
export async function betweenReaders(
  client: pg.ClientBase,
  what: string,
  step: () => Promise<unknown>,
): Promise<void> {
  const began = performance.now();
  while (!(await ifUnlocked(client, readerWait, step))) {
    if (performance.now() - began > tryMs)
      throw new LandfallError('LF_DATABASE_LOCKED', { what, reason: `for ${tryMs / 1000} s` });
    await delay(Math.random() * 50);
  }
}
