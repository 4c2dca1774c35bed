import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FactLoad } from '../../../../sinks/postgres/facts/fact-load.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';

let database: TestDatabase;

const star = {
  schema: 'star',
  fact: 'fact "odd"',
  columns: [
    { kind: 'dimension', name: 'number', dimension: 0 },
    { kind: 'chunk', name: 'chunk_id' },
  ],
  dimensions: [],
  indexes: [],
} as const;

/** Binary COPY rows of two int4: first, first + 1, …, all of one chunk. */
function encode(first: number, count: number, chunkId: number): Buffer {
  const rows = Buffer.alloc(count * 18);
  for (let i = 0; i < count; i++) {
    rows.writeInt16BE(2, i * 18);
    rows.writeInt32BE(4, i * 18 + 2);
    rows.writeInt32BE(first + i, i * 18 + 6);
    rows.writeInt32BE(4, i * 18 + 10);
    rows.writeInt32BE(chunkId, i * 18 + 14);
  }
  return rows;
}

async function facts(): Promise<{ count: number; sum: number }> {
  const { rows } = await database.pool.query('select count(*), sum(number) from star."fact ""odd"""');
  return { count: rows[0].count, sum: Number(rows[0].sum ?? 0) };
}

function backendOf(client: PoolClient): number {
  return (client as unknown as { processID: number }).processID;
}

beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query('create schema if not exists star');
});
beforeEach(async () => {
  await database.pool.query('drop table if exists star."fact ""odd"""');
  await database.pool.query(
    'create table star."fact ""odd""" (chunk_id int4, number int4 check (number >= 0))',
  );
});
afterAll(() => database.drop());

describe('the transaction of a chunk', () => {
  it('copies rows that the caller overwrites at once, and counts them', async () => {
    const load = await FactLoad.begin(database.pool, star, 1);
    const shared = new Uint8Array(1000 * 18);
    for (let batch = 0; batch < 300; batch++) {
      shared.set(encode(batch * 1000, 1000, 5));
      await load.write(shared);
      shared.fill(0xff);
    }
    await load.pause();
    expect(load.rows).toBe(300_000);
    expect(await facts()).toEqual({ count: 0, sum: 0 });
    await load.commit();
    expect(await facts()).toEqual({ count: 300_000, sum: (300_000 * 299_999) / 2 });
  });

  it('runs statements between two copies of one transaction', async () => {
    const load = await FactLoad.begin(database.pool, star, 1);
    await load.write(encode(0, 10, 1));
    await load.pause();
    await load.client.query('insert into star."fact ""odd""" (number) values (1000)');
    await load.write(encode(10, 10, 1));
    await load.pause();
    await load.commit();
    expect(load.rows).toBe(20);
    expect(await facts()).toEqual({ count: 21, sum: 190 + 1000 });
  });

  it('commits a chunk without a row', async () => {
    const load = await FactLoad.begin(database.pool, star, 1);
    await load.pause();
    await load.commit();
    expect(load.rows).toBe(0);
  });

  it('says what the server had against the rows, and leaves nothing', async () => {
    const load = await FactLoad.begin(database.pool, star, 1);
    const failing = (async () => {
      await load.write(encode(0, 1000, 1));
      await load.write(encode(-5, 1, 1));
      for (let i = 0; i < 200; i++) await load.write(encode(0, 10_000, 1));
      await load.pause();
    })();
    await expect(failing).rejects.toThrow(/check constraint/);
    load.giveUp(new Error('test'));
    expect(await facts()).toEqual({ count: 0, sum: 0 });
  });

  it('fails when the connection is cut, whether it is copying, waiting or idle', async () => {
    const cut = async (client: PoolClient) => {
      await database.pool.query('select pg_terminate_backend($1, 5000)', [backendOf(client)]);
    };
    const copying = await FactLoad.begin(database.pool, star, 1);
    await copying.write(encode(0, 100_000, 1));
    await cut(copying.client);
    await expect(copying.pause()).rejects.toThrow();
    copying.giveUp(new Error('test'));

    const writing = await FactLoad.begin(database.pool, star, 1);
    await writing.write(encode(0, 100_000, 1));
    await cut(writing.client);
    const endless = (async () => {
      for (;;) await writing.write(encode(0, 100_000, 1));
    })();
    await expect(endless).rejects.toThrow();
    writing.giveUp(new Error('test'));

    const idle = await FactLoad.begin(database.pool, star, 1);
    await cut(idle.client);
    await expect(idle.commit()).rejects.toThrow();
    idle.giveUp(new Error('test'));
    expect(await facts()).toEqual({ count: 0, sum: 0 });
  });

  it('does not mistake a rolled back commit for a commit', async () => {
    const load = await FactLoad.begin(database.pool, star, 1);
    await load.client.query('select 1 / 0').catch(() => undefined);
    await expect(load.commit()).rejects.toThrow(/rolled back/);
    load.giveUp(new Error('test'));
  });
});
