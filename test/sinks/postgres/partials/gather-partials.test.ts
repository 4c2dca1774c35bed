/** Rollups that workers' results were added to are those that are built from the facts. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createKernel } from '../../../../kernel/kernel.ts';
import type { Kernel } from '../../../../kernel/types.ts';
import { ChunkTransaction } from '../../../../ledger/chunk-transaction.ts';
import { ledgerRollups } from '../../../../ledger/tables/rollups.ts';
import type { CompiledDataset } from '../../../../model/compiled.ts';
import * as r from '../../../../model/language/rollups.ts';
import { inTransaction } from '../../../../platform/database/transaction.ts';
import type { ChunkToWrite } from '../../../../sinks/contract.ts';
import { partialTables } from '../../../../sinks/postgres/partials/partial-tables.ts';
import { keptValues } from '../../../../sinks/postgres/rollups/apply-delta.ts';
import { definitionSql } from '../../../../sinks/postgres/rollups/definition-sql.ts';
import {
  applyRollups,
  emptyRollups,
  forgetChunks,
  liveRollup,
} from '../../../../sinks/postgres/rollups/index.ts';
import { rollupsOf } from '../../../../sinks/postgres/rollups/make-rollups.ts';
import { settle } from '../../../../sinks/postgres/rollups/settle-rollup.ts';
import { stateNames } from '../../../../sinks/postgres/rollups/state-tables.ts';
import { StarSink } from '../../../../sinks/postgres/star-sink.ts';
import { Stopwatch } from '../../../../workers/stopwatch.ts';
import { column, planOf } from '../../../kernel/read.ts';
import { type TestDatabase, testDatabase } from '../../../support/index.ts';
import { below, dataset, pick, type Random, randomBatch, randomOf, randomRollup } from './random-rollups.ts';

let database: TestDatabase;
let kernel: Kernel;
let sink: StarSink;
let chunks = 0;
beforeAll(async () => {
  database = await testDatabase();
  kernel = await createKernel();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('drop schema if exists star cascade; delete from landfall.rollup');
  sink = new StarSink(database.pool);
});

const file = { fileId: 1, name: 'f', link: null };

/** A chunk of random rows, or the rows of several, committed. Returns its number. */
async function load(of: CompiledDataset, random: Random, worker: CompiledDataset = of): Promise<number> {
  const chunkId = ++chunks;
  const transaction = new ChunkTransaction(database.pool, [chunkId]);
  const chunk = await sink.open({ ...chunkToWrite(worker, chunkId), transaction });
  for (let n = below(random, 3); n >= 0; n--) {
    kernel.begin(planOf([column({ kind: 'utf8' })]), { byteStart: 0, skipBytes: 0 });
    await chunk.write(randomBatchOf(of, random));
  }
  await chunk.prepare();
  await transaction.commit();
  return chunkId;
}

function chunkToWrite(of: CompiledDataset, chunkId: number): ChunkToWrite {
  const place = { chunkId, chunkNumber: 0, fencingToken: 1, byteStart: 0, byteEnd: 1 };
  const { signal } = new AbortController();
  return { dataset: of, file, ...place, kernel, stopwatch: new Stopwatch(), signal };
}

function randomBatchOf({ star }: CompiledDataset, random: Random) {
  const { batch } = randomBatch(star!, random, 1 + below(random, 200), pick(random, [0, 0.2]));
  const keys = Int32Array.from({ length: batch.rows }, () => below(random, 3));
  const texts = ['a', 'b', 'c'];
  const dictionary = {
    size: 3,
    text: (code: number) => texts[code],
    bytes: (code: number) => Buffer.from(texts[code]),
  };
  const plain = { length: batch.rows, validity: null, nullCount: 0 };
  batch.vectors.set('key', { kind: 'dictionary', values: keys, dictionary, ...plain });
  return batch;
}

