/** The definition changes while rows are loaded that belong to other files: replays, corrected rows, undone files. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadRegistry } from '../../../model/registry.ts';
import { createLog } from '../../../platform/log/log.ts';
import { startWorker, type Worker } from '../../../workers/worker.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { account, csv, definition, exported, header, lakeFiles, rows, undone } from '../again.ts';
import { holdCommits } from '../lock.ts';
import { committedParts, onBothBackends, type TestSite, testSite } from '../site.ts';

const before = ['yyyy-MM-dd HH:mm:ss'];
/** Reads more of the rows. */
const after = [...before, 'dd.MM.yyyy'];

const ids = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
/** Rows whose time only the later definition reads. */
const later = (first: number, count: number) =>
  ids(first, count).map((id) => `${id},Rider 1,0${1 + (id % 3)}.02.2024`);
/** Rows whose time no definition reads. */
const never = (first: number, count: number) => ids(first, count).map((id) => `${id},Rider 1,never`);

onBothBackends('a definition that changes', (backend) => {
  let folder: string;
  let database: TestDatabase;
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    await database.drop();
  });
  const closed = async (one: { close(): Promise<void> }) => {
    open.splice(open.indexOf(one), 1);
    await one.close();
  };

  const reopen = async (): Promise<TestSite> => {
    const opened = await testSite({
      ...{ backend, folder, database, workers: 0, chunkBytes: 1024, scope: 'pool' },
      datasets: [join(folder, 'datasets')],
      settings: { LANDFALL_LOCK_MS: '1000', LANDFALL_STOP_MS: '0' },
    });
    open.push(opened);
    return opened;
  };
  const worker = async ({ config }: TestSite): Promise<Worker> => {
    const registry = await loadRegistry({ paths: config.datasets, home: config.home });
    const log = createLog('test', { level: 'silent' });
    const started = await startWorker({ config, databaseUrl: database.url, scope: 'pool', registry, log });
    open.push(started);
    return started;
  };

  /** A file with rejects is done. */
  const loaded = async (rejects: readonly string[]) => {
    folder = tempFolder();
    database = await testDatabase();
    definition(folder, { formats: before });
    const site = await reopen();
    const first = await worker(site);
    const lines = [header, ...rows(1, 40), ...rejects];
    const receipt = await site.drop('riders', csv(join(folder, 'staged'), 'a.csv', lines));
    expect(receipt).toMatchObject({ status: 'done', rows: { loaded: 40, rejected: rejects.length } });
    await closed(first);
    return site;
  };

  const row = async (site: TestSite, fileId: number) =>
    (
      await site.query(
        'select state, link, linked_to, definition_version from landfall.file where file_id = $1',
        [fileId],
      )
    )[0];
  const begun = (site: TestSite, fileId: number) =>
    vi.waitFor(async () => expect((await row(site, fileId))?.state).toMatch(/^(scanning|loading)$/), {
      timeout: 20_000,
    });
  const expectSwept = async (site: TestSite) => {
    expect(lakeFiles(site).map((path) => join(folder, 'lake', path))).toEqual(
      await committedParts(site, 'riders'),
    );
    expect(await site.query('select * from landfall.renewed')).toEqual([]);
  };

  /** The file is loaded in part, and then the coordinator starts again with the changed definition. */
  const changedHalfway = async (site: TestSite, fileId: number): Promise<TestSite> => {
    const lock = await holdCommits(site, 'later');
    const loading = await worker(site);
    await lock.waitedFor();
    const closing = closed(loading);
    await lock.release();
    await closing;
    const [{ committed, planned }] = await site.query<{ committed: number; planned: number }>(
      `select count(*) filter (where state = 'committed')::int as committed,
         count(*) filter (where state = 'planned')::int as planned from landfall.chunk where file_id = $1`,
      [fileId],
    );
    expect(Math.min(committed, planned)).toBeGreaterThan(0);
    await closed(site);
    definition(folder, { formats: after });
    return reopen();
  };

  describe('while rejects are replayed', () => {
    it('replays them with the current one', async () => {
      const site = await loaded([...later(90, 1), ...never(91, 1)]);
      const replay = (await site.coordinator.actions.replay(1))!;
      await begun(site, replay);
      const receipt = site.coordinator.settled(replay);
      definition(folder, { formats: after });
      await vi.waitFor(async () => expect(await row(site, replay)).toBeUndefined(), { timeout: 20_000 });
      await worker(site);
      expect(await receipt).toMatchObject({
        ...{ status: 'done', rows: { parsed: 2, loaded: 1, rejected: 1 } },
        link: { kind: 'replays', fileId: 1 },
      });
      expect(await account(site)).toMatchObject({
        ids: [...ids(1, 40), 90],
        lake_rows: 41,
        waiting: 1,
        taken: 1,
        mart: 41,
      });
      await expectSwept(site);
      await undone(site, 'a.csv');
      expect(await account(site)).toMatchObject({ ids: [], parts: 0, waiting: 0, taken: 0, mart: 0 });
    });

    it('takes back what is loaded of them after a restart', async () => {
      const some = await loaded([...later(101, 200), ...never(301, 50)]);
      const replay = (await some.coordinator.actions.replay(1))!;
      const site = await changedHalfway(some, replay);
      await worker(site);
      const [{ renewed }] = await site.query<{ renewed: number }>(
        'select max(file_id)::int as renewed from landfall.file',
      );
      expect(renewed).toBeGreaterThan(replay);
      expect(await site.coordinator.settled(renewed)).toMatchObject({
        ...{ status: 'done', rows: { parsed: 250, loaded: 200, rejected: 50 } },
        link: { kind: 'replays', fileId: 1 },
      });
      const all = [...ids(1, 40), ...ids(101, 200)];
      expect(await account(site)).toMatchObject({
        ids: all,
        lake_rows: 240,
        waiting: 50,
        taken: 200,
        mart: 240,
      });
      await expectSwept(site);
    });
  });

  it('while corrected rows are loaded, loads them once and keeps what they correct', async () => {
    const some = await loaded([...later(101, 200), ...never(301, 50)]);
    const fixed = String(await exported(some, 'a.csv')).replaceAll(',01.02.2024', ',2024-02-01 10:00:00');
    writeFileSync(join(folder, 'fixed.csv'), fixed);
    void some.drop('riders', join(folder, 'fixed.csv')).catch(() => {});
    await begun(some, 2);
    const site = await changedHalfway(some, 2);
    await worker(site);
    const receipt = await site.receiptOf('fixed.csv', 2);
    expect(receipt).toMatchObject({
      ...{ status: 'done', rows: { parsed: 250, loaded: 200, rejected: 50 } },
      link: { kind: 'corrects', fileId: 1 },
    });
    expect(await account(site)).toMatchObject({
      ids: [...ids(1, 40), ...ids(101, 200)],
      lake_rows: 240,
      mart: 240,
    });
    // Those that do not fit yet wait where they were sent last.
    expect(
      await site.query(
        'select file_id, count(*)::int as n from landfall.reject where taken_by is null group by 1',
      ),
    ).toEqual([{ file_id: receipt.fileId, n: 50 }]);
    await expectSwept(site);
    expect((await undone(site, 'a.csv')).map(({ name }) => name)).toEqual(['a.csv', 'fixed.csv']);
    expect(await account(site)).toMatchObject({ ids: [], parts: 0, waiting: 0, taken: 0 });
  });

  it('while an undone file is loaded again, remembers which one it is', async () => {
    const site = await loaded(later(90, 1));
    await undone(site, 'a.csv');
    const reload = (await site.coordinator.actions.replay(1))!;
    await begun(site, reload);
    expect(await row(site, reload)).toMatchObject({ link: 'reloads', linked_to: 1 });
    const receipt = site.coordinator.settled(reload);
    definition(folder, { formats: after });
    await vi.waitFor(async () => expect(await row(site, reload)).toBeUndefined(), { timeout: 20_000 });
    await worker(site);
    expect(await receipt).toMatchObject({
      status: 'done',
      rows: { loaded: 41 },
      link: { kind: 'reloads', fileId: 1 },
    });
    expect(await account(site)).toMatchObject({ ids: [...ids(1, 40), 90], waiting: 0, mart: 41 });
    await expectSwept(site);
  });
});
