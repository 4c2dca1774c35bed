/** A file that is planned and ready to be loaded, and the tools to load its chunks with. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readHead } from '../../kernel/dialect/header.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { matchHeader } from '../../model/file/match-header.ts';
import type { Definition } from '../../model/index.ts';
import type { Registry } from '../../model/registry.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { RowCounts } from '../../platform/progress/progress.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { openObject, openStorage } from '../../platform/storage/index.ts';
import { openSinks } from '../../sinks/open-sinks.ts';
import { starDdl } from '../../sinks/postgres/ddl/ddl.ts';
import { martDdl } from '../../sinks/postgres/ddl/mart-ddl.ts';
import { ChunkHold } from '../../workers/chunk-hold.ts';
import { type ChunkTools, loadChunk } from '../../workers/pipeline/load-chunk.ts';
import { SharedLock } from '../../workers/shared-lock.ts';
import { Slots } from '../../workers/slots.ts';
import { Stopwatch } from '../../workers/stopwatch.ts';
import { type TestDatabase, tempFolder } from '../support/index.ts';

export interface Stage {
  readonly dataset: CompiledDataset;
  readonly ledger: Ledger;
  readonly lakeUrl: string;
  readonly path: string;
  readonly fileId: number;
  readonly jobs: readonly ChunkJob[];
  /** Loads a chunk as a worker of its own would. */
  load(job: ChunkJob, changes?: Partial<ChunkTools>): Promise<RowCounts | null>;
  /** First column of each row. */
  column(sql: string): Promise<unknown[]>;
}

/** Makes the star's tables for a dataset. */
export async function makeStar(database: TestDatabase, dataset: CompiledDataset): Promise<void> {
  for (const statement of [...starDdl(dataset), ...martDdl(dataset)]) await database.pool.query(statement);
}

/** Plans `csv` with chunks that end after each of `ends` (record borders), the last at the file's end. */
export async function openStage(
  database: TestDatabase,
  definition: Definition,
  csv: Buffer,
  ends: readonly number[] = [],
): Promise<Stage> {
  const folder = tempFolder();
  const path = join(folder, 'file.csv');
  await writeFile(path, csv);
  const dataset = compileDataset(definition);
  await makeStar(database, dataset);
  const ledger = new Ledger(database.pool);
  const layout = layoutOf(dataset, csv);
  const { storage, key } = await openObject(pathToFileURL(path).href);
  const { bytes, fingerprint } = (await storage.stat(key))!;
  const { name, version } = dataset;
  const url = pathToFileURL(path).href;
  const file = await ledger.addFile({
    dataset: name,
    name: path,
    url,
    scope: 'pool',
    origin: 'ingest',
    bytes,
    fingerprint,
  });
  await ledger.saveDefinition(version, name, {});
  const borders = [0, ...ends, bytes];
  const chunks = borders.slice(1).map((byteEnd, number) => {
    const byteStart = borders[number];
    return { number, byteStart, byteEnd, lineStart: 1 + lineFeeds(csv.subarray(0, byteStart)) };
  });
  const contentHash = `sha256:${path}`;
  const jobs = await ledger.planFile(file.fileId, {
    contentHash,
    definitionVersion: version,
    layout,
    chunks,
  });
  const lakeUrl = join(folder, 'lake');
  const load = async (job: ChunkJob, changes: Partial<ChunkTools> = {}) => {
    const lake = changes.lake ?? (await openStorage(lakeUrl));
    const tools: ChunkTools = {
      hold: new ChunkHold(ledger, job, 'test'),
      sharedLock: new SharedLock(),
      registry: registryOf(dataset),
      ledger,
      pool: database.pool,
      lake,
      kernel: await createKernel(),
      sinks: openSinks({ pool: database.pool, lake }),
      counters: new Slots().begin(job),
      stopwatch: new Stopwatch(),
      signal: new AbortController().signal,
      ...changes,
    };
    return loadChunk(job, tools);
  };
  const column = async (sql: string) =>
    (await database.pool.query({ text: sql, rowMode: 'array' })).rows.map((row) => row[0]);
  return { dataset, ledger, lakeUrl, path, fileId: file.fileId, jobs, load, column };
}

function layoutOf(dataset: CompiledDataset, csv: Buffer): FileLayout {
  const delimiter = dataset.dialect.delimiter === 'auto' ? ',' : dataset.dialect.delimiter;
  const { quote, trim, encoding } = dataset.dialect;
  const head = readHead(csv, { delimiter, quote, trim })!;
  const fieldCount = head.fields.length;
  const fieldOfColumn = matchHeader(dataset, head.fields, fieldCount);
  return {
    delimiter,
    quote,
    trim,
    encoding,
    headerBytes: head.bytes,
    header: head.fields,
    fieldCount,
    fieldOfColumn,
  };
}

function lineFeeds(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0x0a) count++;
  return count;
}

/** Ends of records about `bytes` apart, for a CSV without newlines in quotes. */
export function lineBorders(csv: Buffer, bytes: number): number[] {
  const ends: number[] = [];
  for (let from = bytes; from < csv.length; from = (ends.at(-1) ?? 0) + bytes) {
    const end = csv.indexOf(0x0a, from) + 1;
    if (end === 0 || end >= csv.length) break;
    ends.push(end);
  }
  return ends;
}

/** A registry of these datasets. */
export function registryOf(...datasets: readonly CompiledDataset[]): Registry {
  return {
    get: (name) => datasets.find((dataset) => dataset.name === name),
    names: () => datasets.map(({ name }) => name),
    all: () => [...datasets],
    broken: () => [],
    version: (name, version) =>
      datasets.find((dataset) => dataset.name === name && dataset.version === version),
    reload: async () => false,
  };
}
