/** The whole pipeline as a user starts it: one `landfall ingest` process, timed from outside. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { Receipt } from '../../platform/file-receipt.ts';
import { runProcess } from '../processes/process-run.ts';
import { Sampler, type Series } from '../processes/sampler.ts';
import type { Measurement, Side } from '../rounds/rounds.ts';
import { type Arena, type Input, withClient } from './arena.ts';

export const landfallMain = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** The path of the definition of one of the bench's own datasets. */
export function benchDefinition(dataset: string): string {
  return fileURLToPath(new URL(`../datasets/${dataset}/dataset.js`, import.meta.url));
}

export interface IngestOptions {
  /** In the name of the side: `trips`. */
  readonly what: string;
  readonly dataset: string;
  /** Folders with definitions beside the datasets that ship with Landfall. */
  readonly datasets?: readonly string[];
  /** Folders with definitions in place of the datasets that ship with Landfall. */
  readonly only?: readonly string[];
  /** Checks star and lake before they are dropped. Throws if they are wrong. */
  readonly verify: (found: { client: pg.Client; lake: string; receipt: Receipt }) => Promise<void>;
}

/** The environment of a `landfall` command in the arena. */
export function landfallEnvironment(arena: Arena, datasets: readonly string[] = []): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATABASE_URL: arena.databaseUrl,
    REDIS_URL: process.env.REDIS_URL ?? '',
    LANDFALL_HOME: join(arena.folder, 'home'),
    LANDING_URL: join(arena.folder, 'landing'),
    LAKE_URL: join(arena.folder, 'lake'),
    ARCHIVE_URL: join(arena.folder, 'archive'),
    LANDFALL_DATASETS: ['example:*', ...datasets].join(','),
  };
}

/**
 * One round: ingests into an empty lake, star and ledger, checks them, and drops all three. The time includes the start
 * and the end of Node, coordinator and workers.
 */
export function ingestSide(arena: Arena, input: Input, options: IngestOptions): Side {
  return {
    name: `landfall ingest of ${options.what}: star + lake + ledger`,
    rows: input.rows,
    bytes: input.bytes,
    run: () => ingestRound(arena, input, options),
  };
}

async function ingestRound(arena: Arena, input: Input, options: IngestOptions): Promise<Measurement> {
  await arena.emptyDatabase();
  const lake = arena.emptyFolder('lake');
  await arena.settle(input);
  const serverBefore = arena.serverCpuSeconds();
  let sampler: Sampler | undefined;
  const startedAt = Date.now();
  try {
    const run = await runProcess(
      process.execPath,
      [landfallMain, 'ingest', input.path, '--dataset', options.dataset, '--json'],
      {
        env: {
          ...landfallEnvironment(arena, options.datasets),
          ...(options.only && { LANDFALL_DATASETS: options.only.join(',') }),
        },
        cwd: arena.folder,
        started: (child) => {
          sampler = new Sampler({ root: child.pid!, postmaster: arena.postmaster });
        },
      },
    );
    const series = sampler!.stop();
    const serverCpuSeconds = arena.serverCpuSeconds() - serverBefore;
    const receipt = readReceipt(run.stdout, input);
    const detail = await withClient(arena.databaseUrl, async (client) => {
      await options.verify({ client, lake, receipt });
      return { curve: await rowsOverTime(client, startedAt), ...(await sizes(client, receipt)) };
    });
    return {
      seconds: run.seconds,
      cpuSeconds: run.cpuSeconds,
      serverCpuSeconds,
      ...shares(series, run.cpuSeconds),
      detail: { ...detail, series },
    };
  } finally {
    sampler?.stop();
    rmSync(lake, { recursive: true, force: true });
    await arena.emptyDatabase();
  }
}

function readReceipt(stdout: string, input: Input): Receipt {
  const result = JSON.parse(stdout) as { status: string; rows: Receipt['rows']; receipt: Receipt };
  const { status, rows, receipt } = result;
  const right =
    status === 'done' &&
    rows.loaded === input.rows &&
    receipt.lakeRows === input.rows &&
    receipt.starRows === input.rows;
  if (!right) throw new Error(`the run does not reconcile: ${stdout}`);
  return receipt;
}

/**
 * CPU time by process. Workers are idle when they end, so their last sample contains all of their time. The rest of the
 * exact total is the coordinator's, including its start.
 */
function shares(
  series: readonly Series[],
  cpuSeconds: number,
): Pick<Measurement, 'workerPeakBytes' | 'workerCpuSeconds' | 'coordinatorCpuSeconds'> {
  const workers = series.filter((one) => one.role === 'worker');
  if (workers.length === 0) return {};
  const workerCpuSeconds = workers.reduce((sum, one) => sum + (one.cpuSeconds.at(-1) ?? 0), 0);
  return {
    workerPeakBytes: Math.max(...workers.map((one) => one.peakBytes)),
    workerCpuSeconds,
    coordinatorCpuSeconds: cpuSeconds - workerCpuSeconds,
  };
}

/** Committed rows by seconds since the command was started, with one point per chunk. */
async function rowsOverTime(client: pg.Client, startedAt: number): Promise<[number, number][]> {
  const { rows } = await client.query<{ at: number; rows: string }>(
    `select extract(epoch from committed_at)::float8 as at, rows_loaded as rows
     from landfall.chunk where state = 'committed' order by committed_at`,
  );
  let sum = 0;
  return rows.map(({ at, rows }) => {
    sum += Number(rows);
    return [Math.round((at * 1000 - startedAt) / 10) / 100, sum];
  });
}

async function sizes(client: pg.Client, receipt: Receipt): Promise<Record<string, unknown>> {
  const { rows } = await client.query<{ bytes: string; chunks: string }>(
    `select (select sum(pg_total_relation_size(c.oid)) from pg_class c
       where relnamespace = 'star'::regnamespace and relkind in ('r', 'p', 'm')) as bytes,
       (select count(*) from landfall.chunk) as chunks`,
  );
  return {
    receiptSeconds: receipt.seconds,
    lakeBytes: receipt.lakeBytes,
    parts: receipt.parts,
    starBytes: Number(rows[0].bytes),
    chunks: Number(rows[0].chunks),
  };
}
