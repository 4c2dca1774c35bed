import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
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

/** How long statements that lock what people read wait for one of them, while others wait behind this process. */
const readerWait = '10ms';
/** How long these statements may take together, in ms. A server that is too slow for it so often gets more each time. */
const swapMs = 30;
const swapsQuick = 20;
const slower = 1.25;
/** How long they are tried, in ms. */
const tryMs = 60_000;

/** SQLSTATE: statement_timeout. */
const tookTooLong = '57014';

/**
 * A transaction on a connection that the caller keeps. It ends with the statements that `work` returns, which lock one
 * view or table after another: they are run and committed in one message. If a reader has one of them, or the server
 * takes long, they are undone and tried again, and meanwhile all readers go on. False, and nothing is changed, where
 * `work` returns null. `what`: what they lock. Throws LF_DATABASE_LOCKED.
 */
export async function transactionBetweenReaders<C extends pg.ClientBase>(
  client: C,
  what: string,
  work: (client: C) => Promise<readonly string[] | null>,
): Promise<boolean> {
  let committed = false;
  try {
    await client.query('begin');
    const statements = await work(client);
    if (statements === null) return false;
    await commitBetweenReaders(client, what, statements);
    committed = true;
    return true;
  } finally {
    if (!committed) await client.query('rollback').catch(() => {});
  }
}

async function commitBetweenReaders(
  client: pg.ClientBase,
  what: string,
  statements: readonly string[],
): Promise<void> {
  // One statement, so that one timeout holds for all of it.
  const body = `begin execute ${pg.escapeLiteral(statements.join(';\n'))}; end`;
  const swap = statements.length === 0 ? '' : `do ${pg.escapeLiteral(body)};`;
  const began = performance.now();
  for (let slow = 0; ; await delay(Math.random() * 50)) {
    const most = Math.round(swapMs * slower ** Math.max(0, slow - swapsQuick));
    await client.query(
      `savepoint swap; set local lock_timeout = '${readerWait}'; set local statement_timeout = ${most}`,
    );
    try {
      await client.query(`${swap} commit`);
      return;
    } catch (error) {
      await client.query('rollback to savepoint swap; release savepoint swap');
      const { code } = error as { code?: string };
      if (code !== lockNotAvailable && code !== tookTooLong) throw error;
      if (code === tookTooLong) slow++;
      if (performance.now() - began > tryMs)
        throw new LandfallError('LF_DATABASE_LOCKED', { what, reason: `for ${tryMs / 1000} s` });
    }
  }
}
