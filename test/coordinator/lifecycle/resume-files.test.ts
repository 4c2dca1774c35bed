import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startCoordinator } from '../../../coordinator/coordinator.ts';
import { endDone } from '../../../coordinator/finalise/end-done.ts';
import { failFile } from '../../../coordinator/finalise/unload.ts';
import { takeLeadership } from '../../../coordinator/lifecycle/leadership.ts';
import { Orphans } from '../../../coordinator/lifecycle/orphans.ts';
import { Ledger } from '../../../ledger/ledger.ts';
import { defineDataset } from '../../../model/index.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { createLog } from '../../../platform/log/log.ts';
import { objectUrl, openStorage } from '../../../platform/storage/index.ts';
import { contextOf, openRig, type Rig, sales, salesCsv } from '../support.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig({ chunkBytes: 4096 });
  await rig.start();
});
afterEach(async () => {
  await rig.close();
});

const log = createLog('test', { level: 'silent' });
const states = () => rig.column('select state from landfall.file order by file_id');
const facts = async () => (await rig.column('select count(*) from star.fact_sale'))[0];

/** The coordinator ends and another takes its place. */
async function restart(meanwhile: () => Promise<unknown> = async () => {}): Promise<void> {
  await rig.coordinator.close();
  await meanwhile();
  await rig.start();
}

