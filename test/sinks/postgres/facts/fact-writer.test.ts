import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChunkTransaction } from '../../../../ledger/chunk-transaction.ts';
import { FactWriter } from '../../../../sinks/postgres/facts/fact-writer.ts';
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
  keyed: null,
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

/** Each of another chunk: the server may still be ending the transaction before. */
let chunks = 0;

async function begin() {
  const transaction = new ChunkTransaction(database.pool, [++chunks]);
  const client = await transaction.open();
  const writer = new FactWriter(transaction, star);
  const giveUp = () => {
    writer.abort();
    transaction.giveUp(new Error('test'));
  };
  return { transaction, client, writer, giveUp };
}

describe('the facts of a chunk', () => {
  it('copies rows that the caller overwrites at once, and counts them', async () => {
    const { transaction, writer } = await begin();
    const shared = new Uint8Array(1000 * 18);
    for (let batch = 0; batch < 300; batch++) {
      shared.set(encode(batch * 1000, 1000, 5));
      await writer.write(shared);
      shared.fill(0xff);
    }
    await writer.pause();
    expect(writer).toMatchObject({ rows: 300_000, bytes: 300_000 * 18 });
    expect(await facts()).toEqual({ count: 0, sum: 0 });
    await transaction.commit();
    expect(await facts()).toEqual({ count: 300_000, sum: (300_000 * 299_999) / 2 });
  });

  it('makes way for statements of the transaction, and goes on after them', async () => {
    const { transaction, writer } = await begin();
    await writer.write(encode(0, 10, 1));
    await transaction.run((client) => client.query('insert into star."fact ""odd""" (number) values (1000)'));
    await writer.write(encode(10, 10, 1));
    await writer.pause();
    await transaction.commit();
    expect(writer.rows).toBe(20);
    expect(await facts()).toEqual({ count: 21, sum: 190 + 1000 });
  });

  it('commits a chunk without a row', async () => {
    const { transaction, writer } = await begin();
    await writer.pause();
    await transaction.commit();
    expect(writer.rows).toBe(0);
  });

  it('says what the server had against the rows, and leaves nothing', async () => {
    const { writer, giveUp } = await begin();
    const failing = (async () => {
      await writer.write(encode(0, 1000, 1));
      await writer.write(encode(-5, 1, 1));
      for (let i = 0; i < 200; i++) await writer.write(encode(0, 10_000, 1));
      await writer.pause();
    })();
    await expect(failing).rejects.toThrow(/check constraint/);
    giveUp();
    expect(await facts()).toEqual({ count: 0, sum: 0 });
  });

  it('fails when the connection is cut, whether it is copying, waiting or idle', async () => {
    const cut = async (client: PoolClient) => {
      await database.pool.query('select pg_terminate_backend($1, 5000)', [backendOf(client)]);
    };
    const copying = await begin();
    await copying.writer.write(encode(0, 100_000, 1));
    await cut(copying.client);
    await expect(copying.writer.pause()).rejects.toThrow();
    copying.giveUp();

    const writing = await begin();
    await writing.writer.write(encode(0, 100_000, 1));
    await cut(writing.client);
    const endless = (async () => {
      for (;;) await writing.writer.write(encode(0, 100_000, 1));
    })();
    await expect(endless).rejects.toThrow();
    writing.giveUp();

    const idle = await begin();
    await cut(idle.client);
    await expect(idle.transaction.commit()).rejects.toThrow();
    idle.giveUp();
    expect(await facts()).toEqual({ count: 0, sum: 0 });
  });
});
