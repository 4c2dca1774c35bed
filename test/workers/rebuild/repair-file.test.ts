/** Files are repaired from the archive after somebody has damaged lake or star. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { verifyFile } from '../../../coordinator/commands/verify.ts';
import { sweepSpool, sweepStaging } from '../../../coordinator/lifecycle/tidy.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import {
  bigint,
  type Definition,
  defineDataset,
  integer,
  lookup,
  text,
  unique,
  upsert,
} from '../../../model/index.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { listStaging } from '../../../platform/storage/staging-key.ts';
import { openSinks } from '../../../sinks/open-sinks.ts';
import { StarSink } from '../../../sinks/postgres/star-sink.ts';
import { repairFile } from '../../../workers/rebuild/repair-file.ts';
import { openRig, type Rig, salesCsv } from '../../coordinator/support.ts';

const columns = {
  id: bigint({ required: true }),
  shop: text({ required: true }),
  amount: integer({ required: true }),
  note: text({ optional: true }),
};
const star = {
  fact: 'fact_sale',
  dimensions: { shop_key: lookup('dim_shop', { name: 'shop' }) },
  columns: ['id', 'amount'] as const,
};
const lake = { partitionBy: ['shop'] as const };
const source = { name: 'sales', columns, lake, star, rejects: { share: 1 } };
const plain = defineDataset(source);

let rig: Rig;
afterEach(() => rig.close());

/** Loads a file of small chunks into partitions by shop. */
async function loaded(definition: Definition, name: string, content: string | Uint8Array): Promise<void> {
  rig = await openRig({ definitions: [definition], chunkBytes: 512 });
  await rig.start();
  await rig.startWorker();
  await rig.drop(`sales/${name}`, content);
  await rig.receipts(1);
}

async function tools() {
  const { pool } = rig.database;
  const { registry, config } = rig;
  const store = await openStorage(config.lakeUrl);
  return {
    ...{ pool, registry, lake: store, ledger: rig.coordinator.ledger, star: new StarSink(pool) },
    ...{ kernel: await createKernel(), signal: new AbortController().signal },
    sinks: openSinks({ pool, lake: store }),
  };
}

async function repair() {
  return repairFile(1, await tools());
}

