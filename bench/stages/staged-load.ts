/**
 * Loads a file's chunks as a worker does, one at a time in this process, with a stopwatch that measures CPU time. The
 * cost of a stage therefore does not include waiting.
 */
import { pathToFileURL } from 'node:url';
import { planChunks } from '../../coordinator/plan/plan-chunks.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { migrate } from '../../ledger/migrate.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Registry } from '../../model/registry.ts';
import { connectDatabase } from '../../platform/database/database.ts';
import type { ChunkJob, ScanJob } from '../../platform/queue/contract.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openObject, openStorage } from '../../platform/storage/index.ts';
import { openSinks } from '../../sinks/open-sinks.ts';
import { starDdl } from '../../sinks/postgres/ddl/ddl.ts';
import { ChunkHold } from '../../workers/chunk-hold.ts';
import { loadChunk } from '../../workers/pipeline/load-chunk.ts';
import { scanRange } from '../../workers/scan/scan-range.ts';
import { SharedLock } from '../../workers/shared-lock.ts';
import { Slots } from '../../workers/slots.ts';
import { type Stage, Stopwatch, stages } from '../../workers/stopwatch.ts';
import type { Input } from '../sides/arena.ts';
import { layoutOf } from './kernel-batches.ts';
import { subjectOf } from './staged-subjects.ts';

/** Measures user and system time of the whole process, including its helper threads. */
export class CpuStopwatch extends Stopwatch {
  private before = process.cpuUsage();

  override lap(stage: Stage): void {
    const { user, system } = process.cpuUsage(this.before);
    this.ms[stage] += (user + system) / 1000;
    this.before = process.cpuUsage();
  }

  override skip(): void {
    this.before = process.cpuUsage();
  }
}

export interface StagedLoad {
  readonly rows: number;
  readonly chunks: number;
  /** CPU seconds of this process by stage; `scan` is what comes before the chunks are known. */
  readonly cpuSeconds: Readonly<Record<Stage | 'scan' | 'claim', number>>;
  /** Bytes of binary COPY rows, of all fact rows. */
  readonly wireBytes: number;
  readonly lakeBytes: number;
}

/** Creates ledger and star. This is not part of the cost of a row. */
export async function prepareStaged(databaseUrl: string, dataset: string): Promise<void> {
  const database = connectDatabase(databaseUrl);
  try {
    await migrate(database.pool);
    const compiled = compileDataset(subjectOf(dataset).definition);
    for (const statement of starDdl(compiled)) await database.pool.query(statement);
  } finally {
    await database.close();
  }
}

/** Loads all of a file into a prepared database and an empty lake. */
export async function stagedLoad(options: {
  dataset: string;
  input: Input;
  databaseUrl: string;
  lakeUrl: string;
  chunkBytes: number;
}): Promise<StagedLoad> {
  const { input, chunkBytes } = options;
  const database = connectDatabase(options.databaseUrl);
  try {
    const dataset = compileDataset(subjectOf(options.dataset).definition);
    const ledger = new Ledger(database.pool);
    const lake = await openStorage(options.lakeUrl);
    const planned = await plan(ledger, dataset, input, chunkBytes, lake);
    const stopwatch = new CpuStopwatch();
    const kernel = await createKernel();
    const meter = meterOf(kernel);
    const sinks = openSinks({ pool: database.pool, lake });
    const cpuBefore = process.cpuUsage();
    const registry: Registry = {
      get: () => dataset,
      names: () => [dataset.name],
      all: () => [dataset],
      broken: () => [],
      version: () => dataset,
      reload: async () => false,
    };
    let rows = 0;
    for (const job of planned.jobs) {
      const counts = await loadChunk(job, {
        hold: new ChunkHold(ledger, job, 'bench'),
        sharedLock: new SharedLock(),
        registry,
        ledger,
        pool: database.pool,
        lake,
        kernel: meter.kernel,
        sinks,
        counters: new Slots().begin(job),
        stopwatch,
        signal: new AbortController().signal,
      });
      rows += counts?.loaded ?? 0;
    }
    const { user, system } = process.cpuUsage(cpuBefore);
    const booked = stages.reduce((sum, stage) => sum + stopwatch.ms[stage], 0) / 1000;
    const seconds = Object.fromEntries(stages.map((stage) => [stage, stopwatch.ms[stage] / 1000]));
    const { rows: parts } = await database.pool.query(
      `select sum(bytes)::float8 as bytes from landfall.part`,
    );
    return {
      rows,
      chunks: planned.jobs.length,
      cpuSeconds: {
        ...(seconds as Record<Stage, number>),
        scan: planned.scanCpuSeconds,
        // The time before a chunk's first lap, in which it is claimed and its transaction begins, and unassigned time.
        claim: Math.max(0, (user + system) / 1e6 - booked),
      },
      wireBytes: meter.bytes(),
      lakeBytes: parts[0].bytes,
    };
  } finally {
    await database.close();
  }
}

/** The kernel, wrapped to count the bytes that it encodes. */
function meterOf(kernel: Awaited<ReturnType<typeof createKernel>>) {
  let bytes = 0;
  const encode = kernel.encodeCopyRows.bind(kernel);
  kernel.encodeCopyRows = (fields, rows) => {
    const encoded = encode(fields, rows);
    bytes += encoded.length;
    return encoded;
  };
  return { kernel, bytes: () => bytes };
}

/** Scans and plans as coordinator and workers do, without the queue between them. */
async function plan(
  ledger: Ledger,
  dataset: CompiledDataset,
  input: Input,
  chunkBytes: number,
  lake: Storage,
): Promise<{ jobs: readonly ChunkJob[]; scanCpuSeconds: number }> {
  const url = pathToFileURL(input.path).href;
  const { storage, key } = await openObject(url);
  const { fingerprint, bytes } = (await storage.stat(key))!;
  const layout = layoutOf(dataset, input.path);
  const { headerBytes } = layout;
  const file = {
    dataset: dataset.name,
    name: key,
    url,
    scope: 'bench',
    origin: 'ingest',
    bytes,
    fingerprint,
  } as const;
  const { fileId } = await ledger.addFile(file);
  await ledger.saveDefinition(dataset.version, dataset.name, {});
  await ledger.startScan(fileId, dataset.version, layout);
  const cpuBefore = process.cpuUsage();
  const scan: ScanJob = {
    ...{ fileId, number: 0, byteStart: 0, byteEnd: bytes },
    ...{ scanFrom: headerBytes, pieceBytes: chunkBytes },
  };
  const counters = new Slots().begin(scan);
  await scanRange(scan, { ledger, lake, counters, signal: new AbortController().signal });
  const { user, system } = process.cpuUsage(cpuBefore);
  const scans = (await ledger.scans(fileId)).flatMap((one) => one.result);
  const chunks = planChunks({ bytes, recordsFrom: headerBytes, headerLines: 1, chunkBytes, scans });
  const contentHash = `sha256:bench-${fileId}`;
  const jobs = await ledger.planFile(fileId, {
    contentHash,
    definitionVersion: dataset.version,
    layout,
    chunks,
  });
  return { jobs, scanCpuSeconds: (user + system) / 1e6 };
}