describe('a coordinator that starts again', () => {
  it.each([
    ['scanning', salesCsv(1000)],
    ['loading', salesCsv(10)],
  ])('goes on with a file that was %s, and does not add it twice', async (state, content) => {
    await rig.drop('sales/x.csv', content);
    await rig.untilFirstIs(state);
    await restart();
    await rig.startWorker();
    const [receipt] = await rig.receipts(1);
    expect(receipt.status).toBe('done');
    expect(await states()).toEqual(['done']);
    expect(await facts()).toBe(receipt.rows.parsed);
  });

  it('goes on with a file that was only noted', async () => {
    await restart(async () => {
      await rig.drop('sales/x.csv', salesCsv(10));
      const landing = await openStorage(rig.config.landingUrl);
      const { bytes, fingerprint } = (await landing.stat('sales/x.csv'))!;
      const url = objectUrl(landing, 'sales/x.csv');
      const noted = { dataset: 'sales', name: 'x.csv', url, scope: 'pool', origin: 'landing' as const };
      await new Ledger(rig.database.pool).addFile({ ...noted, bytes, fingerprint });
    });
    await rig.startWorker();
    expect((await rig.receipts(1))[0]).toMatchObject({ status: 'done', rows: { loaded: 10 } });
    expect(await states()).toEqual(['done']);
  });

  it('ends a file whose chunks were committed while it was away', async () => {
    await rig.drop('sales/x.csv', salesCsv(10));
    await rig.untilFirstIs('loading');
    await rig.coordinator.close();
    const worker = await rig.startWorker();
    const committed = () => rig.column(`select count(*) from landfall.chunk where state = 'committed'`);
    while ((await committed())[0] !== 1) await new Promise((resolve) => setTimeout(resolve, 10));
    await worker.close();
    await rig.database.pool.query(`update landfall.file set state = 'finalising'`);
    await rig.start();
    expect((await rig.receipts(1))[0]).toMatchObject({ status: 'done', rows: { loaded: 10 } });
  });

  it('archives a file that was done before it could be moved, and takes it for no new one', async () => {
    await rig.startWorker();
    await rig.drop('sales/x.csv', salesCsv(10));
    await rig.receipts(1);
    const landed = join(rig.config.landingUrl, 'sales/x.csv');
    await restart(async () => {
      const [url] = (await rig.column('select url from landfall.file')) as string[];
      await rename(fileURLToPath(url), landed);
      await rig.database.pool.query('update landfall.file set url = $1, away = null', [`file://${landed}`]);
    });
    expect(await rig.files('landing')).toEqual([]);
    expect((await rig.files('archive')).length).toBe(1);
    expect(await states()).toEqual(['done']);
  });

  it('archives a file that could not be moved, when it can be', async () => {
    const inTheWay = rig.config.archiveUrl;
    await writeFile(inTheWay, 'not a folder');
    await rig.startWorker();
    await rig.drop('sales/x.csv', salesCsv(10));
    expect((await rig.receipts(1))[0].status).toBe('done');
    expect(await rig.files('landing')).toEqual(['sales/x.csv']);
    await restart(() => rm(inTheWay));
    expect(await rig.files('landing')).toEqual([]);
    expect((await rig.files('archive')).length).toBe(1);
    expect(await states()).toEqual(['done']);
  });

  it('neither fails nor finishes a file that another coordinator has ended', async () => {
    const context = await contextOf(rig);
    const { ledger } = context;
    const error = { code: 'LF_INTERNAL', message: 'relation "star._staging_f1" does not exist', fix: '' };
    await rig.startWorker();
    await rig.drop('sales/x.csv', salesCsv(10));
    const [receipt] = await rig.receipts(1);
    const seen = { ...(await ledger.file(1))!, state: 'finalising' as const };
    expect(await failFile(context, seen, error)).toBeNull();
    expect(await facts()).toBe(10);
    expect((await ledger.parts(1)).length).toBeGreaterThan(0);
    expect(await states()).toEqual(['done']);

    await rig.database.pool.query(`update landfall.file set state = 'failed'`);
    const definition = rig.registry.get('sales')!;
    const accounted = { file: seen, definition, chunks: [], receipt, fault: null };
    expect(await endDone(context, [accounted])).toBe('ended');
    expect(await states()).toEqual(['failed']);
  });

  it('puts away a file in flight whose end it has not heard of', async () => {
    await rig.drop('sales/x.csv', salesCsv(10));
    await rig.untilFirstIs('loading');
    // As another coordinator leaves it that has had the lock for a while, and died.
    await rig.database.pool.query(`update landfall.file set state = 'done', receipt = '{}'`);
    await rig.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'landfall coordinator pool'`,
    );
    await vi.waitFor(async () => expect(await rig.files('landing')).toEqual([]), { timeout: 20_000 });
    expect((await rig.files('archive')).length).toBe(1);
  });

  it('puts away a file that had just failed', async () => {
    await rig.drop('sales/x.csv', salesCsv(10));
    await rig.untilFirstIs('loading');
    const { ledger } = rig.coordinator;
    const error = { code: 'LF_CHECK', message: 'it was wrong', fix: 'fix it' };
    await restart(() => inTransaction(rig.database.pool, (client) => ledger.failFile(client, 1, error)));
    expect((await rig.receipts(1))[0]).toMatchObject({ status: 'failed', error });
    expect(await rig.files('failed')).toEqual(['sales/x.csv', 'sales/x.csv.error.json']);
    expect(await rig.files('landing')).toEqual([]);
  });

  it('plans a file again when its definition has changed meanwhile', async () => {
    await rig.drop('sales/x.csv', salesCsv(10));
    await rig.untilFirstIs('loading');
    const other = defineDataset({ ...sales.source, rejects: { share: 0.25 } } as never);
    await rig.coordinator.close();
    const registry = await loadRegistry({ builtin: [other], paths: [] });
    await rig.start({ registry });
    const planned = () => rig.column('select definition_version from landfall.file');
    await vi.waitFor(async () => expect(await planned()).toEqual([registry.get('sales')!.version]), {
      timeout: 10_000,
    });
  });

  it('refreshes marts that were left behind', async () => {
    await rig.startWorker();
    await rig.drop('sales/x.csv', salesCsv(10));
    await rig.receipts(1);
    await restart(async () => {
      await rig.database.pool.query('delete from landfall.mart');
      await rig.database.pool.query('refresh materialized view star.sales_per_shop with no data');
    });
    // Waits for the wave that is under way.
    await rig.coordinator.close();
    expect(await rig.column('select sum(sales) from star.sales_per_shop')).toEqual(['10']);
    await rig.start();
  });
});

describe('a file that changes while it is loaded', () => {
  it('fails, and what lies there by then is loaded', async () => {
    await rig.drop('sales/x.csv', salesCsv(10));
    await rig.untilFirstIs('loading');
    await rig.drop('sales/x.csv', salesCsv(20, 100));
    await rig.startWorker();
    const receipts = await rig.receipts(2);
    expect(receipts.map((receipt) => receipt.status)).toEqual(['failed', 'done']);
    expect(receipts[0].error?.code).toBe('LF_FILE_CHANGED');
    expect(await facts()).toBe(20);
    expect(await rig.files('failed')).toEqual([]);
    expect((await rig.files('archive')).length).toBe(1);
  });

  it('fails when it is taken away', async () => {
    await rig.drop('sales/x.csv', salesCsv(10));
    await rig.untilFirstIs('loading');
    await rm(join(rig.config.landingUrl, 'sales/x.csv'));
    await rig.startWorker();
    const [receipt] = await rig.receipts(1);
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'LF_FILE_MISSING' } });
  });
});

describe('coordinators beside each other', () => {
  const beside = (scope: string) =>
    startCoordinator({
      config: rig.config,
      database: { ...rig.database, embedded: false, close: async () => {} },
      registry: rig.registry,
      scope,
      watch: false,
      log,
    });

  it('refuses a second one of the same scope', async () => {
    await expect(beside('pool')).rejects.toMatchObject({ code: 'LF_COORDINATOR_RUNNING' });
  });

  it('unloads what a single ingest left that died, not what one does that lives', async () => {
    const [dead, alive] = [await beside('ingest-dead'), await beside('ingest-alive')];
    const paths = ['dead.csv', 'alive.csv'].map((name) => join(rig.folder, name));
    await writeFile(paths[0], salesCsv(10));
    await writeFile(paths[1], salesCsv(10, 50));
    await dead.submit({ path: paths[0], dataset: 'sales' });
    await alive.submit({ path: paths[1], dataset: 'sales' });
    await rig.untilFirstIs('loading');
    await dead.close();
    await restart();
    const settled = await rig.column(`select error->>'code' from landfall.file order by file_id`);
    expect(settled).toEqual(['LF_INGEST_ABANDONED', null]);
    await rig.startWorker('ingest-alive');
    const again = await alive.submit({ path: paths[0], dataset: 'sales' });
    expect((await alive.settled(again)).status).toBe('done');
    await alive.close();
    expect(await facts()).toBe(20);
  });

  it('unloads it while it runs, or after the server has started, when the ingest still seems dead at the next look', async () => {
    const dying = await beside('ingest-dying');
    const path = join(rig.folder, 'dying.csv');
    await writeFile(path, salesCsv(10));
    await dying.submit({ path, dataset: 'sales' });
    await rig.untilFirstIs('loading');
    const lock = await takeLeadership(rig.database.url, 'looking', {
      onOutage: () => {},
      onRecovered: () => {},
      onTaken: () => {},
    });
    const removed: string[] = [];
    const remove = async (scope: string) => void removed.push(scope);
    const dead = new Orphans(await contextOf(rig), lock, remove, { lockMs: 1e9 });
    const look = async (looking = () => dead.look()) => {
      await looking();
      return rig.column('select state from landfall.file');
    };
    expect(await look()).toEqual(['loading']);
    await dying.close();
    // The server has not been up for long enough that all who live have come back.
    expect(await look(() => dead.start())).toEqual(['loading']);
    await dead.close();
    expect(await look()).toEqual(['failed']);
    expect(removed).toEqual(['ingest-dying']);
    await lock.close();
  });
});