async function broken(): Promise<string[]> {
  const { checks } = await verifyFile(await tools(), (await rig.coordinator.ledger.file(1))!);
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

/** The bytes of every part by its path. */
async function parts(): Promise<Map<string, Buffer>> {
  const paths = await rig.column('select path from landfall.part order by path');
  return new Map(paths.map((path) => [String(path), readFileSync(join(rig.config.lakeUrl, String(path)))]));
}

/** Removes, cuts and overwrites three of the parts. */
async function damage(): Promise<void> {
  const [gone, cut, scrawled] = [...(await parts())].filter((_, i) => i % 5 === 0);
  rmSync(join(rig.config.lakeUrl, gone[0]));
  writeFileSync(join(rig.config.lakeUrl, cut[0]), cut[1].subarray(0, 40));
  writeFileSync(join(rig.config.lakeUrl, scrawled[0]), Buffer.alloc(scrawled[1].length, 7));
}

it.each([
  ['x.csv', (csv: string) => csv],
  ['x.csv.gz', (csv: string) => gzipSync(csv)],
])('writes damaged parts of %s again, with the same bytes', async (name, packed) => {
  await loaded(plain, name, packed(salesCsv(200)));
  const before = await parts();
  await damage();
  expect(await broken()).toEqual(['parts are there', 'rows in the lake']);
  const { lake, star } = await repair();
  expect(lake).toBeGreaterThan(0);
  expect(star).toBe(0);
  expect(await broken()).toEqual([]);
  expect(await parts()).toEqual(before);
  expect(await repair()).toEqual({ lake: 0, star: 0 });
});

it('writes large parts again while a coordinator sweeps up what dead processes have staged', async () => {
  rig = await openRig({ definitions: [plain], chunkBytes: 16 << 20 });
  await rig.start();
  await rig.startWorker();
  const row = (i: number) => `${i},shop,${i},\n`;
  await rig.drop(
    'sales/x.csv',
    `id,shop,amount,note\n${Array.from({ length: 140_000 }, (_, i) => row(i)).join('')}`,
  );
  await rig.receipts(1);
  const before = await parts();
  for (const [path] of before) rmSync(join(rig.config.lakeUrl, path));
  const all = await tools();
  const swept: string[] = [];
  const sweep = async () => {
    await sweepStaging(all);
    await sweepSpool(all);
    for await (const { key } of listStaging(all.lake)) swept.push(key);
  };
  const writer = async (key: string) => {
    const own = await all.lake.writer(key);
    return { write: own.write.bind(own), abort: own.abort.bind(own), commit: () => own.commit().then(sweep) };
  };
  const sweeping = Object.assign(Object.create(all.lake), { writer });
  expect(await repairFile(1, { ...all, lake: sweeping })).toEqual({ lake: 1, star: 0 });
  expect(swept).toHaveLength(1);
  expect(await broken()).toEqual([]);
  expect(await parts()).toEqual(before);

  // What a repair that died has left.
  await all.lake.put(swept[0], 'part');
  await sweep();
  expect(swept).toHaveLength(1);
});

it('writes facts of damaged chunks again: those that are missing, and without those that are too many', async () => {
  await loaded(plain, 'x.csv', salesCsv(200));
  const { pool } = rig.database;
  const all = 'select md5(string_agg(f::text, $$,$$ order by id)) from star.fact_sale f';
  const [before] = await rig.column(all);
  await pool.query('delete from star.fact_sale where id = 3');
  await pool.query('insert into star.fact_sale select * from star.fact_sale where id = 190');
  expect(await broken()).toEqual(['rows in the star']);
  expect(await repair()).toEqual({ lake: 0, star: 2 });
  expect(await broken()).toEqual([]);
  expect(await rig.column(all)).toEqual([before]);
  await pool.query('drop table star.fact_sale cascade');
  await repair();
  expect(await broken()).toEqual([]);
  expect(await rig.column(all)).toEqual([before]);
});

it('leaves out rows that a unique rule has rejected', async () => {
  const definition = defineDataset({
    ...source,
    rules: (c) => ({ once: unique([c.id], { scope: 'file' }) }),
  });
  await loaded(definition, 'x.csv', `${salesCsv(100)}3,shop 3,4,again\n90,shop 6,4,again\n`);
  expect(await rig.column('select rows_rejected::int from landfall.file')).toEqual([2]);
  const before = await parts();
  for (const path of before.keys()) rmSync(join(rig.config.lakeUrl, path));
  await rig.database.pool.query('delete from star.fact_sale');
  await repair();
  expect(await broken()).toEqual([]);
  expect(await parts()).toEqual(before);
});

it('repairs the lake of a keyed dataset, and refuses its star', async () => {
  const definition = defineDataset({ ...source, mode: upsert({ key: ['id'], orderBy: 'amount' }) });
  await loaded(definition, 'x.csv', salesCsv(100));
  const before = await parts();
  await damage();
  await repair();
  expect(await parts()).toEqual(before);
  await rig.database.pool.query('delete from star.fact_sale_current where id = 3');
  await expect(repair()).rejects.toMatchObject({ code: 'LF_REPAIR_STAR' });
});

it('changes nothing where the file is gone, is undone, or the transaction fails; and then does the rest', async () => {
  await loaded(plain, 'x.csv', salesCsv(100));
  const { pool } = rig.database;
  const before = await parts();
  await damage();
  const [url] = await rig.column('select url from landfall.file');
  await pool.query("update landfall.file set url = url || '.gone'");
  await expect(repair()).rejects.toMatchObject({ code: 'LF_FILE_MISSING' });
  await pool.query('update landfall.file set url = $1', [url]);
  await pool.query("update landfall.file set state = 'undone'");
  expect(await repair()).toEqual({ lake: 0, star: 0 });
  await pool.query("update landfall.file set state = 'done'");
  await pool.query(
    `create function public.refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
     create trigger refuse before insert on landfall.part for each row execute function public.refuse()`,
  );
  await expect(repair()).rejects.toThrow('no');
  expect(await broken()).toEqual(['parts are there', 'rows in the lake']);
  await pool.query('drop trigger refuse on landfall.part');
  await repair();
  expect(await broken()).toEqual([]);
  expect(await parts()).toEqual(before);
});
