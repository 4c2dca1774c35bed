/**
 * The queue's own limit: the real queue, on Redis and on PostgreSQL, with workers that sleep instead of
 * loading. `npm run bench:simulate -- --out bench/results/queue.json`
 *
 * All of it shares this machine's cores: the servers, the coordinator and every sleeping worker's client
 * code. So beside chunks a second on the wall it tells the CPU time a chunk costs the server, the
 * coordinator and a worker, from which follows what machines of their own would reach.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { wholeNumber } from '../cli/commands/generate.ts';
import { settleLayout } from '../coordinator/layout.ts';
import trips from '../datasets/trips/dataset.ts';
import { compileDataset } from '../model/compile.ts';
import { connectDatabase } from '../platform/database.ts';
import { openServer } from '../platform/embedded/server.ts';
import { Ledger } from '../platform/ledger/ledger.ts';
import { migrate } from '../platform/migrate.ts';
import { openQueues, type Queues } from '../platform/queue/index.ts';
import type { ChunkJob } from '../platform/types.ts';
import type { SleepersTask } from './children/sleeping-workers.ts';
import { machine, versions } from './lib/machine.ts';
import { treeCpuSeconds } from './lib/proc.ts';
import { hasRedis, type OwnRedis, startRedis } from './lib/redis.ts';
import { saveResults } from './lib/save.ts';
import { tripColumns } from './lib/trips.ts';
import type { QueueRun } from './report/results.ts';

const numbers = (text: string) => text.split(',').map(wholeNumber('--workers'));
const flags = new Command('bench:simulate')
  .description('how many chunks a second queue and ledger can hand out, with workers that sleep')
  .option('--workers <list>', 'numbers of workers', numbers, [2, 8, 32, 128, 500])
  .option(
    '--postgres-workers <n>',
    'most workers on the PostgreSQL queue',
    wholeNumber('--postgres-workers'),
    128,
  )
  .option('--chunks <n>', 'chunks of each run', wholeNumber('--chunks'), 3000)
  .option('--sleep <list>', 'milliseconds that a chunk takes', numbers, [0, 500])
  .option('--out <file>', 'results as JSON')
  .parse()
  .opts<{ workers: number[]; postgresWorkers: number; chunks: number; sleep: number[]; out?: string }>();

const slots = 2;
const child = fileURLToPath(new URL('./children/sleeping-workers.js', import.meta.url));
/** Workers of one process of the simulation. */
const workersOfProcess = 125;
/** A file of 32 GiB: submitted as one flow. */
const chunksOfFile = 1000;

interface Servers {
  readonly databaseUrl: string;
  readonly postmaster: number;
  readonly redis: OwnRedis | null;
}

async function simulate(
  servers: Servers,
  run: Pick<QueueRun, 'queue' | 'workers' | 'sleepMs' | 'ledger' | 'chunks'>,
): Promise<QueueRun> {
  const redis = run.queue === 'redis' ? servers.redis : null;
  const { databaseUrl } = servers;
  const database = connectDatabase(databaseUrl, { max: 4 });
  const scope = `sim-${run.workers}-${run.sleepMs}-${run.ledger ? 'l' : 'q'}`;
  const queues = await openQueues({
    databaseUrl,
    redisUrl: redis?.url ?? null,
    scope,
    migrate: redis === null,
  });
  const processes = await startSleepers({
    ...{ databaseUrl, redisUrl: redis?.url ?? null, scope, slots },
    ...{ workers: run.workers, sleepMs: run.sleepMs, ledger: run.ledger },
  });
  try {
    const files = await plan(new Ledger(database.pool), scope, run.chunks);
    const transactions = async () => {
      // Transactions that only read take no number.
      const text = 'select pg_snapshot_xmax(pg_current_snapshot())::text::float8 as n';
      return (await database.pool.query<{ n: number }>(text)).rows[0].n;
    };
    const before = {
      transactions: await transactions(),
      commands: (await redis?.commands()) ?? 0,
      postgres: treeCpuSeconds(servers.postmaster),
      redis: redis === null ? 0 : treeCpuSeconds(redis.pid),
      sleepers: sleepersCpu(processes),
      own: process.cpuUsage(),
    };
    const started = performance.now();
    const submitSeconds = await submitAndWait(queues, files, started);
    const seconds = (performance.now() - started) / 1000;
    const own = process.cpuUsage(before.own);
    const sleepers = sleepersCpu(processes) - before.sleepers;
    const redisSeconds = redis === null ? null : treeCpuSeconds(redis.pid) - before.redis;
    const postgresSeconds = treeCpuSeconds(servers.postmaster) - before.postgres;
    const commands = redis === null ? null : (await redis.commands()) - before.commands;
    const numbersTaken = (await transactions()) - before.transactions;
    const perChunkMs = (cpuSeconds: number) => (cpuSeconds * 1000) / run.chunks;
    return {
      ...run,
      slots,
      seconds,
      chunksPerSecond: run.chunks / seconds,
      idealChunksPerSecond: run.sleepMs === 0 ? null : (run.workers * slots * 1000) / run.sleepMs,
      submitSeconds,
      redisCpuMs: redisSeconds === null ? null : perChunkMs(redisSeconds),
      postgresCpuMs: perChunkMs(postgresSeconds),
      coordinatorCpuMs: perChunkMs((own.user + own.system) / 1e6),
      workerCpuMs: perChunkMs(sleepers),
      redisCommands: commands === null ? null : commands / run.chunks,
      postgresTransactions: numbersTaken / run.chunks,
    };
  } finally {
    await stopSleepers(processes);
    await queues.remove();
    await queues.close();
    await database.close();
  }
}