/** Adds the chunks of a file that becomes done. */
async function end(
  of: CompiledDataset,
  chunkIds: readonly number[],
  facts = 'star.fact',
  chunkFiles = chunkIds,
): Promise<void> {
  await inTransaction(database.pool, async (client) => {
    const added = [{ sql: `select * from ${facts} where chunk_id = any($1)`, values: [chunkIds] }];
    const delta = { added, removed: [], chunkIds, chunkFiles };
    await applyRollups(client, of.name, of.star!, delta, { ending: [], leaving: [] });
  });
}

/** Takes the chunks of a file out. Their facts are gone before, unless they may be read. */
async function undo(
  of: CompiledDataset,
  chunkIds: readonly number[],
  { reads = false }: { readonly reads?: boolean } = {},
): Promise<void> {
  await inTransaction(database.pool, async (client) => {
    const forget = () => client.query('delete from star.fact where chunk_id = any($1)', [chunkIds]);
    if (!reads) await forget();
    const removed = [{ sql: 'select * from star.fact where chunk_id = any($1)', values: [chunkIds] }];
    const delta = { added: [], removed, removedChunks: chunkIds };
    await applyRollups(client, of.name, of.star!, delta, { ending: [], leaving: [] });
    await forget();
  });
}

/** What plain SQL says of the facts. */
async function wanted(of: CompiledDataset): Promise<string[]> {
  const found: string[] = [];
  for (const stored of rollupsOf(of)) {
    const { rows } = await database.pool.query<{ row: string }>(
      `select to_jsonb(d)::text as row from (${definitionSql(stored, 'select * from star.fact')}) d`,
    );
    found.push(...rows.map(({ row }) => row));
  }
  return found.sort();
}

async function shown(of: CompiledDataset): Promise<string[]> {
  const views = rollupsOf(of).map(
    (stored) => `select to_jsonb(r)::text as row from ${stateNames(stored).view} r`,
  );
  const { rows } = await database.pool.query<{ row: string }>(views.join(' union all '));
  return rows.map(({ row }) => row).sort();
}

/** The states of all rollups, as texts, without the numbers of their groups. */
async function states(of: CompiledDataset): Promise<string[]> {
  const found: string[] = [];
  for (const stored of rollupsOf(of)) {
    const { state, values, view } = stateNames(stored);
    const shown = await database.pool.query<{ row: string }>(
      `select to_jsonb(r)::text as row from ${view} r order by 1`,
    );
    found.push(...shown.rows.map(({ row }) => row));
    const tables = [
      `select (to_jsonb(s) - '_group')::text as row from ${state} s`,
      ...[...values.values()].map(
        (table) =>
          `select (to_jsonb(s) - '_group')::text || (to_jsonb(v) - '_group')::text as row
           from ${table} v join ${state} s using (_group)`,
      ),
    ];
    for (const sql of tables) {
      const { rows } = await database.pool.query<{ row: string }>(`${sql} order by 1`);
      found.push(...rows.map(({ row }) => `${stored.rollup.name} ${row}`));
    }
  }
  return found;
}

/** Builds all rollups again, from the facts. */
async function rebuild(of: CompiledDataset): Promise<void> {
  const { rows } = await database.pool.query<{ name: string }>(
    `select format('star.%I', relname) as name from pg_class
     where relnamespace = 'star'::regnamespace and relkind = 'r' and relname like '\\_%'`,
  );
  for (const { name } of rows) await database.pool.query(`drop table ${name} cascade`);
  await database.pool.query('delete from landfall.rollup');
  await new StarSink(database.pool).setUp(of);
  // As the next file's end does.
  await inTransaction(database.pool, async (client) => {
    for (const one of await ledgerRollups(client, of.name)) await settle(client, [liveRollup(of.name, one)]);
  });
}

/** How many rows of partial results there are. `unneeded`: only of values that no undo counts. */
async function left(of: CompiledDataset, unneeded = false): Promise<number> {
  let sum = 0;
  for (const rollup of await ledgerRollups(database.pool, of.name)) {
    const live = liveRollup(of.name, rollup);
    const counted = keptValues(live).map(({ id }) => id);
    for (const { values, sql } of partialTables(live.stored)) {
      if (unneeded && (values === null || counted.includes(values))) continue;
      const { rows } = await database.pool.query<{ count: number }>(`select count(*)::int from ${sql}`);
      sum += rows[0].count;
    }
  }
  return sum;
}

