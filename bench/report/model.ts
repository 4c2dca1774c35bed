/**
 * Predicts the rate for more workers and servers from what was measured on this machine.
 *
 *   rate = min( W ÷ w,  C ÷ p,  D ÷ (s + l),  N ÷ x,  Q × R )
 *
 *   W  worker processes, one core each        w  CPU of a worker per row
 *   C  cores of all database servers          p  CPU of the server per row
 *   D  write bandwidth of their disks         s  bytes of table, l bytes of log per row
 *   N  network bandwidth of their machines    x  bytes on the wire per row
 *   Q  chunks per second of queue and ledger  R  rows per chunk
 *
 * It assumes that the cores of a server do not slow each other down, as two cores do not. The locks that more cores
 * would wait for (relation extension, WAL insertion) are not in the formula.
 */
import type { QueueRun, Stages } from './results.ts';

export interface Costs {
  /** CPU seconds per row. */
  readonly workerSeconds: number;
  readonly serverSeconds: number;
  readonly bytes: Stages['bytes'];
  readonly rowsOfChunk: number;
  /** The chunks per second that the server of the ledger, or of the queue, can record with one core. */
  readonly chunksPerCore: number;
}

/** The servers of a deployment. */
export interface Site {
  readonly name: string;
  /** The number of database servers that share the facts, or 0 for the lake alone. */
  readonly servers: number;
  readonly coresOfServer: number;
  readonly diskBytesPerSecond: number;
  readonly networkBytesPerSecond: number;
}

export interface Prediction {
  readonly rowsPerSecond: number;
  /** The resource that limits the rate. */
  readonly limit: 'workers' | 'server CPU' | 'server disk' | 'server network' | 'queue and ledger';
  /** The rate that each resource allows. */
  readonly limits: Readonly<Record<Prediction['limit'], number>>;
}

const serverStages = new Set(['server']);

export function costsOf(stages: Stages, queueRuns: readonly QueueRun[]): Costs {
  const micros = Object.entries(stages.microsecondsOfCpu);
  const sum = (keep: (name: string) => boolean) =>
    micros.filter(([name]) => keep(name)).reduce((total, [, value]) => total + value, 0) / 1e6;
  // With the queue on Redis, PostgreSQL still records every chunk in the ledger, which costs more.
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

/** The bytes per second that one worker sends and receives when files and lake are in object storage. */
export function workerNetwork({ bytes, workerSeconds }: Costs): number {
  // The file is read twice: once to be scanned, once to be loaded.
  return (2 * bytes.csv + bytes.lake + bytes.wire) / workerSeconds;
}
