/**
 * `npm run bench`: what Landfall does in the time of what people would use instead, in one run on one
 * server. Sides alternate, medians count, and a run that does not reconcile prints no rate.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import pg from 'pg';
import { generateFile, wholeNumber } from '../cli/commands/generate.ts';
import { bytes, count } from '../cli/terminal/format.ts';
import { loadConfig } from '../platform/config.ts';
import { openDatabase } from '../platform/database.ts';
import { flatCopy, flatCopyName } from './lib/flat-copy.ts';
import { ingestRound } from './lib/landfall-run.ts';
import { alternate, type Result } from './lib/rounds.ts';

const flags = new Command('bench')
  .description('the whole pipeline against a bare COPY of the same file, on one server')
  .option('--rows <n>', 'trips', wholeNumber('--rows'), 2_000_000)
  .option('--rounds <n>', 'rounds; odd numbers make plain medians', wholeNumber('--rounds'), 3)
  .option('--out <file>', 'raw results as JSON')
  .parse()
  .opts<{ rows: number; rounds: number; out?: string }>();

const say = (text: string) => process.stderr.write(text);
const pipelineName = 'landfall ingest: star + lake + ledger';
const columns = ['region', 'origin_coord', 'destination_coord', 'datetime', 'datasource'];

const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-'));
const config = await loadConfig({ home: join(folder, 'home') });
const database = await openDatabase(config);
try {
  const { rows: server } = await database.pool.query<{ version: string }>('select version()');
  const benchUrl = await createDatabase(database.url, 'landfall_bench');
  const file = join(folder, 'trips.csv');
  await generateFile('trips', { rows: flags.rows, seed: 1, out: file });
  const fileBytes = statSync(file).size;
  say(
    `${count(flags.rows)} trips, ${bytes(fileBytes)}; ${cpus()[0].model}, ${availableParallelism()} cores; ${server[0].version.split(' on ')[0]}\n`,
  );
  const results = await alternate(
    [
      { name: flatCopyName, run: () => flatCopy(benchUrl, file, columns, flags.rows) },
      {
        name: pipelineName,
        run: () => ingestRound({ databaseUrl: benchUrl, folder, file, dataset: 'trips', rows: flags.rows }),
      },
    ],
    flags.rounds,
    say,
  );
  report(results);
  if (flags.out) save(flags.out, results, fileBytes, server[0].version);
} finally {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}

/** A database of its own, so that the user's server keeps nothing of ours. */
async function createDatabase(adminUrl: string, name: string): Promise<string> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  await client.query(`drop database if exists ${name} with (force)`);
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

function report(results: readonly Result[]): void {
  const [theirs, ours] = results;
  for (const { name, medianSeconds } of results) {
    process.stdout.write(
      `${name.padEnd(46)} ${medianSeconds.toFixed(2).padStart(8)} s  ${count(flags.rows / medianSeconds).padStart(10)} rows/s\n`,
    );
  }
  const peak = Math.max(...ours.rounds.map((round) => round.workerPeakBytes ?? 0));
  process.stdout.write(
    `landfall ÷ COPY, ratio of rates: ${(theirs.medianSeconds / ours.medianSeconds).toFixed(2)}\n`,
  );
  process.stdout.write(`largest worker process: ${bytes(peak)}\n`);
}

function save(path: string, results: readonly Result[], fileBytes: number, server: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  const machine = {
    cpu: cpus()[0].model,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    platform: process.platform,
  };
  writeFileSync(
    path,
    `${JSON.stringify({ at: new Date().toISOString(), machine, server, rows: flags.rows, fileBytes, results }, null, 2)}\n`,
  );
}
