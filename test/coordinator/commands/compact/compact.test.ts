/** Parts become one part beside loads, undos, replays, replacements and repairs, and wherever the process dies. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { compactDataset } from '../../../../coordinator/commands/compact/compact.ts';
import { undoFile } from '../../../../coordinator/commands/undo.ts';
import { verifyFiles } from '../../../../coordinator/commands/verify.ts';
import { createKernel } from '../../../../kernel/kernel.ts';
import type { Storage } from '../../../../platform/storage/contract.ts';
import { openStorage } from '../../../../platform/storage/index.ts';
import { StarSink } from '../../../../sinks/postgres/star-sink.ts';
import { repairFile } from '../../../../workers/rebuild/repair-file.ts';
import { randomFrom } from '../../../support/random.ts';
import { contextOf } from '../../support.ts';
import { CompactedSite } from './support.ts';

/** What is done at a crash point: a death, or something beside. */
const passing = vi.hoisted(() => ({ at: '', act: () => {} }));
vi.mock('../../../../platform/errors/crash-points.ts', async (original) => ({
  ...(await original<object>()),
  crashPoint(name: string) {
    if (passing.at !== name) return;
    passing.at = '';
    passing.act();
  },
}));

let site: CompactedSite;
beforeAll(async () => {
  site = await CompactedSite.open();
});
afterEach(async () => {
  passing.at = '';
});
afterAll(() => site.rig.close());

const one = async (sql: string) => (await site.rig.column(sql))[0];
const parts = () => one('select count(distinct path)::int from landfall.manifest');
const undo = async (fileId: number) => undoFile(await contextOf(site.rig), fileId, 'a test');

/** Loads small files and returns their numbers. */
async function loadSome(count: number, rows = 12): Promise<number[]> {
  const ids: number[] = [];
  for (let i = 0; i < count; i++) ids.push(await site.load(`${next}.csv`, 100 * next++, rows));
  return ids;
}
let next = 1;

async function repair(fileId: number) {
  const context = await contextOf(site.rig);
  const { signal } = new AbortController();
  const rest = { star: new StarSink(context.pool), kernel: await createKernel(), signal };
  return repairFile(fileId, { ...context, ...rest });
}

/** Runs `work` when the lake moves a part into its place. */
async function onPublish(work: () => Promise<unknown>): Promise<Storage> {
  const lake = await openStorage(site.rig.config.lakeUrl);
  const moveFrom = lake.moveFrom.bind(lake);
  lake.moveFrom = async (...move) => {
    await work();
    return moveFrom(...move);
  };
  return lake;
}

it('makes a part a partition of what small files have loaded, and says so in numbers', async () => {
  await loadSome(5, 30);
  const before = await site.lakeRows();
  const planned = await site.compact({ dryRun: true });
  expect(planned).toMatchObject({ partitions: { all: 3, compacted: 3, open: 0 }, bytes: { after: null } });
  const count = await parts();
  expect(count).toBeGreaterThan(15);
  const compacted = await site.compact({ keepSeconds: 60 });
  expect(compacted).toMatchObject({
    ...{ dataset: 'sales', partitions: planned.partitions, rowsDropped: 0, skipped: [] },
    parts: { before: count, after: 3 },
    deleted: { parts: 0, bytes: 0 },
  });
  expect(compacted.parts).toEqual(planned.parts);
  expect(compacted.bytes.before).toBe(planned.bytes.before);
  expect(compacted.bytes.after!).toBeLessThan(compacted.bytes.before / 3);
  expect(await parts()).toBe(3);
  expect(await site.lakeRows()).toEqual(before);
  await site.expectSound();
  // Readers that began before still find the parts that they have a list of.
  expect((await site.rig.files('lake/sales')).length).toBe((count as number) + 3);
  const again = await site.compact();
  expect(again).toMatchObject({ parts: { before: 3, after: 3 }, bytes: { before: 0, after: 0 } });
  expect(again.deleted).toEqual({ parts: count, bytes: compacted.bytes.before });
  expect((await site.rig.files('lake/sales')).length).toBe(3);
  expect(
    await one(
      'select sum(bytes)::int <= (select sum(bytes) from landfall.shared_part) from landfall.manifest',
    ),
  ).toBe(true);
  await site.expectSound();
});

it('compacts the partitions that it is asked for, and none that a file in flight has parts in', async () => {
  await loadSome(3);
  const asked = await site.compact({ partitions: ['shop=shop 1'], dryRun: true });
  expect(asked.partitions).toEqual({ all: 1, compacted: 1, open: 0 });
  const { pool } = site.rig.database;
  await pool.query("update landfall.file set state = 'finalising' where file_id = 3");
  const { partitions } = await site.compact();
  await pool.query("update landfall.file set state = 'done' where file_id = 3");
  expect(partitions).toEqual({ all: 3, compacted: 0, open: 3 });
  expect((await site.compact({ partitions: ['/shop=shop 1/'] })).partitions.compacted).toBe(1);
  expect((await site.compact({ minParts: 99 })).partitions.compacted).toBe(0);
  await site.expectSound();
});

