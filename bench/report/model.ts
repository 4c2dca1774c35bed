/**
 * What more workers and more rows would take, from what was measured on this machine.
 *
 *   rate = min( W ÷ w,  C ÷ p,  D ÷ (s + l),  N ÷ x,  Q × R )
 *
 *   W  worker processes, one core each        w  CPU of a worker a row
 *   C  cores of all database servers          p  CPU of the server a row
 *   D  write bandwidth of their disks         s  bytes of table, l bytes of log a row
 *   N  network bandwidth of their machines    x  bytes on the wire a row
 *   Q  chunks a second of queue and ledger    R  rows a chunk
 *
 * It assumes that a server's cores work side by side without loss, as two cores do. Locks that more cores would
 * meet (relation extension, WAL insertion) are not in the formula.
 */
import type { QueueRun, Stages } from './results.ts';

export interface Costs {
  /** CPU seconds a row. */
  readonly workerSeconds: number;
  readonly serverSeconds: number;
  readonly bytes: Stages['bytes'];
  readonly rowsOfChunk: number;
  /** Chunks a second that the ledger's server, or the queue's, can account for with one core. */
  readonly chunksPerCore: number;
}

/** A deployment: what is there beside the workers. */
export interface Site {
  readonly name: string;
  /** Database servers that share the facts; 0: lake only. */
  readonly servers: number;
  readonly coresOfServer: number;
  readonly diskBytesPerSecond: number;
  readonly networkBytesPerSecond: number;
}

export interface Prediction {
  readonly rowsPerSecond: number;
  /** What cannot go faster. */
  readonly limit: 'workers' | 'server CPU' | 'server disk' | 'server network' | 'queue and ledger';
  /** Each limit alone. */
  readonly limits: Readonly<Record<Prediction['limit'], number>>;
}

const serverStages = new Set(['server']);

export function costsOf(stages: Stages, queueRuns: readonly QueueRun[]): Costs {
  const micros = Object.entries(stages.microsecondsOfCpu);
  const sum = (keep: (name: string) => boolean) =>
    micros.filter(([name]) => keep(name)).reduce((total, [, value]) => total + value, 0) / 1e6;
  // With Redis for the jobs, PostgreSQL still accounts for every chunk in its ledger: that is the dearer one.
  const ledger = queueRuns.filter(
    (run) => run.queue === 'redis' && run.ledger && run.sleepMs === 0 && run.cutOff?.chunks !== 0,
  );
  const chunkMs = Math.max(...ledger.map((run) => Math.max(run.postgresCpuMs, run.redisCpuMs ?? 0)), 0);
  return {
    workerSeconds: sum((name) => !serverStages.has(name)),
    serverSeconds: sum((name) => serverStages.has(name)),
    bytes: stages.bytes,
    rowsOfChunk: stages.chunkBytes / stages.bytes.csv,
    chunksPerCore: chunkMs > 0 ? 1000 / chunkMs : Number.POSITIVE_INFINITY,
  };
}

export function predict(costs: Costs, site: Site, workers: number): Prediction {
  const { servers, coresOfServer, diskBytesPerSecond, networkBytesPerSecond } = site;
  const { bytes } = costs;
  const unlimited = servers === 0 ? Number.POSITIVE_INFINITY : servers;
  const limits: Record<Prediction['limit'], number> = {
    workers: workers / costs.workerSeconds,
    'server CPU': (unlimited * coresOfServer) / costs.serverSeconds,
    'server disk': (unlimited * diskBytesPerSecond) / (bytes.star + bytes.wal),
    'server network': (unlimited * networkBytesPerSecond) / bytes.wire,
    'queue and ledger': costs.chunksPerCore * costs.rowsOfChunk,
  };
  const names = Object.keys(limits) as Prediction['limit'][];
  const limit = names.reduce((least, name) => (limits[name] < limits[least] ? name : least));
  return { rowsPerSecond: limits[limit], limit, limits };
}

/** Bytes a second that one worker moves over its network when files and lake are in object storage. */
export function workerNetwork({ bytes, workerSeconds }: Costs): number {
  // The file is read twice: once to be scanned, once to be loaded.
  return (2 * bytes.csv + bytes.lake + bytes.wire) / workerSeconds;
}
