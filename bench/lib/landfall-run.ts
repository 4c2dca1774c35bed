/** The whole pipeline as a user starts it: one `landfall ingest` process, timed from outside. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Receipt } from '../../platform/types.ts';
import { runProcess } from './processes.ts';
import type { Measurement } from './rounds.ts';

const main = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

export interface IngestRound {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly file: string;
  readonly dataset: string;
  readonly rows: number;
}

/** One round: ingest into an empty lake, star and ledger; then drop all three. Node's, workers' and
 * coordinator's start are inside the time. */
export async function ingestRound({
  databaseUrl,
  folder,
  file,
  dataset,
  rows,
}: IngestRound): Promise<Measurement> {
  await empty(databaseUrl);
  const lake = join(folder, 'lake');
  rmSync(lake, { recursive: true, force: true });
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    LANDFALL_HOME: join(folder, 'home'),
    LAKE_URL: lake,
    REDIS_URL: process.env.REDIS_URL ?? '',
  };
  const run = await runProcess(
    process.execPath,
    [main, 'ingest', file, '--dataset', dataset, '--json'],
    env,
    folder,
  );
  const result = JSON.parse(run.stdout) as { status: string; rows: Receipt['rows']; receipt: Receipt };
  if (
    result.status !== 'done' ||
    result.rows.loaded !== rows ||
    result.receipt.lakeRows !== rows ||
    result.receipt.starRows !== rows
  ) {
    throw new Error(`the run does not reconcile: ${run.stdout}`);
  }
  const workers = [...run.peaks.values()].filter((peak) => peak.command.includes('workers/main'));
  rmSync(lake, { recursive: true, force: true });
  await empty(databaseUrl);
  return {
    seconds: run.seconds,
    workerPeakBytes: Math.max(0, ...workers.map((peak) => peak.bytes)),
    detail: {
      receiptSeconds: result.receipt.seconds,
      lakeBytes: result.receipt.lakeBytes,
      parts: result.receipt.parts,
    },
  };
}

/** Drops every schema but the system's, so that a round starts from nothing. */
async function empty(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
    );
    for (const { name } of rows) await client.query(`drop schema ${client.escapeIdentifier(name)} cascade`);
    await client.query('create schema public');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
