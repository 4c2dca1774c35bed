/** A coordinator on a database and folders of its own, with workers in this process. */
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, vi } from 'vitest';
import type { Context } from '../../coordinator/context.ts';
import { type Coordinator, startCoordinator } from '../../coordinator/coordinator.ts';
import { Ledger } from '../../ledger/ledger.ts';
import {
  bigint,
  type Definition,
  defineDataset,
  integer,
  lookup,
  table,
  text,
  view,
} from '../../model/index.ts';
import { loadRegistry, type Registry } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import type { Outage } from '../../platform/errors/outage.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { createLog } from '../../platform/log/log.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { s3Defaults } from '../../platform/storage/s3/s3-settings.ts';
import { schemeOf } from '../../platform/storage/schemes.ts';
import { openSinks } from '../../sinks/open-sinks.ts';
import type { UnknownFile } from '../../sources/contract.ts';
import { startWorker, type Worker } from '../../workers/worker.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';

/** A small dataset with everything that ending a file touches: a dimension, a mart, a data check. */
export const sales = defineDataset({
  name: 'sales',
  columns: {
    id: bigint({ required: true }),
    shop: text({ required: true }),
    amount: integer({ required: true }),
    note: text({ optional: true }),
  },
  star: {
    fact: 'fact_sale',
    dimensions: { shop_key: lookup('dim_shop', { name: 'shop' }) },
    columns: ['id', 'amount', 'note'],
  },
  rejects: { share: 0.5, atLeast: 0, count: 3 },
  marts: {
    sales_per_shop: table(
      'select shop_key, count(*) as sales, sum(amount) as amount from star.fact_sale group by 1',
    ),
    sales_seen: view('select count(*) as sales from star.fact_sale'),
  },
  checks: { nothing_free: 'select id, amount from star.fact_sale where amount = 0' },
});

/** What may become of the definition of sales after files of it are planned: the registry of the next start. */
export const later = {
  'another fact table': () => registryOf(salesWith({ fact: 'fact_sold' })),
  'another schema': () => registryOf(salesWith({ schema: 'shop' })),
  'another name': () => registryOf(salesWith({}, 'sold')),
  'no dataset': () => registryOf(salesWith({ fact: 'fact_else' }, 'else')),
} as const;

/** Sales with another star or name, and without what names its tables. */
export function salesWith(star: { fact?: string; schema?: string }, name = 'sales'): Definition {
  const { columns, rejects } = sales.source;
  return defineDataset({
    name,
    columns,
    rejects,
    star: { fact: 'fact_sale', columns: ['id', 'amount'], ...star },
  });
}

function registryOf(definition: Definition): Promise<Registry> {
  return loadRegistry({ builtin: [definition], paths: [] });
}

/** `rows` sales as CSV, the first with id `from`. */
export function salesCsv(rows: number, from = 1): string {
  const lines = Array.from(
    { length: rows },
    (_, i) => `${from + i},shop ${(from + i) % 7},${((from + i) % 90) + 1},ok`,
  );
  return `id,shop,amount,note\n${lines.join('\n')}${rows > 0 ? '\n' : ''}`;
}

export interface Rig {
  readonly database: TestDatabase;
  readonly folder: string;
  readonly config: Config;
  readonly registry: Registry;
  coordinator: Coordinator;
  readonly left: () => readonly UnknownFile[];
  /** What coordinators have told: which part of them waits, and for what. */
  readonly outages: [source: string, outage: Outage | null][];
  /** Writes a file staged and renames it into landing/<key>. */
  drop(key: string, content: string | Uint8Array): Promise<void>;
  /** Receipts of the next `count` files, in order of landing, whoever they are. */
  receipts(count: number): Promise<Receipt[]>;
  start(options?: { watch?: boolean; scope?: string; registry?: Registry }): Promise<void>;
  /** Resolves when the first file of the ledger is in this state. */
  untilFirstIs(state: string): Promise<void>;
  startWorker(scope?: string, registry?: Registry): Promise<Worker>;
  /** Writes a file beside the landing folder; its path. */
  write(name: string, content: string): Promise<string>;
  /** All files below a folder of the rig, relative to it, sorted. */
  files(below: string): Promise<string[]>;
  /** First column of each row. */
  column(sql: string): Promise<unknown[]>;
  close(): Promise<void>;
}

