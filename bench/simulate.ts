/**
 * Measures the limit of the real queue, on Redis and on PostgreSQL, with workers that sleep instead of loading.
 * `npm run bench:simulate -- --out bench/results/queue.json`
 *
 * The servers, the coordinator and the client code of every sleeping worker share the cores of this machine. It
 * therefore shows not only chunks per second but also the CPU time that a chunk costs the server, the coordinator and
 * a worker, from which the rate on separate machines follows. The time does not include connecting the workers. A run
 * that takes too long is cut off and shown with what it had done by then.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { wholeNumber } from '../cli/commands/generate.ts';
import { migrate } from '../ledger/migrate.ts';
import { connectDatabase } from '../platform/database/database.ts';
import { openServer } from '../platform/database/embedded/embedded-server.ts';
import { machine, versions } from './processes/host.ts';
import { hasRedis, startRedis } from './processes/own-redis.ts';
import type { QueueRun } from './report/results.ts';
import { saveResults } from './rounds/save.ts';
import { type Kind, simulate, slots } from './simulation/simulation.ts';

const numbers = (text: string) => text.split(',').map(wholeNumber('--workers'));
const queuesKnown = ['redis', 'postgres'] as const;
const flags = new Command('bench:simulate')
  .description('measure how many chunks per second queue and ledger can hand out, with workers that sleep')
  .option('--queues <list>', 'redis, postgres', 'redis,postgres')
  .option('--workers <list>', 'numbers of workers', numbers, [8, 32, 128, 500])
  .option('--chunks <n>', 'number of chunks of each run', wholeNumber('--chunks'), 1000)
  .option('--sleep <list>', 'milliseconds that a worker sleeps for each chunk', numbers, [0, 500])
  .option('--most-seconds <n>', 'cut a run off after this time', wholeNumber('--most-seconds'), 120)
  .option('--deadlock-timeout <time>', 'deadlock_timeout of the server', '1s')
  .option('--out <file>', 'file for the results, as JSON')
  .parse()
  .opts<{
    queues: string;
    workers: number[];
    chunks: number;
    sleep: number[];
    mostSeconds: number;
    deadlockTimeout: string;
    out?: string;
  }>();

/** The most connections per worker: two to the queue and one to the ledger, and some for all other processes. */
const connectionsMost = 3 * Math.max(...flags.workers) + 100;

/** Saves the results after every run, so that they are not lost if a later run is stopped. */
async function save(out: string, runs: readonly QueueRun[], version: string): Promise<void> {
  const results = {
    ...{ format: 1, kind: 'queue', at: new Date().toISOString() },
    command: `npm run bench:simulate -- ${process.argv.slice(2).join(' ')}`.trim(),
    ...{ machine: machine(), versions: await versions(version), runs },
  };
  saveResults(out, results);
}

function show(run: QueueRun): void {
  const figures = [
    `${run.queue}${run.ledger ? ' + ledger' : ''}`.padEnd(18),
    `${run.workers} workers`.padStart(12),
    `${run.sleepMs} ms`.padStart(8),
    `${run.chunksPerSecond.toFixed(0)} chunks/s`.padStart(15),
    run.idealChunksPerSecond === null ? '' : `of ${run.idealChunksPerSecond.toFixed(0)}`,
    run.cutOff ? `CUT OFF with ${run.cutOff.workers} workers and ${run.cutOff.chunks} chunks` : '',
  ];
  const costs = [
    `Redis ${run.redisCpuMs?.toFixed(2) ?? '-'}`,
    `PostgreSQL ${run.postgresCpuMs.toFixed(2)}`,
    `coordinator ${run.coordinatorCpuMs.toFixed(2)}`,
    `worker ${run.workerCpuMs.toFixed(2)} ms CPU per chunk`,
    `${run.redisCommands?.toFixed(0) ?? '-'} commands`,
    `${run.postgresTransactions.toFixed(1)} transactions`,
    `${run.connections} connections, started in ${run.startSeconds?.toFixed(0)} s`,
  ];
  process.stdout.write(`${figures.join(' ')}  ${costs.join(', ')}\n`);
}

/** All requested runs, the cheap ones first. */
function kinds(withRedis: boolean): Kind[] {
  const chosen = queuesKnown.filter((queue) => flags.queues.split(',').includes(queue));
  return chosen
    .filter((queue) => queue !== 'redis' || withRedis)
    .flatMap((queue) =>
      flags.workers.flatMap((workers) =>
        flags.sleep.flatMap((sleepMs) => {
          // Sleeping workers need not be given more than ten seconds' work.
          const most = sleepMs === 0 ? flags.chunks : Math.ceil((workers * slots * 10_000) / sleepMs);
          const chunks = Math.min(flags.chunks, most);
          return [false, true].map((ledger) => ({ queue, workers, sleepMs, ledger, chunks }));
        }),
      ),
    );
}

const told = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => told.abort());

const folder = mkdtempSync(join(tmpdir(), 'landfall-simulate-'));
const settings = {
  ...{ max_connections: String(connectionsMost), shared_buffers: '256MB' },
  deadlock_timeout: flags.deadlockTimeout,
};
const server = await openServer(folder, { settings });
const redis = hasRedis ? await startRedis() : null;
if (redis === null) process.stderr.write('no redis-server on the PATH: only the PostgreSQL queue is tried\n');
try {
  const database = connectDatabase(server.url);
  await migrate(database.pool);
  const version = (await database.pool.query<{ v: string }>('select version() as v')).rows[0].v.split(
    ' on ',
  )[0];
  await database.close();
  const servers = { databaseUrl: server.url, postmaster: server.pid, redis };
  const runs: QueueRun[] = [];
  for (const kind of kinds(redis !== null)) {
    const run = await simulate(servers, kind, { mostSeconds: flags.mostSeconds, signal: told.signal });
    runs.push(run);
    show(run);
    if (flags.out) await save(flags.out, runs, version);
  }
} catch (error) {
  if (!told.signal.aborted) throw error;
  process.exitCode = 130;
} finally {
  await redis?.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
// Work that was in flight when the process was told to stop waits for servers that no longer run.
if (told.signal.aborted) process.exit();
