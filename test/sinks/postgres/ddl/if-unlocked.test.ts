import { expect, it } from 'vitest';
import { inTransaction } from '../../../../platform/database/transaction.ts';
import { ifUnlocked } from '../../../../sinks/postgres/ddl/if-unlocked.ts';
import { testDatabase } from '../../../support/index.ts';

it('undoes a step that would wait for a lock, and nothing before it', async () => {
  const { pool, drop } = await testDatabase();
  try {
    await pool.query('create table noted (what text); create table held ()');
    await inTransaction(pool, async (other) => {
      await other.query('lock table held');
      await inTransaction(pool, async (client) => {
        const setting = async () => (await client.query('show lock_timeout')).rows[0].lock_timeout;
        const before = await setting();
        const step = (what: string, more: string) => () =>
          client.query(`insert into noted values ('${what}'); ${more}`);
        expect(await ifUnlocked(client, '10ms', step('free', 'select'))).toBe(true);
        expect(await ifUnlocked(client, '10ms', step('held', 'lock table held'))).toBe(false);
        await expect(ifUnlocked(client, '10ms', step('wrong', 'select 1 / 0'))).rejects.toThrow(
          'division by zero',
        );
        expect(await setting()).toBe(before);
      });
    });
    expect((await pool.query('select what from noted')).rows).toEqual([{ what: 'free' }]);
  } finally {
    await drop();
  }
});
