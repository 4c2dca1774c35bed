/** Runs of an in-memory source in a real ledger and a real landing folder, and a process that dies at every step. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourceRunner } from '../../../coordinator/fetch/runner.ts';
import { Ledger, type LedgerFile } from '../../../ledger/ledger.ts';
import {
  cursorOf,
  filesOfRuns,
  type LedgerRun,
  type NewRun,
  planRun,
  runAgain,
  runOf,
} from '../../../ledger/runs.ts';
import { defineDataset, env, http, integer } from '../../../model/index.ts';
import { loadRegistry, type Registry } from '../../../model/registry.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { createLog } from '../../../platform/log/log.ts';
import { makeFolder } from '../../../platform/storage/folder.ts';
import type { Fetched, Fetcher, FetchTask, Json } from '../../../sources/fetching/contract.ts';
import { HeldStar } from '../../sources/postgres/held-star.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';

/** The point at which the process dies next, and the how manieth time it passes it. */
const death = vi.hoisted(() => ({ at: '', left: 0, dead: false }));
vi.mock('../../../platform/errors/crash-points.ts', () => ({
  crashPoint(name: string) {
    if (death.at !== name || --death.left !== 0) return;
    death.dead = true;
    throw new Error(`died at ${name}`);
  },
}));

const sales = defineDataset({
  name: 'sales',
  columns: { id: integer() },
  star: 'none',
  sources: { api: http({ url: 'https://example.com/sales', headers: { key: env('SALES_KEY') } }) },
});

/** Rows by day, served in pages of two: what a source has. */
class MemorySource implements Fetcher {
  readonly tasks: FetchTask[] = [];
  fault: ((page: number, task: FetchTask) => Error | null) | null = null;
  /** Called between two pages. */
  between: (page: number, task: FetchTask) => void = () => {};
  rows: readonly number[] = [1, 2, 3, 4, 5];

  async *fetch(task: FetchTask): AsyncGenerator<Fetched> {
    this.tasks.push(task);
    const { rows } = this;
    const pages = Math.ceil(rows.length / 2);
    for (let page = (task.position as number | null) ?? 0; page < pages; page++) {
      const fault = this.fault?.(page, task) ?? null;
      const part = rows.slice(2 * page, 2 * page + 2);
      async function* body() {
        yield Buffer.from('id\n');
        if (fault !== null) throw fault;
        yield Buffer.from(part.map((row) => `${task.window?.from.slice(9, 10) ?? ''}${row}\n`).join(''));
      }
      const settle = () => ({ position: page + 1, cursor: { last: part.at(-1)! } as Json });
      yield { page: `${String(page + 1).padStart(4, '0')}.csv`, body: body(), settle };
      this.between(page, task);
    }
  }
}

let database: TestDatabase;
let registry: Registry;
let source: MemorySource;
let begun: LedgerFile[];
let folder: string;
let freed: string[];
/** Too many files wait to be loaded. */
let full: boolean;
beforeAll(async () => {
  database = await testDatabase();
  registry = await loadRegistry({ builtin: [sales], paths: [] });
});
afterAll(async () => {
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query('truncate landfall.file, landfall.run, landfall.source restart identity cascade');
  source = new MemorySource();
  begun = [];
  freed = [];
  full = false;
  folder = tempFolder();
  Object.assign(death, { at: '', left: 0, dead: false });
});
const open = new Set<SourceRunner>();
afterEach(async () => {
  for (const runner of open) await runner.close();
  open.clear();
});

async function runner(): Promise<SourceRunner> {
  const started = new SourceRunner({
    ...{ pool: database.pool, registry, scope: 'pool', fetchers: { http: source } },
    landing: await makeFolder(folder),
    env: { SALES_KEY: 'hush-hush' },
    log: createLog('test', { level: 'silent' }),
    // A process that has died asks the ledger for nothing.
    through: async (step) => {
      if (death.dead) throw new Error('died');
      return step();
    },
    begin: (file) => void begun.push(file),
    free: async (url) => void freed.push(url),
    held: () => new HeldStar(),
    room: async () => {
      while (full) await new Promise((resolve) => setImmediate(resolve));
    },
    outageTimeoutMs: 300,
    pauses: { leastMs: 1, mostMs: 20 },
  });
  open.add(started);
  started.wake();
  return started;
}

const window = (day: number) => ({
  from: `2026-03-${String(day).padStart(2, '0')}T00:00:00.000Z`,
  to: `2026-03-${String(day + 1).padStart(2, '0')}T00:00:00.000Z`,
});

async function plan(more: Partial<NewRun> = {}): Promise<LedgerRun> {
  const planned = { dataset: 'sales', source: 'api', kind: 'live', window: window(1), ...more } as const;
  const run = (await planRun(database.pool, planned))!;
  for (const runner of open) runner.wake();
  return run;
}

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 10 });

