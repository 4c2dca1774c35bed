import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteAbandoned } from '../../../coordinator/commands/compact/leftovers.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import { type Definition, defineDataset, integer, lookup, text } from '../../../model/index.ts';
import type { ChunkJob } from '../../../platform/queue/contract.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { rowsByChunk } from '../../../sinks/lake/shared/chunk-rows.ts';
import { openSinks } from '../../../sinks/open-sinks.ts';
import { loadGroup } from '../../../workers/pipeline/load-group.ts';
import { SharedLock } from '../../../workers/shared-lock.ts';
import { Slots } from '../../../workers/slots.ts';
import { Stopwatch } from '../../../workers/stopwatch.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { openStage, registryOf, type Stage } from '../support.ts';

const columns = { id: integer({ required: true }), place: text() };
const star = {
  fact: 'fact_visit',
  dimensions: { place_key: lookup('dim_place', { name: 'place' }) },
  columns: ['id'] as const,
};
const definitions: Readonly<Record<string, Definition>> = {
  'star and lake': defineDataset({ name: 'visits', columns, star, lake: { partitionBy: ['place'] } }),
  'packed facts and lake': defineDataset({
    name: 'visits',
    columns,
    star: { ...star, layout: 'packed' },
    lake: { partitionBy: ['place'] },
  }),
  'the lake alone': defineDataset({
    name: 'visits',
    columns,
    star: 'none',
    lake: { partitionBy: ['place'] },
  }),
};

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

/** Every other row is rejected where `flawed`. */
const csv = (from: number, rows: number, flawed = false) => {
  const line = (i: number) => `${flawed && i % 2 === 1 ? 'none' : from + i},place ${i % 5}\n`;
  return Buffer.from(`id,place\n${Array.from({ length: rows }, (_, i) => line(i)).join('')}`);
};