/** Values that hardly repeat are not kept, once there are many: the state is then another one. */
const randomDataset = (random: Random) =>
  dataset({ one: randomRollup(random), two: randomRollup(random), three: randomRollup(random) });

describe('results of workers', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'give the state that the facts give, and take it off (seed %i)',
    async (seed) => {
      const random = randomOf(seed * 7919);
      const of = randomDataset(random);
      await sink.setUp(of);
      const files: number[][] = [];
      const ended = async () => {
        files.push([await load(of, random), await load(of, random)]);
        // The facts are not read: they seem to be gone.
        await end(of, files[files.length - 1], '(select * from star.fact limit 0)');
      };
      for (let n = 0; n < 3; n++) await ended();
      expect(await left(of, true)).toBe(0);
      const found = await states(of);
      await rebuild(of);
      expect(found).toEqual(await states(of));

      // The first file is in what was built from facts.
      await ended();
      for (const file of [files[3], files[0]]) {
        await undo(of, file);
        expect(await shown(of)).toEqual(await wanted(of));
      }
      for (const file of [files[1], files[2]]) await undo(of, file);
      expect(await states(of)).toEqual([]);
      expect(await left(of)).toBe(0);
    },
  );

  it('give one piece for the extremes of a group and file, which an undo takes out', async () => {
    const random = randomOf(23);
    const measures = {
      ...{ rows: r.count(), least: r.min('at'), most: r.max('at'), name: r.max('name'), any: r.min('yes') },
      ...{ first: r.firstBy('name', 'at'), last: r.lastBy('id', 'on') },
    };
    const of = dataset({ one: { kind: 'rollup', by: ['the_key', 'yes'], measures } as r.Rollup });
    await sink.setUp(of);
    const files: number[][] = [];
    for (let n = 0; n < 4; n++) files.push([await load(of, random), await load(of, random)]);
    const none = '(select * from star.fact limit 0)';
    await end(of, files[0], none, [1, 1]);
    await end(of, files.slice(1).flat(), none, [2, 2, 3, 3, 4, 4]);
    const [stored] = rollupsOf(of);
    for (const pieces of stateNames(stored).pieces.values()) {
      const { rows } = await database.pool.query(
        `select max(n)::int as most from (select count(*) as n from ${pieces} group by _group) p`,
      );
      expect(rows[0].most).toBe(4);
    }
    for (const file of [files[2], files[0]]) {
      const before = await shown(of);
      await undo(of, file);
      const after = await shown(of);
      expect(after).not.toEqual(before);
      expect(after).toEqual(await wanted(of));
    }
  });

  it.each([1, 2, 3, 4])(
    'add counts, sums, least and greatest values in one statement for each rollup (seed %i)',
    async (seed) => {
      const random = randomOf(seed * 104_729);
      const rollup = () => {
        const by = [...new Set([pick(random, ['the_key', 'yes']), pick(random, ['name', 'whole', 'on'])])];
        const value = pick(random, ['small', 'big', 'money', 'on', 'at', 'name', 'yes']);
        const added = pick(random, ['small', 'whole', 'big', 'money', 'long', 'real'] as const);
        const measures = {
          ...{ rows: r.count(), sum: r.sum(added) },
          ...(random() < 0.7 && { least: r.min(value), most: r.max(value) }),
        };
        return { kind: 'rollup', by, measures } as r.Rollup;
      };
      const of = dataset({ one: rollup(), two: rollup(), three: rollup(), four: rollup() });
      await sink.setUp(of);
      const statements = vi.spyOn(pg.Client.prototype, 'query');
      onTestFinished(() => statements.mockRestore());
      const none = '(select * from star.fact limit 0)';
      const files: number[][] = [];
      for (let n = 0; n < 4; n++) {
        files.push([await load(of, random), await load(of, random)]);
        statements.mockClear();
        await end(of, files[n], none);
        const sent = statements.mock.calls.map(([text]) => String(text));
        expect(sent.filter((text) => /temporary|analyze/.test(text))).toEqual([]);
        expect(sent.filter((text) => /\b(insert|delete)\b/.test(text))).toHaveLength(rollupsOf(of).length);
        expect(await shown(of)).toEqual(await wanted(of));
      }
      const found = await states(of);
      await rebuild(of);
      expect(found).toEqual(await states(of));
      for (const some of files) {
        await undo(of, some);
        expect(await shown(of)).toEqual(await wanted(of));
      }
      expect(await states(of)).toEqual([]);
    },
  );

  it('may have a group column of any name', async () => {
    const random = randomOf(29);
    const by = [r.hourOf('at', { as: 'key' })];
    const measures = { rows: r.count(), last: r.max('at'), values: r.countDistinct('whole') };
    const of = dataset({
      one: { kind: 'rollup', by, measures } as r.Rollup,
      two: { kind: 'rollup', by, measures: { rows: r.count(), last: r.max('at') } } as r.Rollup,
    });
    await sink.setUp(of);
    const file = [await load(of, random)];
    await end(of, file, '(select * from star.fact limit 0)');
    expect(await shown(of)).toEqual(await wanted(of));
    await undo(of, file);
    expect(await states(of)).toEqual([]);
  });

  it('of a group of chunks are those of each', async () => {
    const random = randomOf(5);
    const of = randomDataset(random);
    await sink.setUp(of);
    const group = sink.openGroup(of);
    const chunkIds = [++chunks, ++chunks, ++chunks];
    for (const chunkId of chunkIds) {
      const chunk = await group.open(chunkToWrite(of, chunkId));
      kernel.begin(planOf([column({ kind: 'utf8' })]), { byteStart: 0, skipBytes: 0 });
      await chunk.write(randomBatchOf(of, random));
      await chunk.prepare();
    }
    const transaction = new ChunkTransaction(database.pool, chunkIds);
    await group.prepare(transaction);
    await transaction.commit();
    for (const chunkId of chunkIds) await end(of, [chunkId], '(select * from star.fact limit 0)');
    const found = await states(of);
    await rebuild(of);
    expect(found).toEqual(await states(of));
  });

  it('are not used where a chunk lacks them, or has those of another rollup', async () => {
    const random = randomOf(11);
    const rollup = { kind: 'rollup', by: ['the_key'], measures: { rows: r.count() } } as r.Rollup;
    const other = { ...rollup, measures: { rows: r.count(), sum: r.sum('whole') } } as r.Rollup;
    const of = dataset({ one: rollup });
    await sink.setUp(of);
    const without = dataset({});
    const mixed = [await load(of, random), await load(of, random, without)];
    await end(of, mixed);
    await end(of, [await load(of, random, dataset({ one: other }))]);
    expect(await left(of)).toBe(0);
    await end(of, [await load(of, random)], '(select * from star.fact limit 0)');
    expect(await shown(of)).toEqual(await wanted(of));
    await undo(of, mixed, { reads: true });
    const found = await states(of);
    await rebuild(of);
    expect(found).toEqual(await states(of));
  });

  it('are computed by the server on the wall clock of a zone whose clocks change', async () => {
    const random = randomOf(13);
    const of = dataset({ one: { kind: 'rollup', by: [r.hourOf('there')], measures: { rows: r.count() } } });
    await sink.setUp(of);
    expect(partialTables(rollupsOf(of)[0])).toEqual([]);
    await end(of, [await load(of, random)]);
    const found = await states(of);
    await rebuild(of);
    expect(found).toEqual(await states(of));
  });

  it('are removed with their chunk', async () => {
    const random = randomOf(17);
    const of = randomDataset(random);
    await sink.setUp(of);
    const [kept, gone] = [await load(of, random), await load(of, random)];
    await inTransaction(database.pool, (client) => forgetChunks(client, of.name, [gone]));
    const before = await left(of);
    expect(before).toBeGreaterThan(0);
    await end(of, [kept], '(select * from star.fact limit 0)');
    expect(await left(of)).toBeGreaterThan(0);
    await inTransaction(database.pool, (client) => emptyRollups(client, of.name, of.star!));
    expect(await left(of)).toBe(0);
  });
});
