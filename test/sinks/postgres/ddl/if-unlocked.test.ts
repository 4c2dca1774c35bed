import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTransaction } from '../../../../platform/database/transaction.ts';
import { ifUnlocked, transactionBetweenReaders } from '../../../../sinks/postgres/ddl/if-unlocked.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

let database: TestDatabase;
let client: pg.Client;
beforeEach(async () => {
  database = await testDatabase();
  await database.pool.query('create table noted (what text); create table held ()');
  client = new pg.Client(database.url);
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const noted = async () => (await database.pool.query('select what from noted')).rows.map(({ what }) => what);
const note = (what: string) => `insert into noted values ('${what}')`;

it('undoes a step that would wait for a lock, and nothing before it', async () => {
  const { pool } = database;
  await inTransaction(pool, async (other) => {
    await other.query('lock table held');
    await inTransaction(pool, async (client) => {
      const setting = async () => (await client.query('show lock_timeout')).rows[0].lock_timeout;
      const before = await setting();
      const step = (what: string, more: string) => () => client.query(`${note(what)}; ${more}`);
      expect(await ifUnlocked(client, '10ms', step('free', 'select'))).toBe(true);
      expect(await ifUnlocked(client, '10ms', step('held', 'lock table held'))).toBe(false);
      await expect(ifUnlocked(client, '10ms', step('wrong', 'select 1 / 0'))).rejects.toThrow(
        'division by zero',
      );
      expect(await setting()).toBe(before);
    });
  });
  expect(await noted()).toEqual(['free']);
});

describe('a transaction that ends between readers', () => {
  /** The timeouts that the session has. */
  const timeouts = async () =>
    (
      await client.query(
        `select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as most`,
      )
    ).rows;

  it('commits what it notes with its last statements, once no reader has what they lock', async () => {
    const reader = new pg.Client(database.url);
    await reader.connect();
    try {
      await reader.query('begin; select from held');
      const before = await timeouts();
      const ended = transactionBetweenReaders(client, 'held', async () => {
        await client.query(note('begun'));
        return [note("it''s ended"), 'alter table held rename to taken'];
      });
      // A second one goes on: the first one does not let it queue behind it for long.
      const other = new pg.Client(database.url);
      await other.connect();
      await other.query(`set lock_timeout = '5s'`);
      for (let n = 0; n < 20; n++) await other.query('select from held');
      await other.end();
      expect(await noted()).toEqual([]);
      await reader.query('commit');
      expect(await ended).toBe(true);
      expect(await noted()).toEqual(['begun', "it's ended"]);
      expect(await timeouts()).toEqual(before);
    } finally {
      await reader.end();
    }
  });

  it('undoes statements that take long, and gives them more time where they always do', async () => {
    await database.pool.query('create sequence tries');
    const work = async () => [`select nextval('tries')`, 'select pg_sleep(0.05)', note('slow')];
    expect(await transactionBetweenReaders(client, 'nothing', work)).toBe(true);
    expect(await noted()).toEqual(['slow']);
    const { rows } = await database.pool.query('select last_value::int as tries from tries');
    expect(rows[0].tries).toBeGreaterThan(20);
  });

  it('changes nothing where its work returns null or an error, or a statement fails', async () => {
    const work = (last: readonly string[] | null) => async () => {
      await client.query(note('begun'));
      return last;
    };
    expect(await transactionBetweenReaders(client, 'nothing', work(null))).toBe(false);
    const failing = transactionBetweenReaders(client, 'nothing', work(['select 1 / 0']));
    await expect(failing).rejects.toThrow('division by zero');
    const broken = vi.fn().mockRejectedValue(new Error('broken'));
    await expect(transactionBetweenReaders(client, 'nothing', broken)).rejects.toThrow('broken');
    expect(await noted()).toEqual([]);
    expect(await transactionBetweenReaders(client, 'nothing', work([]))).toBe(true);
    expect(await noted()).toEqual(['begun']);
  });
});