it('drops what was undone from the parts that have it, and parts that have nothing else', async () => {
  const [first, second] = await loadSome(2, 20);
  await site.compact();
  const before = await parts();
  const asked = async () => {
    const rows = (await site.starRows()).map((row) => row.replace(/^\d+\|/, '')).sort();
    expect(await site.askedRows()).toEqual(rows);
  };
  await asked();
  await undo(first);
  await site.expectSound();
  await asked();
  const dropped = await site.compact({ minParts: 99 });
  expect(dropped).toMatchObject({ rowsDropped: 20, partitions: { compacted: 3 } });
  const uncounted = `select sum(s.rows)::int - (select sum(rows)::int from landfall.manifest) from landfall.shared_part s`;
  expect(await one(uncounted)).toBe(0);
  await site.expectSound();
  await undo(second);
  for (const id of (await site.rig.column(
    "select file_id from landfall.file where state = 'done'",
  )) as number[])
    await undo(id);
  expect((await site.compact()).deleted.parts).toBe(before);
  expect(await site.rig.files('lake/sales')).toEqual([]);
  expect(await one('select count(*)::int from landfall.shared_part')).toBe(0);
});

it('leaves out what is undone while a part is written', async () => {
  const [undone, kept] = await loadSome(3);
  const lake = await onPublish(() => undo(undone));
  await site.compact({}, lake);
  await site.expectSound();
  expect(await one(`select state from landfall.file where file_id = ${kept}`)).toBe('done');
  // This undo waits for the transaction in which the rows move, and then takes out what has moved.
  await loadSome(2);
  let waiting: Promise<unknown> = Promise.resolve();
  passing.at = 'compact.moved';
  passing.act = () => {
    waiting = undo(kept);
  };
  await site.compact();
  expect(passing.at).toBe('');
  await waiting;
  await site.expectSound();
  expect(await site.leftovers()).toEqual([]);
});

it('leaves the rows of a file that somebody has locked where they are', async () => {
  const [locked] = await loadSome(3);
  const { pool } = site.rig.database;
  const client = await pool.connect();
  await client.query('begin');
  await client.query('select from landfall.file where file_id = $1 for share', [locked]);
  const own = `select count(*)::int from landfall.manifest where file_id = ${locked} and _chunk is null`;
  await site.compact();
  expect(await one(own)).toBeGreaterThan(0);
  await client.query('rollback');
  client.release();
  await site.expectSound();
  await site.compact();
  expect(await one(own)).toBe(0);
  await site.expectSound();
});

it('is repaired chunk by chunk, and a part that is being deleted comes back', async () => {
  const ids = await loadSome(3);
  await site.compact({ keepSeconds: 60 });
  const before = await site.starRows();
  const path = String(await one(`select path from landfall.manifest where file_id = ${ids[0]} limit 1`));
  await writeFile(join(site.rig.config.lakeUrl, path), 'damaged');
  const broken = await site.compact({ keepSeconds: 60 });
  expect(broken.partitions.compacted).toBe(0);
  for (const id of ids) expect((await repair(id)).lake).toBeGreaterThan(0);
  for (const id of (await site.rig.column(
    "select file_id from landfall.file where state = 'done'",
  )) as number[])
    await repair(id);
  expect(await site.starRows()).toEqual(before);
  await site.expectSound();
  // The parts that the repair has written again were about to be deleted.
  await site.compact({ minParts: 999 });
  await site.expectSound();
  await site.compact();
  await site.expectSound();
  expect(await site.leftovers()).toEqual([]);
});

it('is verified chunk by chunk', async () => {
  const [first, second] = await loadSome(2);
  await site.compact();
  const { pool } = site.rig.database;
  const shift = (by: number) =>
    pool.query(
      `with two as (
         select distinct on (f.file_id) p.path, case when f.file_id = $1 then 1 else -1 end as sign
         from landfall.part p join landfall.file f using (file_id)
         where f.file_id in ($1, $2) and p.path like '%shop 1%' order by f.file_id, p.path
       )
       update landfall.part p set rows = p.rows + $3 * two.sign from two where p.path = two.path`,
      [first, second, by],
    );
  await shift(1);
  const verified = await verifyFiles(await contextOf(site.rig), [first, second]);
  for (const { checks } of verified)
    expect(checks.find(({ name }) => name === 'parts are there')!.detail).toMatch(
      /s\d+\.parquet has \d+ rows of chunk \d+ instead of \d+/,
    );
  await shift(-1);
  await site.expectSound();
});

