/** What every sink keeps of its contract (sinks/contract.ts), whatever it writes to. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Int32Vector, Vector } from '../../kernel/columns/vectors.ts';
import { createKernel } from '../../kernel/kernel.ts';
import type { Kernel } from '../../kernel/types.ts';
import { ChunkTransaction } from '../../ledger/chunk-transaction.ts';
import type { LedgerChunk, LedgerFile, LedgerPart } from '../../ledger/ledger.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { defineDataset, integer, lookup, text } from '../../model/index.ts';
import type { Account, ChunkToWrite, Sink } from '../../sinks/contract.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';
import { GrowingDictionary, vectorOf } from './lake/support.ts';

/** What is written: ids, each with a region; members of both kinds of keys follow from the region. */
export const dataset = compileDataset(
  defineDataset({
    name: 'trial',
    columns: { id: integer({ required: true }), region: text() },
    star: {
      fact: 'fact_trial',
      dimensions: {
        region_key: lookup('dim_region', { name: 'region' }),
        hashed_key: lookup('dim_hashed', { name: 'region' }, {}, { keys: 'hashed' }),
      },
      columns: ['id'],
    },
  }),
);

/** A sink and how to look at it from outside. */
export interface SinkUnderTest {
  readonly sink: Sink;
  /** Ids of the file's rows that a reader finds, who does not know of the ledger. In any order. */
  visible(fileId: number): Promise<number[]>;
  /** What there is beside that: staged and not published. */
  leftovers(): Promise<string[]>;
}

