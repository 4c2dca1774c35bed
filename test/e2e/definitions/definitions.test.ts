/** Definitions that are broken, written or changed while files land and are being loaded. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadRegistry } from '../../../model/registry.ts';
import { createLog } from '../../../platform/log/log.ts';
import { startWorker, type Worker } from '../../../workers/worker.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { type Backend, onBothBackends, type TestSite, testSite } from '../site.ts';

const source = (name: string, columns = 'id: integer(), place: text()', more = '') =>
  `import { defineDataset, integer, lookup, table, text, unique } from 'landfall';
export default defineDataset({
  name: '${name}',
  columns: { ${columns} },
  star: {
    fact: 'fact_${name}',
    dimensions: { place_key: lookup('dim_${name}_place', { name: 'place' }) },
  },
  marts: { ${name}_kept: table('select * from star.fact_${name}', { uniqueKey: ['id'] }) },
  ${more}
});
`;

/** The same columns, with one more. */
const grown = 'id: integer(), place: text(), size: text({ optional: true })';

const csv = (rows: number, from = 1) =>
  `id,place,size\n${Array.from({ length: rows }, (_, i) => `${from + i},p${i % 5},s${i}`).join('\n')}\n`;

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 30 });

onBothBackends('definitions', (backend) => {
  let folder: string;
  let database: TestDatabase | undefined;
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    await database?.drop();
    database = undefined;
  });

  const write = (path: string, text: string) => {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.tmp`, text);
    renameSync(`${target}.tmp`, target);
  };
  const define = (name: string, text = source(name)) => write(`datasets/${name}/dataset.ts`, text);

  /** A site with no worker; `folder` stays the same when it is opened again. */
  const site = async (settings: Record<string, string> = {}): Promise<TestSite> => {
    database ??= await testDatabase();
    const opened = await testSite({
      ...{ backend: backend as Backend, folder, database, workers: 0, chunkBytes: 8192 },
      datasets: [join(folder, 'datasets')],
      settings: { LANDFALL_LOCK_MS: '1000', ...settings },
      scope: 'pool',
    });
    open.push(opened);
    return opened;
  };
  /** With a registry of its own, as a process of its own has. */
  const worker = async ({ config }: TestSite): Promise<Worker> => {
    const registry = await loadRegistry({ paths: config.datasets, home: config.home });
    const log = createLog('test', { level: 'silent' });
    const started = await startWorker({ config, databaseUrl: database!.url, scope: 'pool', registry, log });
    open.push(started);
    return started;
  };
  const closed = async (one: { close(): Promise<void> }) => {
    open.splice(open.indexOf(one), 1);
    await one.close();
  };
  const files = (one: TestSite) =>
    one.query<{ name: string; state: string; version: string | null }>(
      'select name, state, definition_version as version from landfall.file order by file_id',
    );
  const states = async (one: TestSite) => (await files(one)).map(({ state }) => state);
  const untilStates = (one: TestSite, ...wanted: string[]) =>
    until(async () => expect(await states(one)).toEqual(wanted));
  const untilLanded = (one: TestSite, name: string) =>
    until(async () => expect((await files(one)).map((file) => file.name)).toContain(name));
  const rows = async (one: TestSite, table: string) =>
    (await one.query<{ n: number }>(`select count(*)::int as n from star.${table}`))[0].n;

  it('stop nobody but themselves: their files wait, and are loaded when they are fixed', async () => {
    folder = tempFolder();
    define('good');
    define('bad', source('bad').replace('integer()', 'integr()'));
    const here = await site();
    await worker(here);
    write('landing/bad/b.csv', csv(3));
    write('landing/good/g.csv', csv(2));
    expect(await here.receiptOf('g.csv')).toMatchObject({ status: 'done', rows: { loaded: 2 } });
    const { state } = here.hub.snapshot();
    expect(state.definitions).toMatchObject({
      datasets: ['checkins', 'citibike', 'good', 'trips'],
      broken: [{ dataset: 'bad', message: expect.stringContaining('integr') }],
    });
    await until(() =>
      expect(here.coordinator.unknownFiles()).toMatchObject([
        { dataset: 'bad', name: 'b.csv', error: { code: 'LF_LANDING_WAITS' } },
      ]),
    );
    define('bad');
    expect(await here.receiptOf('b.csv')).toMatchObject({ status: 'done', rows: { loaded: 3 } });
    expect(here.coordinator.unknownFiles()).toEqual([]);
    expect(here.hub.snapshot().state.definitions.broken).toEqual([]);
  });

  it('written while it runs are in force at once, with the files that lie there already', async () => {
    folder = tempFolder();
    const here = await site();
    await worker(here);
    write('landing/late/l.csv', csv(4));
    await until(() => expect(here.coordinator.unknownFiles().map(({ name }) => name)).toEqual(['l.csv']));
    define('late');
    expect(await here.receiptOf('l.csv')).toMatchObject({ status: 'done', rows: { loaded: 4 } });
  });

  describe('changed', () => {
    it.each([
      ['small files', 1, false],
      ['small files', 1, true],
      ['files of several chunks', 6000, false],
      ['files of several chunks', 6000, true],
    ])(
      'plan %s again of which nothing is committed (%i rows, with a restart: %s)',
      async (_, size, restart) => {
        folder = tempFolder();
        define('sales');
        let here = await site();
        for (let i = 0; i < 4; i++) write(`landing/sales/f${i}.csv`, csv(size, 1 + i * size));
        const state = size > 100 ? 'scanning' : 'loading';
        await untilStates(here, state, state, state, state);
        const [{ version }] = await files(here);
        if (restart) await closed(here);
        define('sales', source('sales', grown));
        if (restart) here = await site();
        await until(async () => {
          const versions = new Set((await files(here)).map((file) => file.version));
          expect([versions.size, versions.has(version)]).toEqual([1, false]);
        });
        await worker(here);
        await untilStates(here, 'done', 'done', 'done', 'done');
        expect(await rows(here, 'fact_sales where size is not null')).toBe(4 * size);
      },
    );

    it('tell who waits for a file of the one that takes its place', async () => {
      folder = tempFolder();
      define('sales');
      const here = await site();
      write('landing/sales/f.csv', csv(3));
      await untilStates(here, 'loading');
      const receipt = here.coordinator.settled(1);
      define('sales', source('sales', grown));
      await until(async () => expect(await here.coordinator.ledger.file(1)).toBeNull());
      await worker(here);
      expect(await receipt).toMatchObject({ status: 'done', file: 'f.csv', rows: { loaded: 3 } });
    });

    /** A file of several chunks of which one is committed; the worker is gone. */
    const halfLoaded = async (more = '') => {
      folder = tempFolder();
      define('sales', source('sales', undefined, more));
      const here = await site();
      const scanning = await worker(here);
      write('landing/sales/f.csv', csv(6000));
      await untilLanded(here, 'f.csv');
      await here.query(
        `create function stop() returns trigger language plpgsql as $$ begin
           if (select count(*) from landfall.chunk where state = 'committed') >= 1 then perform pg_sleep(0.3); end if;
           return new; end $$;
         create trigger stop before update on landfall.chunk for each row when (new.state = 'committed') execute function stop()`,
      );
      await until(async () =>
        expect(
          (await here.query("select from landfall.chunk where state = 'committed'")).length,
        ).toBeGreaterThan(0),
      );
      await closed(scanning);
      await here.query('drop trigger stop on landfall.chunk');
      const [{ left }] = await here.query<{ left: number }>(
        "select count(*)::int as left from landfall.chunk where state = 'planned'",
      );
      expect(left).toBeGreaterThan(0);
      return here;
    };

    it.each(['', "rules: (c) => ({ once: unique([c.id], { scope: 'file' }) }),"])(
      'take back what is loaded of a file after a restart, and load it whole (%s)',
      async (more) => {
        const before = await halfLoaded(more);
        await closed(before);
        define('sales', source('sales', grown, more));
        const here = await site();
        await worker(here);
        await untilStates(here, 'done');
        expect(await rows(here, 'fact_sales')).toBe(6000);
        expect(await rows(here, 'fact_sales where size is not null')).toBe(6000);
        const [{ n }] = await here.query(
          "select sum(rows)::int as n from landfall.manifest where dataset = 'sales'",
        );
        expect(n).toBe(6000);
      },
    );

    it('let a file end with the version that it was begun with, where a worker has it', async () => {
      folder = tempFolder();
      const here = await halfLoaded();
      const old = await worker(here);
      await closed(old);
      const [{ version }] = await files(here);
      const registry = await loadRegistry({ paths: here.config.datasets });
      define('sales', source('sales', grown));
      await until(() => expect(here.hub.snapshot().state.definitions.broken).toEqual([]));
      const log = createLog('test', { level: 'silent' });
      const options = { config: here.config, databaseUrl: database!.url, scope: 'pool', registry, log };
      open.push(await startWorker(options));
      await untilStates(here, 'done');
      expect((await files(here))[0].version).toBe(version);
      expect(await rows(here, 'fact_sales')).toBe(6000);
    });

    it('take back what is loaded of a file whose version no worker has any more', async () => {
      const here = await halfLoaded();
      const [{ version }] = await files(here);
      define('sales', source('sales', grown));
      await worker(here);
      await untilStates(here, 'done');
      expect((await files(here))[0].version).not.toBe(version);
      expect(await rows(here, 'fact_sales where size is not null')).toBe(6000);
    });

    it('and broken let a file wait, and be loaded when they are fixed', async () => {
      folder = tempFolder();
      define('sales');
      let here = await site();
      for (const name of ['a', 'b']) write(`landing/sales/${name}.csv`, csv(name === 'a' ? 2 : 6000));
      await untilStates(here, 'loading', 'scanning');
      await closed(here);
      define('sales', 'export default {{');
      here = await site();
      await worker(here);
      await until(async () =>
        expect((await here.coordinator.ledger.waitingFiles()).map(({ error }) => error.code)).toEqual([
          'LF_DATASET_BROKEN',
        ]),
      );
      expect((await states(here)).filter((state) => state === 'failed')).toEqual([]);
      define('sales', source('sales', grown));
      await untilStates(here, 'done', 'done');
    });
  });
});
