/** A whole Landfall for one test: a database of its own, a worker here or worker processes, temporary folders. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe } from 'vitest';
import { generateFile } from '../../cli/commands/generate.ts';
import { openSite, type Site } from '../../cli/site.ts';
import { loadRegistry } from '../../model/registry.ts';
import { loadConfig } from '../../platform/config/config.ts';
import { connectDatabase } from '../../platform/database/database.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { createLog } from '../../platform/log/log.ts';
import { startWorker } from '../../workers/worker.ts';
import { definitionsOf } from '../support/builtin.ts';
import {
  describeRedis,
  redisUrl,
  sharedHome,
  type TestDatabase,
  tempFolder,
  testDatabase,
} from '../support/index.ts';
import { turnsOf } from '../support/turn.ts';

export type Backend = 'postgres' | 'redis';

export interface TestSite extends Site {
  readonly folder: string;
  /** Renames a file into landing/<dataset>/ and waits for its receipt. */
  drop(dataset: string, path: string): Promise<Receipt>;
  /** Waits until the ledger has a file of that name (numbered above `after`) that has ended: its receipt. */
  receiptOf(name: string, after?: number): Promise<Receipt>;
  query<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
}

export interface TestSiteOptions {
  readonly backend: Backend;
  /** Worker processes; 0 for no worker at all. Default: a worker in this process, which is there at once. */
  readonly workers?: number;
  readonly chunkBytes?: number;
  readonly serve?: boolean;
  /** Of runs of sources. Default: as the coordinator has it. */
  readonly holdsSchedules?: boolean;
  /** Where everything lies. Default: a folder of its own. */
  readonly folder?: string;
  /** Files or folders with definitions beside those of the examples. */
  readonly datasets?: readonly string[];
  /** The examples that are there. Default: those of one dataset. */
  readonly examples?: readonly string[];
  /** Servers of the test's own. Default: a database of its own on the servers that all tests share. */
  readonly servers?: { readonly databaseUrl: string; readonly redisUrl: string | null };
  readonly lakeUrl?: string;
  /** Other settings, by their names in the environment. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of the queue. Default: one of its own. */
  readonly scope?: string;
  /** Default: one of its own, dropped with the site. */
  readonly database?: TestDatabase;
}

/** Opens a site that closes, with its database, when `close` is called. */
export async function testSite(options: TestSiteOptions): Promise<TestSite> {
  const folder = options.folder ?? tempFolder();
  const database =
    options.database ?? (options.servers ? ownDatabase(options.servers.databaseUrl) : await testDatabase());
  const redis = options.servers?.redisUrl ?? (options.backend === 'redis' ? redisUrl() : null);
  if (options.backend === 'redis' && redis === null)
    throw new Error('this test needs Redis; use describeRedis');
  const env = {
    DATABASE_URL: database.url,
    ...(redis && { REDIS_URL: redis }),
    LANDING_URL: join(folder, 'landing'),
    LAKE_URL: options.lakeUrl ?? join(folder, 'lake'),
    ARCHIVE_URL: join(folder, 'archive'),
    LANDFALL_HOME: sharedHome(),
    LANDFALL_PORT: '0',
    LANDFALL_WORKERS: String(options.workers || 1),
    ...(options.chunkBytes && { LANDFALL_CHUNK_BYTES: String(options.chunkBytes) }),
    ...(options.datasets && { LANDFALL_DATASETS: options.datasets.join(',') }),
    ...options.settings,
  };
  const config = await loadConfig({}, { env, cwd: folder });
  const { examples = ['trips', 'citibike', 'checkins'] } = options;
  const builtin = examples.flatMap((name) => definitionsOf[name]);
  const registry = await loadRegistry({ builtin, paths: config.datasets, home: config.home });
  const { scope = `test-${randomBytes(6).toString('hex')}` } = options;
  const log = createLog('test', { level: 'error' });
  const site = await openSite({
    config,
    registry,
    scope,
    workers: options.workers ?? 0,
    watch: true,
    serve: options.serve ?? false,
    holdsSchedules: options.holdsSchedules,
    log,
  });
  const worker =
    options.workers === undefined
      ? await startWorker({ config, databaseUrl: database.url, scope, registry, log })
      : null;
  const receiptOf = async (name: string, after?: number) =>
    site.coordinator.settled(await fileNamed(site, name, after));
  return {
    ...site,
    folder,
    receiptOf,
    drop(dataset, path) {
      const receipt = drop(dataset, path);
      // A test that fails before it waits for the receipt has one error, not two.
      receipt.catch(() => {});
      return receipt;
    },
    async query(sql, values) {
      return (await database.pool.query(sql, values)).rows;
    },
    async close() {
      await worker?.close();
      await site.close();
      if (options.database === undefined) await database.drop();
    },
  };

  async function drop(dataset: string, path: string): Promise<Receipt> {
    const target = join(folder, 'landing', dataset);
    mkdirSync(target, { recursive: true });
    const { rows } = await database.pool.query(
      'select coalesce(max(file_id), 0) as newest from landfall.file',
    );
    renameSync(path, join(target, basename(path)));
    return receiptOf(basename(path), rows[0].newest);
  }
}

/** A database that the test itself provides, and takes away. */
function ownDatabase(url: string): TestDatabase {
  const { pool, close } = connectDatabase(url, { name: 'test' });
  return { url, pool, drop: close };
}

/** The number of a file, as soon as progress tells of it; above `after` where the name was there before. */
function fileNamed(site: Site, name: string, after = 0): Promise<number> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined;
    stop = site.hub.subscribe((message) => {
      const files = message.type === 'snapshot' ? message.state.files : (message.files ?? []);
      const file = files.find((entry) => entry.name === name && entry.fileId > after);
      if (!file) return;
      resolve(file.fileId);
      setImmediate(() => stop?.());
    });
  });
}

/** Paths of the committed parts of a dataset: the manifest, as a reader of the lake would ask for it. */
export async function committedParts(site: TestSite, dataset: string): Promise<string[]> {
  const rows = await site.query<{ path: string }>(
    `select distinct coalesce(s.path, p.path) as path
     from landfall.part p left join landfall.shared_part s using (shared_id) where p.dataset = $1 order by path`,
    [dataset],
  );
  return rows.map(({ path }) => join(site.folder, 'lake', path));
}

/** Text of a file below a site's folder. */
export function readText(site: TestSite, ...path: string[]): Promise<string> {
  return readFile(join(site.folder, ...path), 'utf8');
}

/**
 * The same tests on both queue backends, or in a turn (support/turn.ts) on one of them; Redis' are skipped, loudly, where
 * there is no Redis.
 */
export function onBothBackends(name: string, body: (backend: Backend) => void): void {
  const tried = turnsOf(['postgres', 'redis'] as const, name);
  if (tried.includes('postgres')) describe(`${name}, queue on PostgreSQL`, () => body('postgres'));
  if (tried.includes('redis')) describeRedis(`${name}, queue on Redis`, () => body('redis'));
}

/** Writes seeded trips to a file and returns its path. */
export async function generatedTrips(folder: string, name: string, rows: number, seed = 1): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  await generateFile('trips', { rows, seed, out: path });
  return path;
}
