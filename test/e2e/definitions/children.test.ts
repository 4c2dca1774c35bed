/** Files that are loaded into two datasets in one moment: orders, and the line items that are exploded from them. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { findFile } from '../../../coordinator/commands/find-file.ts';
import { zipOf } from '../../csv/zip.ts';
import { tempFolder, testDatabase } from '../../support/index.ts';
import { Readers } from '../../support/readers.ts';
import { lakeFiles, rebuildHere, replayed, undone } from '../again.ts';
import { onBothBackends } from '../site.ts';
import {
  closing,
  define,
  documentOf,
  drop,
  eventually,
  faults,
  holdSecondOfChild,
  latest,
  read,
  shown,
  standings,
  sumOfItems,
} from './orders-and-items.ts';

const { closers, open } = closing();

onBothBackends('a file of two datasets', (backend) => {
  it.each([
    ['a document', 'a.json', (text: string) => text],
    ['a gzipped document', 'a.json.gz', (text: string) => gzipSync(text)],
    [
      'zipped documents',
      'a.zip',
      (text: string) =>
        zipOf([
          { name: '1.json', content: text },
          { name: '2.json', content: documentOf(9001, 50) },
        ]),
    ],
  ])(
    '%s is loaded into both, and lies in the archive once',
    async (_, name, packed) => {
      const at = await open({}, { backend });
      const extra = name.endsWith('.zip') ? 50 : 0;
      const receipt = await drop(at, name, packed(documentOf(1, 500)));
      expect(receipt).toMatchObject({ dataset: 'orders', status: 'done', rows: { loaded: 500 + extra } });
      expect(receipt.chunks).toBeGreaterThan(extra > 0 ? 5 : 3);
      const [child] = receipt.children!;
      const items = sumOfItems(1, 500) + sumOfItems(9001, extra);
      expect(await at.coordinator.settled(child.fileId)).toMatchObject({
        ...{ dataset: 'items', status: 'done', chunks: receipt.chunks, rows: { loaded: items } },
        parent: { fileId: receipt.fileId, dataset: 'orders' },
      });
      expect(await shown(at)).toEqual({ orders: 500 + extra, items, rolled: items, wrong: 0 });
      expect(existsSync(join(at.folder, 'landing', 'items'))).toBe(false);
      const archived = readdirSync(join(at.folder, 'archive'), { recursive: true }).map(String);
      expect(archived.filter((path) => path.endsWith(name))).toHaveLength(1);
      const urls = await at.query('select distinct url from landfall.file');
      expect(urls).toEqual([{ url: expect.stringContaining('/archive/orders/') }]);
      expect(await faults(at)).toEqual([]);
      expect(await drop(at, `again-${name}`, packed(documentOf(1, 500)))).toMatchObject({
        status: 'duplicate',
      });
      expect(await shown(at)).toMatchObject({ items, wrong: 0 });
    },
    60_000,
  );
});

describe('a file and its child', () => {
  it('are undone, replayed and replaced together, and not one of them', async () => {
    const at = await open(latest);
    await drop(at, 'a.json', documentOf(1, 200));
    await drop(at, 'b.json', documentOf(201, 100));
    const { pool } = at.database;
    const [child, own] = [await findFile(pool, 'items/a.json'), await findFile(pool, 'a.json')];
    expect(own.dataset).toBe('orders');
    expect(child.parentId).toBe(own.fileId);
    await expect(undone(at, 'items/a.json')).rejects.toMatchObject({ code: 'LF_FILE_CHILD' });
    const { actions } = at.coordinator;
    const isChild = { code: 'LF_FILE_CHILD' };
    await expect(actions.replay(child.fileId, { whole: true })).rejects.toMatchObject(isChild);

    // The items of a mart that follows the end of a file.
    const listed = async () => (await at.query('select sum(items)::int as items from star.listed'))[0].items;
    expect(await listed()).toBe(sumOfItems(1, 300));
    expect((await undone(at, 'a.json')).map(({ dataset }) => dataset)).toEqual(['orders', 'items']);
    const b = { orders: 100, items: sumOfItems(201, 100) };
    expect(await shown(at)).toEqual({ ...b, rolled: b.items, wrong: 0 });
    expect(await listed()).toBe(b.items);
    await expect(actions.replay(child.fileId)).rejects.toMatchObject(isChild);
    expect(await replayed(at, 'a.json')).toMatchObject({ status: 'done', link: { kind: 'reloads' } });
    const again = await findFile(pool, 'items/a.json');
    expect(again).toMatchObject({ link: 'reloads', linkedTo: child.fileId, seenAt: child.seenAt });
    const all = sumOfItems(1, 300);
    expect(await shown(at)).toEqual({ orders: 300, items: all, rolled: all, wrong: 0 });

    const replaced = await drop(at, 'a.json', documentOf(51, 200, { version: 2 }));
    expect(replaced).toMatchObject({ status: 'done', link: { kind: 'replaces' } });
    const items = sumOfItems(51, 250);
    expect(await shown(at)).toEqual({ orders: 250, items, rolled: items, wrong: 0 });
    expect((await standings(at)).map(({ dataset }) => dataset)).toEqual([
      'orders',
      'items',
      'orders',
      'items',
    ]);

    await rebuildHere(at, join(at.folder, 'datasets'), 'items');
    expect(await shown(at)).toEqual({ orders: 250, items, rolled: items, wrong: 0 });
    expect(await faults(at)).toEqual([]);
    expect((await replayed(at, 'a.json', { whole: true })).status).toBe('done');
    expect(await shown(at)).toEqual({ orders: 250, items, rolled: items, wrong: 0 });
  }, 120_000);

  it('of plain facts replace the version before in one moment', async () => {
    const versions = `versions: 'replace',`;
    const at = await open({ orders: versions, items: versions });
    await drop(at, 'a.json', documentOf(1, 200));
    const replaced = await drop(at, 'a.json', documentOf(101, 190));
    expect(replaced).toMatchObject({ status: 'done', link: { kind: 'replaces' } });
    const items = sumOfItems(101, 190);
    expect(await shown(at)).toEqual({ orders: 190, items, rolled: items, wrong: 0 });
    expect(await at.query(`select relname from pg_class where relname like '\\_staging\\_f%'`)).toEqual([]);
  }, 60_000);

  it.each([
    [
      'too many rejects in the child',
      { items: 'rejects: { count: 2, atLeast: 0, share: 0 },' },
      { bad: 5 },
      'items',
      'LF_REJECT_LIMIT',
    ],
    [
      'too large a share of rejects in the child',
      { items: 'rejects: { share: 0.01, atLeast: 0 },' },
      { bad: 5 },
      'items',
      'LF_REJECT_LIMIT',
    ],
    [
      'a data check of the child',
      { items: `checks: { small: 'select order_id from star.fact_item where order_id > 150' },` },
      {},
      'items',
      'LF_CHECK',
    ],
    [
      'a data check of the parent',
      { orders: `checks: { small: 'select id from star.fact_order where id > 150' },` },
      {},
      'orders',
      'LF_CHECK',
    ],
  ] as const)(
    'fail together: %s',
    async (_, written, flaws, failed, code) => {
      const at = await open(written);
      const receipt = await drop(at, 'a.json', documentOf(1, 200, flaws));
      const codes: Record<string, string> = { [failed]: code };
      const expected = ['orders', 'items'].map((dataset) => ({
        dataset,
        state: 'failed',
        code: codes[dataset] ?? 'LF_FILE_TOGETHER',
      }));
      expect(await standings(at)).toEqual(expected);
      expect(receipt.error).toMatchObject({ code: expected[0].code });
      const child = await at.coordinator.settled(receipt.children![0].fileId);
      expect(child).toMatchObject({
        status: 'failed',
        error: { code: expected[1].code },
        parent: { fileId: receipt.fileId },
      });
      const [other] = [receipt, child].filter(({ dataset }) => dataset !== failed);
      const { message } = [receipt, child].find(({ dataset }) => dataset === failed)!.error!;
      expect(other.error!.message).toBe(
        `a.json is loaded into orders and items in one moment, and ${failed} (file ${failed === 'items' ? child.fileId : receipt.fileId}) failed: ${message}`,
      );
      expect(await shown(at)).toEqual({ orders: 0, items: 0, rolled: 0, wrong: 0 });
      expect(await at.query('select * from landfall.part')).toEqual([]);
      expect(lakeFiles(at)).toEqual([]);
      expect(readdirSync(join(at.folder, 'failed', 'orders')).sort()).toEqual([
        'a.json',
        'a.json.error.json',
      ]);
    },
    60_000,
  );

  it('may be several: they are loaded, undone and failed with it', async () => {
    const at = await open({
      stock: `checks: { few: 'select line from star.fact_stock where order_id > 150' },`,
    });
    const counted = async () => {
      const [{ stock }] = await at.query('select count(*)::int as stock from star.fact_stock');
      return { ...(await shown(at)), stock };
    };
    const receipt = await drop(at, 'a.json', documentOf(1, 100));
    expect(receipt.children!.map(({ dataset }) => dataset)).toEqual(['items', 'stock']);
    const items = sumOfItems(1, 100);
    expect(await counted()).toEqual({ orders: 100, items, rolled: items, wrong: 0, stock: items });
    await drop(at, 'b.json', documentOf(101, 100));
    expect((await standings(at)).slice(3)).toEqual([
      { dataset: 'orders', state: 'failed', code: 'LF_FILE_TOGETHER' },
      { dataset: 'items', state: 'failed', code: 'LF_FILE_TOGETHER' },
      { dataset: 'stock', state: 'failed', code: 'LF_CHECK' },
    ]);
    expect(await counted()).toMatchObject({ orders: 100, items, stock: items });
    expect(await undone(at, 'a.json')).toHaveLength(3);
    expect(await counted()).toEqual({ orders: 0, items: 0, rolled: 0, wrong: 0, stock: 0 });
    expect(await standings(at)).toHaveLength(3);
  }, 60_000);

  it('are accepted together when the snapshot of one of them lacks many keys', async () => {
    const guarded = (key: string) =>
      `mode: snapshot({ key: ${key}, asOf: fromName('orders_{date}.json'), maxDeleted: 0.3 }),`;
    const at = await open({ orders: guarded(`['id']`), items: guarded(`['order_id', 'line']`) });
    await drop(at, 'orders_2026-01-01.json', documentOf(1, 100));
    const items = sumOfItems(1, 100);
    expect(await shown(at)).toEqual({ orders: 100, items, rolled: items, wrong: 0 });

    // No order is gone, and most items are.
    const short = documentOf(1, 100).replaceAll(
      /"count": 3, "items": \[[^\]]*\]/g,
      '"count": 0, "items": []',
    );
    const left = items - 3 * 25;
    const failed = await drop(at, 'orders_2026-01-02.json', short);
    expect((await standings(at)).slice(2)).toEqual([
      { dataset: 'orders', state: 'failed', code: 'LF_FILE_TOGETHER' },
      { dataset: 'items', state: 'failed', code: 'LF_SNAPSHOT_SHRUNK' },
    ]);
    expect(await shown(at)).toMatchObject({ orders: 100, items });
    const [{ fileId: child }] = failed.children!;
    await expect(at.coordinator.actions.accept(child)).rejects.toMatchObject({ code: 'LF_FILE_CHILD' });
    const accepted = () => at.query('select distinct accepted from landfall.file where file_id > 2');
    expect(await accepted()).toEqual([{ accepted: false }]);

    const receipt = await at.coordinator.settled(await at.coordinator.actions.accept(failed.fileId));
    expect(receipt).toMatchObject({ status: 'done', dataset: 'orders', children: [{ dataset: 'items' }] });
    expect(await shown(at)).toEqual({ orders: 100, items: left, rolled: left, wrong: 0 });
    await expect(at.coordinator.actions.accept(receipt.fileId)).rejects.toMatchObject({
      code: 'LF_FILE_ACCEPTED',
    });
    // Both stay accepted.
    await undone(at, 'orders_2026-01-02.json');
    expect(await shown(at)).toMatchObject({ orders: 100, items, wrong: 0 });
    expect(await replayed(at, 'orders_2026-01-02.json')).toMatchObject({ status: 'done' });
    expect(await shown(at)).toEqual({ orders: 100, items: left, rolled: left, wrong: 0 });
    expect(await faults(at)).toEqual([]);
  }, 60_000);

  it('fail together when a chunk of the child fails for good', async () => {
    const at = await open();
    await drop(at, 'a.json', documentOf(1, 20));
    await at.query('alter table star.fact_item add constraint small check (order_id < 400)');
    await drop(at, 'b.json', documentOf(301, 200));
    expect((await standings(at)).slice(2)).toEqual([
      { dataset: 'orders', state: 'failed', code: 'LF_FILE_TOGETHER' },
      { dataset: 'items', state: 'failed', code: expect.stringMatching(/^LF_/) },
    ]);
    expect(await shown(at)).toMatchObject({ orders: 20, wrong: 0 });
    await at.query('alter table star.fact_item drop constraint small');
    expect(await replayed(at, 'b.json')).toMatchObject({ status: 'done', dataset: 'orders' });
    expect(await shown(at)).toMatchObject({ orders: 220, wrong: 0 });
  }, 60_000);

  it('never show readers one without the other', async () => {
    const at = await open(latest);
    await drop(at, '0.json', documentOf(1, 100));
    const readers = new Readers(at.database.url);
    let reads = 0;
    const seen = new Set<number>();
    for (let n = 0; n < 3; n++)
      readers.start(async (client) => {
        const { orders, items, rolled, wrong } = (await client.query(read)).rows[0];
        expect({ wrong, rolled }).toEqual({ wrong: 0, rolled: items });
        seen.add(orders);
        reads++;
      });
    try {
      for (let n = 1; n < 4; n++) await drop(at, `${n}.json`, documentOf(1 + 100 * n, 150));
      await undone(at, '2.json');
      await replayed(at, '2.json');
      await drop(at, '1.json', documentOf(301, 150, { version: 3 }));
    } finally {
      await readers.end();
    }
    expect(reads).toBeGreaterThan(20);
    expect(seen.size).toBeGreaterThan(2);
  }, 120_000);

  it('end beside others of both datasets, and versions of one name beside each other', async () => {
    const at = await open(latest, { chunkBytes: 1024 });
    await drop(at, 'first.json', documentOf(1, 10));
    const receipts = await Promise.all(
      Array.from({ length: 12 }, (_, n) => drop(at, `${n}.json`, documentOf(1 + 20 * n, 60, { version: n }))),
    );
    expect(receipts.map(({ status }) => status)).toEqual(receipts.map(() => 'done'));
    expect(await shown(at)).toMatchObject({ orders: 280, items: sumOfItems(1, 280), wrong: 0 });
    expect(await faults(at)).toEqual([]);
  }, 120_000);

  it('wait for the definition of the child while that is broken, also if it never could be read', async () => {
    const folder = tempFolder();
    const items = join(define(folder), 'items', 'dataset.ts');
    const wrong = () =>
      writeFileSync(items, readFileSync(items, 'utf8').replace('export', 'nothing.here; export'));
    const at = await open({}, { folder, before: wrong });
    const broken = () => at.hub.snapshot().state.definitions.broken;
    const recoveries = vi.spyOn(at.coordinator.ledger, 'unfinishedFiles');
    for (const [n, name] of ['a.json', 'b.json'].entries()) {
      if (n > 0) wrong();
      await expect.poll(broken, eventually).toMatchObject([{ dataset: 'items' }]);
      recoveries.mockClear();
      const dropped = drop(at, name, documentOf(1 + 100 * n, 100));
      const waits = { dataset: 'orders', state: 'discovered', code: null };
      await expect.poll(async () => (await standings(at)).slice(2 * n), eventually).toEqual([waits]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await standings(at)).slice(2 * n)).toEqual([waits]);
      // It is looked at when a definition changes, and not over and over.
      expect(recoveries.mock.calls.length).toBeLessThan(5);
      const path = join(at.folder, 'own.json');
      writeFileSync(path, documentOf(1000, 1));
      await expect(at.coordinator.submit({ path, dataset: 'orders' })).rejects.toMatchObject({
        code: 'LF_DATASET_BROKEN',
      });
      define(folder);
      expect(await dropped).toMatchObject({ status: 'done' });
    }
    expect(await shown(at)).toMatchObject({ orders: 200, items: sumOfItems(1, 200), wrong: 0 });
  }, 60_000);

  it('wait for every chunk of the child, also where its job is lost', async () => {
    const at = await open({}, { chunkBytes: 2048 });
    const lock = await holdSecondOfChild(at);
    closers.push(() => lock.release());
    const dropped = drop(at, 'a.json', documentOf(1, 200));
    await lock.waitedFor();
    // The queue says that no chunk is left.
    const { queues, ledger } = at.coordinator;
    const queued = vi.spyOn(queues, 'submitChunks');
    const [{ fileId }] = await ledger.files({ states: ['loading'] });
    await queues.submitChunks(fileId, [], 'early');
    await expect.poll(() => queued.mock.calls.length, eventually).toBe(2);
    const [, again] = queued.mock.calls[1];
    expect(new Set(again.map(({ dataset }) => dataset)).has('items')).toBe(true);
    await lock.release();
    expect(await dropped).toMatchObject({ status: 'done' });
    expect(await shown(at)).toMatchObject({ orders: 200, items: sumOfItems(1, 200), wrong: 0 });
  }, 60_000);

  it('are planned again when the definition of the child changes, even half loaded', async () => {
    const database = await testDatabase();
    closers.push(() => database.drop());
    const folder = tempFolder();
    const settings = { LANDFALL_LOCK_MS: '1000', LANDFALL_STOP_MS: '0' };
    const options = {
      folder,
      database,
      settings,
      scope: 'pool',
      chunkBytes: 2048,
      datasets: [define(folder)],
    };
    const before = await open({}, options);
    const lock = await holdSecondOfChild(before);
    closers.push(() => lock.release());
    drop(before, 'a.json', documentOf(1, 200)).catch(() => {});
    await lock.waitedFor();
    const committed = () =>
      before.query(
        `select count(distinct file_id)::int as files from landfall.chunk where state = 'committed'`,
      );
    await expect.poll(committed, eventually).toEqual([{ files: 2 }]);
    const closing = before.close();
    await database.pool.query('insert into public.refused values (now())');
    await lock.release();
    await closing;
    await database.pool.query('truncate public.refused');
    define(folder, { items: `lake: { partitionBy: ['version'] },` });
    const at = await open({ items: `lake: { partitionBy: ['version'] },` }, options);
    await expect
      .poll(() => standings(at), eventually)
      .toEqual(['orders', 'items'].map((dataset) => ({ dataset, state: 'done', code: null })));
    const [{ first }] = await at.query('select min(file_id)::int as first from landfall.file');
    expect(first).toBeGreaterThan(2);
    expect(await shown(at)).toMatchObject({ orders: 200, items: sumOfItems(1, 200), wrong: 0 });
    expect(await faults(at)).toEqual([]);
  }, 120_000);
});

describe('a dataset with a parent', () => {
  it('has no files of its own', async () => {
    const at = await open();
    // Files that land together are planned together.
    const together = [1, 2, 3, 4].map((n) => drop(at, `${n}.json`, documentOf(n, 5), 'items'));
    for (const receipt of await Promise.all(together))
      expect(receipt).toMatchObject({
        status: 'failed',
        error: { code: 'LF_DATASET_CHILD', fix: expect.stringContaining('file of orders') },
      });
    const path = join(at.folder, 'b.json');
    writeFileSync(path, documentOf(1, 5));
    const receipt = await at.coordinator.settled(await at.coordinator.submit({ path }));
    expect(receipt).toMatchObject({ dataset: 'orders', status: 'done' });
  }, 60_000);

  it('does not get content twice that it has from a file of its own, of before it had a parent', async () => {
    const at = await open({ parent: false });
    await drop(at, 'own.json', documentOf(1, 50), 'items');
    define(at.folder);
    // Its own files are refused as soon as it has a parent.
    let n = 0;
    const refused = async () => {
      const path = join(at.folder, `${n++}.json`);
      writeFileSync(path, documentOf(1000 + n, 1));
      const fileId = await at.coordinator.submit({ path, dataset: 'items' });
      return (await at.coordinator.settled(fileId)).error?.code;
    };
    await expect.poll(refused, eventually).toBe('LF_DATASET_CHILD');
    const receipt = await drop(at, 'a.json', documentOf(1, 50));
    expect(receipt.error).toMatchObject({ code: 'LF_CHILD_LOADED' });
    expect(await shown(at)).toMatchObject({ orders: 0 });
    await undone(at, 'own.json');
    expect(await replayed(at, 'a.json')).toMatchObject({ status: 'done' });
    const own = await at.query(
      `select count(*)::int as items from star.fact_item join landfall.chunk using (chunk_id) join landfall.file using (file_id)
       where name = 'a.json'`,
    );
    expect(own).toEqual([{ items: sumOfItems(1, 50) }]);
  }, 60_000);

  it('that is audited without its parent is named', async () => {
    const at = await open();
    await drop(at, 'a.json', documentOf(1, 20));
    const move = (state: string, files: string) =>
      at.query(`update landfall.file set state = '${state}' where parent_id is ${files}`);
    await move('undone', 'not null');
    expect((await faults(at)).join()).toMatch(/orders: done in every dataset: .*items \(file \d+\) undone/);
    await move('done', 'not null');
    await move('failed', 'null');
    expect((await faults(at)).join()).toMatch(/items: done in every dataset: orders \(file \d+\) failed/);
  }, 60_000);
});