/** Resolves with the run when it has ended. */
async function ended({ runId }: LedgerRun): Promise<LedgerRun> {
  await until(async () => expect((await runOf(database.pool, runId))?.state).toMatch(/done|failed/));
  return (await runOf(database.pool, runId))!;
}

/** The rows of all files that are noted, each file read where it lies. */
async function rowsNoted(...runs: LedgerRun[]): Promise<number[]> {
  const files = await filesOfRuns(
    database.pool,
    runs.map(({ runId }) => runId),
  );
  const texts = await Promise.all(files.map(({ url }) => readFile(fileURLToPath(url), 'utf8')));
  return texts.flatMap((text) => text.trim().split('\n').slice(1).map(Number));
}

describe('a run', () => {
  it('becomes files with names that follow from what they cover, and moves the cursor', async () => {
    const run = await plan();
    await runner();
    expect(await ended(run)).toMatchObject({ state: 'done', pages: 3, position: 3, error: null });
    const files = await filesOfRuns(database.pool, [run.runId]);
    const names = ['0001', '0002', '0003'].map((page) => `api/2026-03-01_2026-03-02/${page}.csv`);
    expect(files.map(({ name }) => name)).toEqual(names);
    expect(files.map(({ url }) => fileURLToPath(url))).toEqual(
      names.map((name) => `${folder}/sales/.fetched/${name}`),
    );
    expect(begun.map(({ fileId }) => fileId)).toEqual(files.map(({ fileId }) => fileId));
    expect(files[0]).toMatchObject({
      dataset: 'sales',
      origin: 'landing',
      scope: 'pool',
      state: 'discovered',
      bytes: 9,
    });
    expect(await rowsNoted(run)).toEqual([11, 12, 13, 14, 15]);
    expect((await cursorOf(database.pool, 'sales', 'api')).cursor).toEqual({ last: 5 });
    expect(freed).toEqual(files.map(({ url }) => url));
  });

  it('is planned once for a window, and beside it for a backfill, which leaves the cursor alone', async () => {
    const live = await plan();
    expect(await planRun(database.pool, { ...live, kind: 'manual' })).toBeNull();
    await runner();
    await ended(live);
    source.rows = [7];
    const backfill = await plan({ kind: 'backfill' });
    await ended(backfill);
    expect(source.tasks.map(({ cursor, backfill }) => [cursor, backfill])).toEqual([
      [null, false],
      [null, true],
    ]);
    expect((await cursorOf(database.pool, 'sales', 'api')).cursor).toEqual({ last: 5 });
    const next = await plan({ window: window(2) });
    await ended(next);
    expect(source.tasks.at(-1)!.cursor).toEqual({ last: 5 });
  });

  it('without a window is named after the time at which it was planned', async () => {
    const run = await plan({ window: null, kind: 'manual' });
    expect(run.folder).toMatch(/^api\/20\d\d-\d\d-\d\dT\d\d-\d\d-\d\dZ$/);
    await runner();
    expect((await ended(run)).state).toBe('done');
    expect(source.tasks[0].window).toBeNull();
  });

  it('makes no file of an empty page, and still moves on', async () => {
    const run = await plan();
    source.fetch = async function* () {
      yield { page: '0001.csv', body: (async function* () {})(), settle: () => ({ position: 1 }) };
      const body = (async function* () {
        yield Buffer.from('id\n');
      })();
      yield { page: '0002.csv', body, settle: () => ({ position: 2, skip: true }) };
      yield { page: null, position: 3, cursor: 'here' };
    };
    await runner();
    expect(await ended(run)).toMatchObject({ state: 'done', pages: 0, position: 3 });
    expect(await filesOfRuns(database.pool, [run.runId])).toEqual([]);
    expect((await cursorOf(database.pool, 'sales', 'api')).cursor).toBe('here');
  });

  it('asks for no page while too many files wait to be loaded', async () => {
    const run = await plan();
    const pages: number[] = [];
    source.fault = (page) => {
      pages.push(page);
      full = true;
      return null;
    };
    await runner();
    for (const asked of [[0], [0, 1], [0, 1, 2]]) {
      await until(async () => expect((await runOf(database.pool, run.runId))!.pages).toBe(asked.length));
      expect(pages).toEqual(asked);
      full = false;
    }
    expect((await ended(run)).pages).toBe(3);
  });

  it('of a source that is gone fails, and one of a dataset that cannot be used waits', async () => {
    const gone = await plan({ source: 'other' });
    const unusable = await plan({ dataset: 'else' });
    await runner();
    expect((await ended(gone)).error).toMatchObject({ code: 'LF_SOURCE_UNKNOWN' });
    expect((await runOf(database.pool, unusable.runId))!.state).toBe('planned');
  });

  it('that ended is run again from its beginning when a person asks', async () => {
    const run = await plan();
    await runner();
    await ended(run);
    expect(await runAgain(database.pool, run.runId)).toMatchObject({
      state: 'planned',
      position: null,
      pages: 0,
    });
    expect(await runAgain(database.pool, run.runId)).toBeNull();
    for (const runner of open) runner.wake();
    await until(async () => expect(source.tasks.length).toBe(2));
    await ended(run);
    // Under the same names: those with the same content are duplicates when they are planned.
    const names = (await filesOfRuns(database.pool, [run.runId])).map(({ name }) => name);
    expect(names).toHaveLength(6);
    expect(new Set(names).size).toBe(3);
  });
});