describe.each(Object.keys(definitions))('a group whose rows go to %s', (where) => {
  const definition = definitions[where];
  const hasStar = where !== 'the lake alone';
  let good: Stage;
  let bad: Stage;
  /** Objects in the lake, staged ones and those that are being written included. */
  const lakeFiles = async () => {
    const entries = await readdir(good.lakeUrl, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  };
  const parts = async (stage: Stage) =>
    (await stage.ledger.parts(stage.fileId)).map(({ path }) => path.split('/').at(-1)!);
  const facts = () => good.column('select id from star.fact_visit order by id');

  const group = async (jobs: readonly ChunkJob[], onPublished: () => Promise<void> = async () => {}) => {
    const lake = await openStorage(good.lakeUrl);
    const stage = lake.stage.bind(lake);
    lake.stage = async (objects) => {
      const { publish, discard } = await stage(objects);
      return { publish: () => publish().then(onPublished), discard };
    };
    return groupIn(lake, jobs);
  };
  const groupIn = async (lake: Storage, jobs: readonly ChunkJob[]) =>
    loadGroup(jobs, {
      ...{ workerId: 'test', slots: new Slots(), sharedLock: new SharedLock(), stopwatch: new Stopwatch() },
      ...{ registry: registryOf(good.dataset), ledger: good.ledger, pool: database.pool, lake },
      kernel: await createKernel({ batchRows: 256 }),
      sinks: openSinks({ pool: database.pool, lake }),
      signal: new AbortController().signal,
    });

  it.each(['first', 'last'])(
    'keeps nothing of a chunk that fails half way, and all others (it is the %s)',
    async (place) => {
      good = await openStage(database, definition, csv(1, 300));
      // More rejects than memory keeps are found when thousands of rows are written.
      bad = await openStage(database, definition, csv(10_000, 9000, true));
      const [fine, broken] = [good.jobs[0], bad.jobs[0]];
      const left = await group(place === 'first' ? [broken, fine] : [fine, broken]);
      expect(left).toEqual([broken]);
      expect(await good.ledger.chunks(good.fileId)).toMatchObject([
        { state: 'committed', rows: { loaded: 300 } },
      ]);
      expect(await bad.ledger.chunks(bad.fileId)).toMatchObject([
        { state: 'planned', worker: null, accounts: {} },
      ]);
      if (hasStar) expect(await facts()).toEqual(Array.from({ length: 300 }, (_, i) => 1 + i));
      expect(await parts(bad)).toEqual([]);
      expect((await lakeFiles()).sort()).toEqual((await parts(good)).sort());

      // Alone it is loaded as if nothing had been tried before.
      const lake = await openStorage(good.lakeUrl);
      expect(await bad.load(broken, { lake })).toMatchObject({ loaded: 4500, rejected: 4500 });
      if (hasStar) expect(await facts()).toHaveLength(4800);
      const quarantined = `f${bad.fileId}-c0.parquet`;
      expect((await lakeFiles()).sort()).toEqual(
        [...(await parts(good)), ...(await parts(bad)), quarantined].sort(),
      );
    },
  );

  it('has one part in each partition, whose rows say which chunk they belong to', async () => {
    good = await openStage(database, definition, csv(1, 30));
    bad = await openStage(database, definition, csv(1001, 22, true));
    expect(await group([good.jobs[0], bad.jobs[0]])).toEqual([]);
    const lake = await openStorage(good.lakeUrl);
    const [own, other] = [await good.ledger.parts(good.fileId), await good.ledger.parts(bad.fileId)];
    expect(own).toHaveLength(5);
    expect(other.map(({ path }) => path)).toEqual(own.map(({ path }) => path));
    for (const [i, part] of own.entries()) {
      const counts = [part, other[i]].map(({ chunkId, rows }) => [chunkId, rows] as const);
      expect(await rowsByChunk(lake, { path: part.path, bytes: part.shared!.bytes })).toEqual(
        new Map(counts),
      );
      expect(part.bytes + other[i].bytes).toBeLessThanOrEqual(part.shared!.bytes);
    }
    const [chunk] = await good.ledger.chunks(good.fileId);
    expect(chunk.accounts.lake).toEqual({ rows: 30, bytes: own.reduce((sum, { bytes }) => sum + bytes, 0) });
  });

  it('keeps nothing where the transaction fails when the parts are in their places', async () => {
    good = await openStage(database, definition, csv(1, 30));
    bad = await openStage(database, definition, csv(1001, 20));
    const jobs = [good.jobs[0], bad.jobs[0]];
    let lying = 0;
    const failing = group(jobs, async () => {
      lying = (await lakeFiles()).length;
      throw new Error('a test');
    });
    await expect(failing).rejects.toThrow('a test');
    expect(lying).toBe(5);
    expect(await lakeFiles()).toEqual([]);
    expect(await good.column('select shared_id from landfall.shared_part')).toEqual([]);
    expect(await group(jobs)).toEqual([]);
    expect(await lakeFiles()).toHaveLength(5);
  });

  it('commits nothing where somebody has taken its worker for dead', async () => {
    good = await openStage(database, definition, csv(1, 30));
    bad = await openStage(database, definition, csv(1001, 20));
    const lake = await openStorage(good.lakeUrl);
    const stage = lake.stage.bind(lake);
    lake.stage = async (objects) => {
      await database.pool.query('update landfall.chunk set worker = null');
      await deleteAbandoned({ pool: database.pool, lake });
      return stage(objects);
    };
    await expect(groupIn(lake, [good.jobs[0], bad.jobs[0]])).rejects.toThrow();
    expect(await lakeFiles()).toEqual([]);
    expect(await good.column("select state from landfall.chunk where state <> 'planned'")).toEqual([]);
  });

  it('leaves nothing where it is frozen before its parts are in their places, and goes on when another has loaded its chunks', async () => {
    good = await openStage(database, definition, csv(1, 30));
    bad = await openStage(database, definition, csv(1001, 20));
    const jobs = [good.jobs[0], bad.jobs[0]];
    const lake = await openStorage(good.lakeUrl);
    const { pool } = database;
    const stage = lake.stage.bind(lake);
    let placed = 0;
    lake.stage = async (objects) => {
      const { publish, discard } = await stage(objects);
      const thaw = async () => {
        // The server ends its session, and the chunks are given to another worker.
        await pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and state = 'idle in transaction'`,
        );
        await pool.query('update landfall.chunk set worker = null');
        await deleteAbandoned({ pool, lake });
        expect(await group(jobs)).toEqual([]);
        const before = await lakeFiles();
        await publish();
        placed = (await lakeFiles()).filter((name) => !before.includes(name)).length;
      };
      return { publish: thaw, discard };
    };
    await expect(groupIn(lake, jobs)).rejects.toThrow();
    expect(placed).toBe(5);
    expect((await lakeFiles()).sort()).toEqual((await parts(good)).sort());
    for (const { fileId, ledger } of [good, bad])
      expect(await ledger.chunks(fileId)).toMatchObject([{ state: 'committed' }]);
    if (hasStar) expect(await facts()).toHaveLength(50);
    const listed = await good.column('select count(*)::int from landfall.shared_part');
    expect(listed).toEqual([5]);
  });

  it('keeps nothing where no chunk can be loaded', async () => {
    good = await openStage(database, definition, csv(1, 9000, true));
    bad = await openStage(database, definition, csv(10_000, 9000, true));
    const jobs = [good.jobs[0], bad.jobs[0]];
    expect(await group(jobs)).toEqual(jobs);
    if (hasStar) expect(await facts()).toEqual([]);
    expect(await lakeFiles()).toEqual([]);
  });
});
