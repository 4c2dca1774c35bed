/** A small dataset whose definition can change, and files of it with rows that do not fit. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { findFile } from '../../coordinator/commands/find-file.ts';
import { exportToFile } from '../../coordinator/commands/list-rejects.ts';
import { undoFile } from '../../coordinator/commands/undo.ts';
import type { VerifyTools } from '../../coordinator/commands/verify.ts';
import { newestReferences } from '../../coordinator/plan/settle-references.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { Ledger, type LedgerFile } from '../../ledger/ledger.ts';
import { loadRegistry } from '../../model/registry.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { openSinks } from '../../sinks/open-sinks.ts';
import { StarSink } from '../../sinks/postgres/star-sink.ts';
import { type RebuildOptions, type Rebuilt, rebuildDataset } from '../../workers/rebuild/rebuild-dataset.ts';
import { type CommandRun, landfall } from '../cli/run.ts';
import { redisUrl, sharedHome, tempFolder } from '../support/index.ts';
import { type Backend, type TestSite, testSite } from './site.ts';

export interface Riders {
  /** Formats of `at`. */
  readonly formats?: readonly string[];
  readonly versions?: 'add' | 'replace' | 'refuse';
  readonly rejects?: { readonly share?: number; readonly count?: number; readonly atLeast?: number };
  readonly header?: boolean;
  readonly encoding?: string;
  /** A data check: no id twice. */
  readonly unique?: boolean;
  readonly layout?: 'rows' | 'packed';
}

/** Writes the definition of `riders` into `folder`, and returns the folder of definitions. */
export function definition(folder: string, options: Riders = {}): string {
  const {
    formats = ['yyyy-MM-dd HH:mm:ss'],
    versions = 'add',
    rejects = { share: 1 },
    header = true,
    encoding = 'utf-8',
    unique = false,
    layout = 'rows',
  } = options;
  const target = join(folder, 'datasets', 'riders');
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, 'dataset.ts'),
    `import { defineDataset, integer, lookup, month, text, timestamp, year } from 'landfall';
export default defineDataset({
  name: 'riders',
  dialect: { header: ${header}, encoding: '${encoding}' },
  columns: {
    id: integer({ required: true }),
    rider: text({ required: true }),
    at: timestamp({ required: true, zone: 'UTC', formats: ${JSON.stringify(formats)} }),
  },
  enrich: (c) => ({ year: year(c.at), month: month(c.at) }),
  lake: { partitionBy: ['year', 'month'] },
  star: { fact: 'fact_rider', dimensions: { rider_key: lookup('dim_rider', { name: 'rider' }) }, columns: ['id', 'at'], layout: '${layout}' },
  marts: { riders_by_month: { kind: 'table', uniqueKey: ['month'], sql:
    "select date_trunc('month', at) as month, count(*)::int as rides from star.fact_rider group by 1" } },
  checks: ${unique ? "{ ids_once: 'select id from star.fact_rider group by id having count(*) > 1' }" : '{}'},
  rejects: ${JSON.stringify(rejects)},
  versions: '${versions}',
});
`,
  );
  return join(folder, 'datasets');
}

export const header = 'id,rider,at';

/** Good rows with ids from `first` on. */
export function rows(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const id = first + i;
    return `${id},Rider ${id % 7},2024-0${1 + (id % 3)}-1${id % 10} 10:00:00`;
  });
}