describe('an error', () => {
  it('in the middle of a page leaves no half file, and the run resumes at that page', async () => {
    const run = await plan();
    let faults = 2;
    source.fault = (page) => (page === 1 && faults-- > 0 ? new LandfallError('LF_SOURCE_UNREACHABLE') : null);
    await runner();
    expect(await ended(run)).toMatchObject({
      state: 'done',
      pages: 3,
      attempts: 0,
      waitsSince: null,
      error: null,
    });
    expect(source.tasks.map(({ position }) => position)).toEqual([null, 1, 1]);
    expect(await rowsNoted(run)).toHaveLength(5);
  });

  it('that lasts fails the run, with the reason and without secrets', async () => {
    const run = await plan();
    const reason = 'no such user hush-hush';
    source.fault = (page) => (page === 1 ? new LandfallError('LF_SOURCE_CONTENT', { reason }) : null);
    await runner();
    const { state, pages, error } = await ended(run);
    expect({ state, pages }).toEqual({ state: 'failed', pages: 1 });
    expect(error!.message).toContain('no such user {env:SALES_KEY}');
    expect(source.tasks).toHaveLength(5);
    const { rows } = await database.pool.query(`select string_agg(r::text, ' ') as all from landfall.run r`);
    expect(rows[0].all).not.toContain('hush');
  });
});

describe('two coordinators', () => {
  it('never both note a page of a run', async () => {
    const run = await plan();
    const first = await runner();
    // The other one takes over while the first one is between two pages, and has not noticed yet.
    let second: Promise<SourceRunner> | null = null;
    source.between = (page) => {
      if (page === 0) second ??= runner();
    };
    expect(await ended(run)).toMatchObject({ state: 'done', pages: 3 });
    await second;
    await first.close();
    expect(await rowsNoted(run)).toEqual([11, 12, 13, 14, 15]);
  });
});

describe('a backfill', () => {
  it('gives way for a live run after the page that it is at, and resumes there', async () => {
    const backfill = await plan({ kind: 'backfill', window: window(5) });
    let live: Promise<LedgerRun> | null = null;
    const order: string[] = [];
    source.between = (page, task) => void order.push(`${task.backfill ? 'backfill' : 'live'} ${page}`);
    const fetch = source.fetch.bind(source);
    source.fetch = async function* (task) {
      for await (const page of fetch(task)) {
        yield page;
        if (task.backfill && live === null) {
          live = plan({ window: window(6) });
          await live;
          started.wake();
          // Until the runner has seen it.
          await vi.waitFor(() => expect(Reflect.get(started, 'giveWay').size).toBe(1));
        }
      }
    };
    const started = await runner();
    await ended(backfill);
    await ended((await live)!);
    expect(await rowsNoted(backfill)).toHaveLength(5);
    expect(order.indexOf('live 2')).toBeLessThan(order.indexOf('backfill 2'));
  });
});

describe('a process that dies', () => {
  const points = {
    once: ['fetch.run-started', 'fetch.run-ended'],
    often: ['staged', 'placed', 'written', 'noted'],
  };
  const deaths = [
    ...points.once.map((point) => [point, 1] as const),
    ...points.often.flatMap((step) => [1, 2, 3].map((nth) => [`fetch.page-${step}`, nth] as const)),
  ];
  it.each(deaths)(
    'at %s, number %i, leaves a run that is resumed: no row is lost or doubled',
    async (at, left) => {
      const run = await plan();
      Object.assign(death, { at, left });
      const dying = await runner();
      await until(async () => expect(death.dead).toBe(true));
      await dying.close();
      const before = await filesOfRuns(database.pool, [run.runId]);
      Object.assign(death, { at: '', dead: false });
      // What was placed and not noted may have changed since.
      const noted = before.length * 2;
      source.rows = source.rows.map((row, i) => (i < noted ? row : row + 5));
      await runner();
      expect(await ended(run)).toMatchObject({ state: 'done', pages: 3 });
      expect(await rowsNoted(run)).toEqual(source.rows.map((row) => Number(`1${row}`)));
      expect((await cursorOf(database.pool, 'sales', 'api')).cursor).toEqual({ last: source.rows.at(-1) });
      // Files that the dead process noted and did not begin are found in the ledger, as any discovered file is.
      expect(await new Ledger(database.pool).unfinishedFiles('pool')).toHaveLength(3);
    },
  );
});