it('names parts that cannot be read, and compacts the others', async () => {
  const [bad] = await loadSome(4);
  const { lakeUrl } = site.rig.config;
  const { rows } = await site.rig.database.pool.query(
    'select path, bytes::int from landfall.manifest where file_id = $1 order by path',
    [bad],
  );
  await rm(join(lakeUrl, rows[0].path));
  await writeFile(join(lakeUrl, rows[1].path), Buffer.alloc(rows[1].bytes, 7));
  const compacted = await site.compact();
  expect(compacted.skipped.map((one) => one.path).sort()).toEqual([rows[0].path, rows[1].path]);
  expect(compacted.partitions.compacted).toBe(3);
  await repair(bad);
  await site.expectSound();
  expect((await site.compact()).skipped).toEqual([]);
});

const points = ['noted', 'staged', 'published', 'moved', 'committed', 'old-deleted'] as const;
it.each(points)('leaves the lake before or after it where the process dies: %s', async (point) => {
  await loadSome(2);
  const before = await site.starRows();
  const dying = await openStorage(site.rig.config.lakeUrl);
  // A dead process neither writes nor deletes any more.
  passing.at = `compact.${point}`;
  passing.act = () => {
    const dead = () => Promise.reject(new Error('dead'));
    Object.assign(dying, { delete: dead, writer: dead, moveFrom: dead, put: dead });
    throw new Error(`died at ${point}`);
  };
  await expect(site.compact({ minParts: 2 }, dying)).rejects.toThrow(`died at ${point}`);
  expect(passing.at).toBe('');
  await site.expectSound();
  expect(await site.starRows()).toEqual(before);
  await site.compact();
  await site.expectSound();
  expect(await site.leftovers()).toEqual([]);
  expect(await one('select count(*)::int from landfall.retired_part')).toBe(0);
  expect(await one('select count(*)::int from landfall.shared_part where not listed')).toBe(0);
});

it('stops where somebody has taken it for dead', async () => {
  await loadSome(2);
  const { pool } = site.rig.database;
  passing.at = 'compact.staged';
  passing.act = () => {};
  const lake = await openStorage(site.rig.config.lakeUrl);
  const writer = lake.writer.bind(lake);
  lake.writer = async (key) => {
    await pool.query('delete from landfall.shared_part where not listed');
    return writer(key);
  };
  await expect(site.compact({}, lake)).rejects.toMatchObject({ code: 'LF_COMPACT_LOST' });
  await site.expectSound();
  for (const path of await site.leftovers()) await rm(join(site.rig.config.lakeUrl, path));
});

it.each([3])('keeps each snapshot what it was, whatever comes in between (seed %i)', async (seed) => {
  const random = randomFrom(seed);
  const seen = new Map<number, string[]>();
  const names: string[] = [];
  for (let step = 0; step < 22; step++) {
    const files = await site.rig.database.pool.query<{ file_id: number; state: string }>(
      "select file_id, state from landfall.file where state in ('done', 'undone') and parent_id is null",
    );
    const of = (state: string) => files.rows.filter((file) => file.state === state);
    switch (random.below(7)) {
      case 0:
      case 1:
      case 2:
        names.push(`seed ${seed} ${step}.csv`);
        await site.load(names[names.length - 1], 100_000 * seed + 1000 * step, 1 + random.below(40));
        break;
      case 3:
        if (names.length === 0) continue;
        await site.load(random.pick(names), 100_000 * seed + 1000 * step, 1 + random.below(40));
        break;
      case 4:
        if (of('done').length > 2) await undo(random.pick(of('done')).file_id);
        break;
      case 5: {
        if (of('undone').length === 0) continue;
        const again = await site.rig.coordinator.actions
          .replay(random.pick(of('undone')).file_id)
          .catch(() => null);
        if (again !== null) await site.settle(again);
        break;
      }
      default: {
        const limits = { minParts: 2 + random.below(3), targetBytes: random.pick([8000, 30_000]) };
        await site.compact({ ...limits, keepSeconds: random.pick([0, 60]) });
        await site.expectSound();
      }
    }
    const now = await site.expectRows();
    const at = await one("select landfall.lake_snapshot('sales')");
    if (at !== null) seen.set(Number(at), now);
    for (const [number, rows] of [...seen].filter(() => random.below(3) === 0)) {
      const then = await site.lakeRows(number).catch((error: Error) => error.message);
      if (typeof then === 'string') expect(then).toMatch(/can no longer be read/);
      else expect(then).toEqual(rows);
    }
  }
  await site.compact();
  await site.expectSound();
  expect(await site.leftovers()).toEqual([]);
});

it('waits for another process that compacts the same dataset', async () => {
  await loadSome(3);
  const both = await Promise.all([site.compact(), site.compact()]);
  expect(both.map(({ partitions }) => partitions.compacted).sort()).toEqual([0, 3]);
  await site.expectSound();
});

it('knows nothing of a dataset without parts', async () => {
  const context = await contextOf(site.rig);
  const options = { partitions: [], dryRun: false, keepSeconds: 0, targetBytes: 1, minParts: 2 };
  expect(await compactDataset(context, 'nothing', options)).toMatchObject({ parts: { before: 0, after: 0 } });
});