export function sinkConformance(name: string, open: (database: TestDatabase) => Promise<SinkUnderTest>) {
  let database: TestDatabase;
  let tested: SinkUnderTest;
  let kernel: Kernel;

  beforeAll(async () => {
    database = await testDatabase();
    kernel = await createKernel();
  });
  beforeEach(async () => {
    await database.pool.query('drop schema if exists star cascade');
    tested = await open(database);
    await tested.sink.setUp(dataset);
  });
  afterAll(() => database.drop());

  const fileOf = (fileId: number, link: LedgerFile['link'] = null) =>
    ({ fileId, dataset: dataset.name, name: `${fileId}.csv`, link, seenAt: new Date(0) }) as LedgerFile;

  /** Chunk `number` of a file; its id follows from both. */
  function toWrite(
    fileId: number,
    number = 0,
    { fencingToken = 1, link = null }: Partial<Pick<LedgerFile, 'link'> & { fencingToken: number }> = {},
  ): ChunkToWrite {
    return {
      dataset,
      file: fileOf(fileId, link),
      ...{ chunkId: 100 * fileId + number, chunkNumber: number, fencingToken, byteStart: 0, byteEnd: 99 },
      ...{ kernel, stopwatch: { lap: () => {} }, signal: new AbortController().signal },
    };
  }

  async function openChunk(chunk: ChunkToWrite) {
    const transaction = new ChunkTransaction(database.pool, [chunk.chunkId]);
    return { transaction, chunk: await tested.sink.open({ ...chunk, transaction }) };
  }

  /** As a worker writes a chunk of these ids, to its end. */
  async function load(chunk: ChunkToWrite, ids: readonly number[]): Promise<Account> {
    const { transaction, chunk: opened } = await openChunk(chunk);
    await opened.write(batchOf(ids));
    const account = await opened.prepare();
    await opened.publish();
    await transaction.commit();
    return account;
  }

  const seen = async (fileId: number) => (await tested.visible(fileId)).sort((a, b) => a - b);
  const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

  /** As the ledger has chunks that were committed with these accounts. */
  function counted(fileId: number, accounts: readonly Account[]) {
    const chunks = accounts.map(({ rows, bytes }, number) => ({
      ...{ fileId, number, chunkId: 100 * fileId + number },
      accounts: { [tested.sink.name]: { rows, bytes } },
    })) as unknown as LedgerChunk[];
    const parts = accounts.flatMap(({ parts = [] }) => parts) as unknown as LedgerPart[];
    return { definition: dataset, chunks, parts };
  }

  describe(`the ${name} as a sink`, () => {
    it('shows a chunk when it is published and committed, and not before', async () => {
      const { transaction, chunk } = await openChunk(toWrite(1));
      await chunk.write(batchOf(range(1, 1000)));
      await chunk.write(batchOf(range(1001, 500)));
      const account = await chunk.prepare();
      expect(account.rows).toBe(1500);
      expect(account.bytes).toBeGreaterThan(0);
      expect(await seen(1)).toEqual([]);
      await chunk.publish();
      const { transactional } = tested.sink.capabilities;
      expect(await seen(1)).toEqual(transactional ? [] : range(1, 1500));
      await transaction.commit();
      expect(await seen(1)).toEqual(range(1, 1500));
      await expect.poll(() => tested.leftovers()).toEqual([]);
    });

    it('is set up again without harm, and so that its SQL can be run', async () => {
      await load(toWrite(1), range(1, 30));
      await Promise.all([tested.sink.setUp(dataset), tested.sink.setUp(dataset)]);
      for (const statement of tested.sink.ddl(dataset)) await database.pool.query(statement);
      await load(toWrite(2), range(31, 30));
      expect(await seen(1)).toEqual(range(1, 30));
      expect(await seen(2)).toEqual(range(31, 30));
    });

    it('keeps rows whose batch is overwritten after it was written', async () => {
      const { transaction, chunk } = await openChunk(toWrite(1));
      const batch = batchOf(range(1, 100));
      await chunk.write(batch);
      (batch.vectors.get('id') as Int32Vector).values.fill(-1);
      await chunk.write(batchOf(range(101, 100)));
      await chunk.prepare();
      await chunk.publish();
      await transaction.commit();
      expect(await seen(1)).toEqual(range(1, 200));
    });

    it('takes a chunk without rows, and does not count rejects', async () => {
      const { transaction, chunk } = await openChunk(toWrite(1));
      const reject = { byteOffset: 0, byteLength: 3, line: 1, column: null, raw: 'a,b' };
      await chunk.writeRejects?.([{ ...reject, code: 'LF_REJECT_TYPE', message: 'no id' }]);
      expect((await chunk.prepare()).rows).toBe(0);
      await chunk.publish();
      await transaction.commit();
      expect(await seen(1)).toEqual([]);
    });

    it.each(['opened', 'written', 'prepared'])(
      'leaves nothing of a chunk that is aborted when %s',
      async (when) => {
        const { transaction, chunk } = await openChunk(toWrite(1));
        if (when !== 'opened') await chunk.write(batchOf(range(1, 100)));
        if (when === 'prepared') await chunk.prepare();
        await chunk.abort();
        transaction.giveUp(new Error('test'));
        expect(await seen(1)).toEqual([]);
        await expect.poll(() => tested.leftovers()).toEqual([]);
      },
    );

    it('has a chunk once that is published and not committed, and then repeated', async () => {
      const first = await openChunk(toWrite(1));
      await first.chunk.write(batchOf(range(1, 100)));
      await first.chunk.prepare();
      await first.chunk.publish();
      first.transaction.giveUp(new Error('killed'));
      await expect
        .poll(() => load(toWrite(1, 0, { fencingToken: 2 }), range(1, 100)).catch(() => null))
        .toMatchObject({ rows: 100 });
      expect(await seen(1)).toEqual(range(1, 100));
    });

    it('commits the chunks of a group together, without those that were aborted', async () => {
      const group = tested.sink.openGroup(dataset);
      const accounts: Account[] = [];
      for (const fileId of [1, 2, 3]) {
        const chunk = await group.open(toWrite(fileId));
        await chunk.write(batchOf(range(100 * fileId, 50)));
        accounts.push(await chunk.prepare());
        if (fileId === 2) await chunk.abort();
      }
      expect(accounts.map(({ rows }) => rows)).toEqual([50, 50, 50]);
      const transaction = new ChunkTransaction(database.pool, [100, 300]);
      const complete = await group.prepare(transaction);
      for (const [chunkId, { rows, bytes }] of complete) {
        expect([100, 300]).toContain(chunkId);
        expect({ rows, hasBytes: bytes > 0 }).toEqual({ rows: 50, hasBytes: true });
      }
      for (const fileId of [1, 2, 3]) expect(await seen(fileId)).toEqual([]);
      await group.publish();
      await transaction.commit();
      for (const fileId of [1, 3]) expect(await seen(fileId)).toEqual(range(100 * fileId, 50));
      expect(await seen(2)).toEqual([]);
      await expect.poll(() => tested.leftovers()).toEqual([]);
    });

    it.each([false, true])('leaves nothing of a group that is aborted (prepared: %s)', async (prepared) => {
      const group = tested.sink.openGroup(dataset);
      const chunk = await group.open(toWrite(1));
      await chunk.write(batchOf(range(1, 50)));
      await chunk.prepare();
      const transaction = new ChunkTransaction(database.pool, [100]);
      if (prepared) await group.prepare(transaction);
      const aborted = group.abort();
      transaction.giveUp(new Error('test'));
      await aborted;
      expect(await seen(1)).toEqual([]);
      await expect.poll(() => tested.leftovers()).toEqual([]);
    });

    it.each([false, true])('counts what it has of each file (recount: %s)', async (recount) => {
      const accounts = [await load(toWrite(1, 0), range(1, 30)), await load(toWrite(1, 1), range(31, 12))];
      const other = [await load(toWrite(2), range(1, 5))];
      const files = [counted(1, accounts), counted(2, other)];
      const counts = await tested.sink.count(files, { recount });
      expect(counts.map(({ rows }) => rows)).toEqual([42, 5]);
      expect(counts.map(({ counts }) => [...new Set(Object.values(counts))])).toEqual([[42], [5]]);
      expect(counts.flatMap(({ faults = [] }) => faults)).toEqual([]);
    });

    it('counts again what is gone since', async () => {
      const file = counted(1, [await load(toWrite(1), range(1, 30))]);
      await removed(1);
      const [count] = await tested.sink.count([file], { recount: true });
      expect(count.rows).toBe(0);
    });

    /** As an undo removes a file. */
    async function removed(fileId: number): Promise<void> {
      const file = fileOf(fileId);
      const client = await database.pool.connect();
      try {
        await client.query('begin');
        const chunkIds = [100 * fileId, 100 * fileId + 1];
        await tested.sink.remove(client, {
          file,
          definition: dataset,
          chunkIds,
          ended: true,
          snapshotId: null,
        });
        await client.query('commit');
      } finally {
        client.release();
      }
      await tested.sink.sweep(file);
    }

    it('removes a file, and no other', async () => {
      await load(toWrite(1, 0), range(1, 30));
      await load(toWrite(1, 1), range(31, 10));
      await load(toWrite(11), range(1, 5));
      await removed(1);
      expect(await seen(1)).toEqual([]);
      expect(await seen(11)).toEqual(range(1, 5));
      await removed(1);
      await removed(12);
      expect(await seen(11)).toEqual(range(1, 5));
    });

    it('sweeps what a killed worker had prepared', async () => {
      const { transaction, chunk } = await openChunk(toWrite(1));
      await chunk.write(batchOf(range(1, 100)));
      await chunk.prepare();
      transaction.giveUp(new Error('killed'));
      await tested.sink.sweep(fileOf(1));
      expect(await seen(1)).toEqual([]);
      await expect.poll(() => tested.leftovers()).toEqual([]);
    });

    it('keeps a version that replaces another out of sight until it is moved', async () => {
      const { versions } = tested.sink;
      if (versions === undefined) return;
      const file = fileOf(1, 'replaces');
      await versions.makeStaging(dataset, file);
      await versions.makeStaging(dataset, file);
      await load(toWrite(1, 0, { link: 'replaces' }), range(1, 30));
      expect(await seen(1)).toEqual([]);
      const client = await database.pool.connect();
      try {
        await versions.moveStaged(client, dataset, file);
      } finally {
        client.release();
      }
      expect(await seen(1)).toEqual(range(1, 30));
      await versions.dropStaging();
    });
  });
}

const dictionary = new GrowingDictionary();

/** A batch of these ids; the vectors are its own. */
function batchOf(ids: readonly number[]) {
  const regions = ids.map((id) => (id % 10 === 0 ? null : `region ${id % 7}`));
  const id = vectorOf({ name: 'id', logical: { type: 'integer' } }, ids);
  const named = { name: 'region', logical: { type: 'text' }, kind: 'dictionary' } as const;
  const vectors = new Map<string, Vector>([
    ['id', id],
    ['region', vectorOf(named, regions, dictionary)],
  ]);
  return { rows: ids.length, vectors };
}
