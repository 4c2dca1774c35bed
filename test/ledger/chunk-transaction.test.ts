import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChunkTransaction } from '../../ledger/chunk-transaction.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';

let database: TestDatabase;
const open: ChunkTransaction[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query('create table kept (number int)');
});
afterEach(async () => {
  for (const transaction of open.splice(0)) transaction.giveUp(new Error('test'));
  await database.pool.query('truncate kept');
});
afterAll(() => database.drop());

/** Each test has chunks of its own: the server may still be ending a transaction of the one before. */
function begin(...chunkIds: number[]): ChunkTransaction {
  const transaction = new ChunkTransaction(database.pool, chunkIds);
  open.push(transaction);
  return transaction;
}

async function kept(): Promise<number[]> {
  const { rows } = await database.pool.query('select number from kept order by number');
  return rows.map((row) => row.number);
}

const keep = (transaction: ChunkTransaction, number: number) =>
  transaction.run((client) => client.query('insert into kept values ($1)', [number]));

async function sessionsInTransaction(): Promise<number> {
  const { rows } = await database.pool.query(`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`);
  return rows[0].count;
}

describe('the transaction of a chunk', () => {
  it('opens with the first statement, and once', async () => {
    const transaction = begin(11);
    expect(await sessionsInTransaction()).toBe(0);
    const [one, other] = await Promise.all([transaction.open(), transaction.open()]);
    expect(one).toBe(other);
    expect(await sessionsInTransaction()).toBe(1);
    await keep(transaction, 1);
    await keep(transaction, 2);
    expect(await kept()).toEqual([]);
    await transaction.commit();
    expect(await kept()).toEqual([1, 2]);
    expect(await sessionsInTransaction()).toBe(0);
  });

  it('is the only one of its chunks', async () => {
    const first = begin(21, 22);
    await first.open();
    await expect(begin(22, 23).open()).rejects.toMatchObject({ code: '55P03' });
    await begin(23).open();
    await first.commit();
    await begin(22).open();
  });

  it('ends a copy before a statement, and lends the connection again', async () => {
    const transaction = begin(31);
    expect(() => transaction.lend(async () => {})).toThrow(/not open/);
    const client = await transaction.open();
    const pauses: number[] = [];
    expect(transaction.lend(async () => void pauses.push(1))).toBe(client);
    await keep(transaction, 1);
    expect(pauses).toEqual([1]);
    transaction.lend(async () => void pauses.push(2));
    await keep(transaction, 2);
    expect(pauses).toEqual([1, 2]);
  });

  it('leaves nothing when it is given up, open or not', async () => {
    begin(41).giveUp(new Error('test'));
    const transaction = begin(41);
    await keep(transaction, 1);
    transaction.giveUp(new Error('test'));
    await begin(41)
      .open()
      .catch(() => {});
    expect(await kept()).toEqual([]);
  });

  it('says that its connection is lost', async () => {
    const transaction = begin(51);
    const client = await transaction.open();
    const { processID } = client as unknown as { processID: number };
    await database.pool.query('select pg_terminate_backend($1, 5000)', [processID]);
    await vi.waitFor(() => expect(() => transaction.assertAlive()).toThrow(/terminat/));
    await expect(transaction.commit()).rejects.toThrow(/terminat/);
  });

  it('does not mistake a rolled back commit for a commit', async () => {
    const transaction = begin(61);
    await transaction.run((client) => client.query('select 1 / 0')).catch(() => undefined);
    await expect(transaction.commit()).rejects.toThrow(/rolled back/);
  });
});