export async function openRig(
  options: {
    definitions?: readonly Definition[];
    chunkBytes?: number;
    redisUrl?: string | null;
    lockMs?: number;
    /** Other settings, such as stores that are not folders. */
    settings?: Partial<Config>;
  } = {},
): Promise<Rig> {
  const database = await testDatabase();
  const folder = tempFolder();
  const registry = await loadRegistry({ builtin: options.definitions ?? [sales], paths: [] });
  const config: Config = {
    home: join(folder, 'home'),
    databaseUrl: database.url,
    redisUrl: options.redisUrl ?? null,
    landingUrl: join(folder, 'landing'),
    lakeUrl: join(folder, 'lake'),
    archiveUrl: join(folder, 'archive'),
    failedUrl: join(folder, 'failed'),
    host: '127.0.0.1',
    port: 0,
    token: null,
    workers: 1,
    unpackedBytes: 100 * 1024 ** 3,
    uploadBytes: 10_000_000,
    chunkBytes: options.chunkBytes ?? 8 * 1024 * 1024,
    outageTimeout: 60,
    logBacklog: 0,
    lockMs: options.lockMs ?? 10_000,
    stopMs: 10_000,
    ...s3Defaults,
    keep: [],
    keepReplaced: 86_400_000,
    datasets: [],
    ...options.settings,
  };
  if (schemeOf(config.landingUrl) === 'folder') await mkdir(config.landingUrl, { recursive: true });
  const log = createLog('test', { level: 'silent' });
  const workers: Worker[] = [];
  let left: readonly UnknownFile[] = [];
  let dropped = 0;
  const rig: Rig = {
    database,
    folder,
    config,
    registry,
    coordinator: undefined as unknown as Coordinator,
    left: () => left,
    outages: [],
    async drop(key, content) {
      const path = join(config.landingUrl, key);
      const staged = join(folder, `staged-${dropped++}`);
      await writeFile(staged, content);
      await mkdir(dirname(path), { recursive: true });
      await rename(staged, path);
    },
    receipts: async (count) => {
      const ids = await landed(database, count);
      return Promise.all(ids.map((fileId) => rig.coordinator.settled(fileId)));
    },
    async start({ watch = true, scope = 'pool', registry: other = registry } = {}) {
      const onUnknown = (files: readonly UnknownFile[]) => {
        left = files;
      };
      rig.coordinator = await startCoordinator({
        config,
        database: { ...database, embedded: false, close: async () => {} },
        registry: other,
        scope,
        watch,
        log,
        onUnknown,
        onOutage: (source, outage) => rig.outages.push([source, outage]),
      });
    },
    async untilFirstIs(state) {
      const first = async () =>
        (await rig.column('select state from landfall.file order by file_id limit 1'))[0];
      await vi.waitFor(async () => expect(await first()).toBe(state), { timeout: 20_000, interval: 10 });
    },
    async write(name, content) {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
    async startWorker(scope = 'pool', other = registry) {
      const worker = await startWorker({ config, databaseUrl: database.url, scope, registry: other, log });
      workers.push(worker);
      return worker;
    },
    async files(below) {
      const entries = await readdir(join(folder, below), { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      const root = join(folder, below);
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
        .sort();
    },
    async column(sql) {
      return (await database.pool.query({ text: sql, rowMode: 'array' })).rows.map((row) => row[0]);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await rig.coordinator?.close();
      await database.drop();
    },
  };
  return rig;
}

/** What steps of a coordinator are given, without queues: with the definitions of another start, where given. */
export async function contextOf(rig: Rig, registry = rig.registry): Promise<Context> {
  const { config, database } = rig;
  const { pool } = database;
  const lake = await openStorage(config.lakeUrl);
  const stores = {
    lake,
    sinks: openSinks({ pool, lake }),
    archive: () => openStorage(config.archiveUrl),
    failed: () => openStorage(config.failedUrl),
  };
  const log = createLog('test', { level: 'silent' });
  const ledger = new Ledger(pool);
  const context = { pool, ledger, registry, scope: 'pool', chunkBytes: config.chunkBytes, log, ...stores };
  return context as unknown as Context;
}

/** Ids of the first `count` files in the ledger, when there are so many. */
async function landed(database: TestDatabase, count: number): Promise<number[]> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { rows } = await database.pool.query('select file_id from landfall.file order by file_id');
    if (rows.length >= count) return rows.slice(0, count).map((row) => row.file_id);
    if (Date.now() > deadline) throw new Error(`${rows.length} of ${count} files have landed`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
