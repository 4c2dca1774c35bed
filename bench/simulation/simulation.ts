/**
 * One run of the simulation of the queue. It starts sleeping workers, plans and submits files, and measures the time
 * until all can be finalised, and the cost to every process. A run that takes too long is cut off.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { settleLayout } from '../../coordinator/detect/settle-layout.ts';
import trips from '../../datasets/trips/dataset.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { connectDatabase, type Database } from '../../platform/database/database.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { openQueues, type Queues } from '../../platform/queue/index.ts';
import type { OwnRedis } from '../processes/own-redis.ts';
import { treeCpuSeconds } from '../processes/proc.ts';
import type { QueueRun } from '../report/results.ts';
import { tripColumns } from '../sides/trips-sides.ts';
import { Sleepers } from './sleepers.ts';

export const slots = 2;
/** The chunks of a file of 32 GiB, which is submitted as one flow. */
const chunksOfFile = 1000;
const lookMs = 1000;

export interface Servers {
  readonly databaseUrl: string;
  readonly postmaster: number;
  readonly redis: OwnRedis | null;
}

export type Kind = Pick<QueueRun, 'queue' | 'workers' | 'sleepMs' | 'ledger' | 'chunks'>;

/** The processes and servers of one simulation. */
interface Stage {
  readonly servers: Servers;
  readonly redis: OwnRedis | null;
  readonly database: Database;
  readonly queues: Queues;
  readonly sleepers: Sleepers;
}

/**
 * `mostSeconds`: what starting the workers may take, and what their chunks may.
 * @throws when it is told to stop: then only the workers are, and the servers must be
 */
export async function simulate(
  servers: Servers,
  kind: Kind,
  { mostSeconds, signal }: { mostSeconds: number; signal: AbortSignal },
): Promise<QueueRun> {
  const { workers, sleepMs, ledger } = kind;
  const { databaseUrl } = servers;
  const redis = kind.queue === 'redis' ? servers.redis : null;
  const redisUrl = redis?.url ?? null;
  const scope = `sim-${workers}-${sleepMs}-${ledger ? 'l' : 'q'}`;
  const database = connectDatabase(databaseUrl, { max: 4 });
  const queues = await openQueues({ databaseUrl, redisUrl, scope, migrate: redis === null });
  const started = performance.now();
  const task = { databaseUrl, redisUrl, scope, slots, workers, sleepMs, ledger };
  const sleepers = new Sleepers(task, signal);
  const connections = countConnections(database);
  try {
    const files = await plan(new Ledger(database.pool), scope, kind.chunks);
    const ready = await sleepers.ready(mostSeconds);
    const startSeconds = (performance.now() - started) / 1000;
    const stage = { servers, redis, database, queues, sleepers };
    const measured = await measure(stage, ready ? files : new Map(), { kind, mostSeconds });
    return { ...kind, slots, startSeconds, ...measured, connections: await connections.most() };
  } finally {
    connections.stop();
    await sleepers.stop();
    if (!signal.aborted) {
      await queues.remove();
      await queues.close();
      await database.close();
    }
  }
}

/** The result if not all workers could connect, so that no chunk was handed out. */
async function measure(
  stage: Stage,
  files: Map<number, ChunkJob[]>,
  { kind, mostSeconds }: { kind: Kind; mostSeconds: number },
) {
  const { sleepers } = stage;
  const before = await spent(stage);
  const { submitSeconds, seconds, complete } = await submitAndWait(stage, files, mostSeconds);
  const after = await spent(stage);
  const done = complete ? kind.chunks : sleepers.done;
  const ofChunk = (of: keyof typeof before) => (after[of] - before[of]) / Math.max(1, done);
  const { redis } = stage;
  return {
    ...{ seconds, submitSeconds },
    chunksPerSecond: seconds === 0 ? 0 : done / seconds,
    idealChunksPerSecond: kind.sleepMs === 0 ? null : (kind.workers * slots * 1000) / kind.sleepMs,
    redisCpuMs: redis === null ? null : ofChunk('redis') * 1000,
    postgresCpuMs: ofChunk('postgres') * 1000,
    coordinatorCpuMs: ofChunk('coordinator') * 1000,
    workerCpuMs: ofChunk('sleepers') * 1000,
    redisCommands: redis === null ? null : ofChunk('commands'),
    postgresTransactions: ofChunk('transactions'),
    ...(!complete && { cutOff: { workers: sleepers.started, chunks: done } }),
  };
}

/** CPU seconds of each part so far, commands and writing transactions. */
async function spent({ servers, redis, database, sleepers }: Stage) {
  // Transactions that only read take no number.
  const text = 'select pg_snapshot_xmax(pg_current_snapshot())::text::float8 as n';
  const { user, system } = process.cpuUsage();
  return {
    transactions: (await database.pool.query<{ n: number }>(text)).rows[0].n,
    commands: (await redis?.commands()) ?? 0,
    postgres: treeCpuSeconds(servers.postmaster),
    redis: redis === null ? 0 : treeCpuSeconds(redis.pid),
    sleepers: sleepers.cpuSeconds(),
    coordinator: (user + system) / 1e6,
  };
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
    await ledger.startScan(fileId, definitionVersion, layout);
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

/** Submits every file's flow and waits until each is to be finalised, or for too long. */
async function submitAndWait(
  { queues, sleepers }: Stage,
  files: Map<number, ChunkJob[]>,
  mostSeconds: number,
): Promise<{ submitSeconds: number; seconds: number; complete: boolean }> {
  if (files.size === 0) return { submitSeconds: 0, seconds: 0, complete: false };
  const open = new Set(files.keys());
  let finished = () => {};
  const all = new Promise<boolean>((resolve) => (finished = () => resolve(true)));
  const worker = await queues.workFiles(async (job) => {
    if (job.kind === 'finalise' && open.delete(job.fileId) && open.size === 0) finished();
  });
  const started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  let submitSeconds = mostSeconds;
  const submit = async () => {
    for (const [fileId, chunks] of files) await queues.submitChunks(fileId, chunks);
    submitSeconds = since();
    return all;
  };
  const late = new AbortController();
  const tooLong = delay(mostSeconds * 1000, false, { signal: late.signal });
  try {
    const complete = await Promise.race([submit(), tooLong, sleepers.failure]);
    return { submitSeconds, seconds: since(), complete };
  } finally {
    late.abort();
    tooLong.catch(() => undefined);
    if (!sleepers.stopped) await worker.close({ force: true });
  }
}

/** Counts the clients of PostgreSQL every second. */
function countConnections({ pool }: Database): { most(): Promise<number>; stop(): void } {
  let most = 0;
  const look = async () => {
    const text = `select count(*)::int as n from pg_stat_activity where backend_type = 'client backend'`;
    most = Math.max(most, (await pool.query<{ n: number }>(text)).rows[0].n);
  };
  const timer = setInterval(() => void look().catch(() => undefined), lookMs);
  return {
    most: async () => {
      await look();
      return most;
    },
    stop: () => clearInterval(timer),
  };
}