/** Files of the ledger with chunks that stand for 32 MiB each. Nobody reads them. */
async function plan(ledger: Ledger, scope: string, chunks: number): Promise<Map<number, ChunkJob[]>> {
  const files = new Map<number, ChunkJob[]>();
  const definitionVersion = '0000000000000000';
  await ledger.saveDefinition(definitionVersion, 'simulation', {});
  const head = Buffer.from(`${tripColumns.join(',')}\n`);
  const layout = settleLayout(compileDataset(trips), { name: scope, bytes: head, whole: true })!;
  const chunkBytes = 32 * 1024 * 1024;
  for (let from = 0; from < chunks; from += chunksOfFile) {
    const count = Math.min(chunksOfFile, chunks - from);
    const name = `${scope}-${from}-${Date.now()}`;
    const { fileId } = await ledger.addFile({
      ...{ dataset: 'simulation', name, url: `file:///${name}`, scope, origin: 'ingest' as const },
      ...{ bytes: count * chunkBytes, fingerprint: name },
    });
    await ledger.startSurvey(fileId, definitionVersion, layout);
    const planned = Array.from({ length: count }, (_, number) => ({
      ...{ number, lineStart: 1 },
      ...{ byteStart: number * chunkBytes, byteEnd: (number + 1) * chunkBytes },
    }));
    const contentHash = `sha256:${name}`;
    files.set(
      fileId,
      await ledger.planFile(fileId, { contentHash, definitionVersion, layout, chunks: planned }),
    );
  }
  return files;
}

/** Submits every file's flow and resolves, with the seconds of submitting, when each is to be finalised. */
async function submitAndWait(
  queues: Queues,
  files: Map<number, ChunkJob[]>,
  started: number,
): Promise<number> {
  const open = new Set(files.keys());
  let finished = () => {};
  const all = new Promise<void>((resolve) => (finished = resolve));
  const worker = await queues.workFiles(async (job) => {
    if (job.kind === 'finalise' && open.delete(job.fileId) && open.size === 0) finished();
  });
  for (const [fileId, chunks] of files) await queues.submitChunks(fileId, chunks);
  const submitSeconds = (performance.now() - started) / 1000;
  await all;
  await worker.close();
  return submitSeconds;
}

async function startSleepers(task: SleepersTask): Promise<ChildProcess[]> {
  const processes: ChildProcess[] = [];
  const count = Math.max(1, Math.ceil(task.workers / workersOfProcess));
  for (let number = 0; number < count; number++) {
    const workers =
      Math.floor(((number + 1) * task.workers) / count) - Math.floor((number * task.workers) / count);
    const one = fork(child, [], { stdio: ['ignore', 2, 2, 'ipc'] });
    processes.push(one);
    const ready = Promise.race([
      once(one, 'message'),
      once(one, 'exit').then(([code]) => Promise.reject(new Error(`sleeping workers ended with ${code}`))),
    ]);
    one.send({ ...task, workers });
    await ready;
  }
  return processes;
}

function sleepersCpu(processes: readonly ChildProcess[]): number {
  return processes.reduce((sum, one) => sum + treeCpuSeconds(one.pid!), 0);
}

async function stopSleepers(processes: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    processes.map(async (one) => {
      const ended = once(one, 'exit');
      one.send({ stop: true });
      const kill = setTimeout(() => one.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(kill);
    }),
  );
}

/** After every run, so that a run that is stopped leaves what it has found. */
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
  ];
  const costs = [
    `Redis ${run.redisCpuMs?.toFixed(2) ?? '-'}`,
    `PostgreSQL ${run.postgresCpuMs.toFixed(2)}`,
    `coordinator ${run.coordinatorCpuMs.toFixed(2)}`,
    `worker ${run.workerCpuMs.toFixed(2)} ms CPU a chunk`,
    `${run.redisCommands?.toFixed(0) ?? '-'} commands`,
    `${run.postgresTransactions.toFixed(1)} transactions`,
  ];
  process.stdout.write(`${figures.join(' ')}  ${costs.join(', ')}\n`);
}

const folder = mkdtempSync(join(tmpdir(), 'landfall-simulate-'));
const server = await openServer(folder, { settings: { max_connections: '1500', shared_buffers: '256MB' } });
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
  for (const queue of redis === null ? (['postgres'] as const) : (['redis', 'postgres'] as const)) {
    for (const workers of flags.workers) {
      if (queue === 'postgres' && workers > flags.postgresWorkers) continue;
      for (const sleepMs of flags.sleep) {
        for (const ledger of [false, true]) {
          // Sleeping workers need not be given more than ten seconds' work.
          const most = sleepMs === 0 ? flags.chunks : Math.ceil((workers * slots * 10_000) / sleepMs);
          const chunks = Math.min(flags.chunks, most);
          const run = await simulate(servers, { queue, workers, sleepMs, ledger, chunks });
          runs.push(run);
          show(run);
          if (flags.out) await save(flags.out, runs, version);
        }
      }
    }
  }
} finally {
  await redis?.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