/** Writes a file and returns its path. */
export function csv(folder: string, name: string, lines: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Everything there is: ids in the star, rows and objects of the lake, rejects, what the mart says. */
export async function account(site: Pick<TestSite, 'query'>) {
  const [row] = await site.query<{
    ids: number[];
    parts: number;
    lake_rows: number;
    waiting: number;
    taken: number;
    mart: number;
  }>(`select
    (select coalesce(array_agg(id order by id), '{}') from star.fact_rider) as ids,
    (select count(*)::int from landfall.part) as parts,
    (select coalesce(sum(rows), 0)::int from landfall.part) as lake_rows,
    (select count(*)::int from landfall.reject where taken_by is null) as waiting,
    (select count(*)::int from landfall.reject where taken_by is not null) as taken,
    (select coalesce(sum(rides), 0)::int from star.riders_by_month) as mart`);
  return row;
}

/** A site with the dataset `riders`, whose definition lies in the site's own folder. */
export async function siteOf(backend: Backend, options: Riders = {}, chunkBytes = 1024): Promise<TestSite> {
  const folder = tempFolder();
  return testSite({ backend, chunkBytes, folder, datasets: [definition(folder, options)] });
}

/** The command as a user runs it beside the site: same database, same folders, the current definition. */
export function commandOf(site: TestSite, backend: Backend) {
  const env = {
    DATABASE_URL: site.database.url,
    LANDFALL_HOME: sharedHome(),
    LANDFALL_DATASETS: join(site.folder, 'datasets'),
    ...(backend === 'redis' && { REDIS_URL: redisUrl()! }),
    LANDFALL_WORKERS: '1',
  };
  return (...args: string[]): Promise<CommandRun> => landfall(args, { cwd: site.folder, env });
}

/** What `landfall rejects NAME --export` writes. */
export async function exported(site: TestSite, name: string): Promise<Buffer> {
  const out = join(site.folder, 'out.csv');
  const { pool } = site.database;
  const registry = await loadRegistry({ builtin: [], paths: site.config.datasets, home: sharedHome() });
  expect(await exportToFile(pool, registry, await findFile(pool, name), out)).toBeGreaterThan(0);
  return readFileSync(out);
}

/** What commands at the site are given, with its definitions as they are now. */
export async function toolsOf(site: TestSite): Promise<VerifyTools> {
  const { pool } = site.database;
  const registry = await loadRegistry({ builtin: [], paths: site.config.datasets, home: sharedHome() });
  const sinks = openSinks({ pool, lake: await openStorage(site.config.lakeUrl) });
  return { pool, ledger: new Ledger(pool), registry, sinks };
}

/** As `landfall undo NAME`. */
export async function undone(site: TestSite, name: string): Promise<LedgerFile[]> {
  const tools = await toolsOf(site);
  const { fileId } = await findFile(tools.pool, name, { wanted: ['done'], only: true });
  return undoFile(tools, fileId, 'by a test');
}

/** As `landfall replay NAME`, with the site's own workers and definition. */
export async function replayed(
  site: TestSite,
  name: string,
  options: { whole?: boolean } = {},
): Promise<Receipt> {
  const { fileId } = await findFile(site.database.pool, name);
  return site.coordinator.settled((await site.coordinator.actions.replay(fileId, options))!);
}

/** Parts that lie in the lake, listed or not. */
export function lakeFiles(site: TestSite): string[] {
  return parquetFiles(site).filter((path) => !path.startsWith('quarantine/'));
}

/** Quarantine parts. */
export function quarantined(site: TestSite): string[] {
  return parquetFiles(site).filter((path) => path.startsWith('quarantine/'));
}

function parquetFiles(site: TestSite): string[] {
  const all = readdirSync(join(site.folder, 'lake'), { recursive: true }).map(String);
  return all.filter((path) => path.endsWith('.parquet')).sort();
}

/** As `landfall rebuild DATASET`, with the definitions in `folder`. */
export async function rebuildHere(
  site: TestSite,
  folder: string,
  dataset: string,
  options: Partial<RebuildOptions> = {},
): Promise<Rebuilt> {
  const { pool } = site.database;
  const registry = await loadRegistry({ builtin: [], paths: [folder], home: sharedHome() });
  const lake = await openStorage(site.config.lakeUrl);
  const definition = registry.get(dataset)!;
  return rebuildDataset(definition, {
    ...{ pool, lake, star: new StarSink(pool), ledger: new Ledger(pool), kernel: await createKernel() },
    signal: new AbortController().signal,
    references: () => newestReferences({ pool }, definition),
    ...options,
  });
}
