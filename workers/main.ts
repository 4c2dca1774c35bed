/**
 * A worker process. If the pool has forked it, the pool sends its settings (they contain passwords, so they are never
 * on the command line). If it was started by hand, it reads them from the environment.
 *
 *   started ─▶ working ─ SIGTERM, or the parent is gone ─▶ stopping ─▶ exit 0
 *                                                             └─ a second SIGTERM ─▶ exit 1 at once
 */
import { examples } from '../datasets/index.ts';
import { openDatabase } from '../ledger/open-database.ts';
import { loadRegistry } from '../model/registry.ts';
import type { Config } from '../platform/config/config.ts';
import { connectDatabase } from '../platform/database/database.ts';
import { describeError } from '../platform/errors/errors.ts';
import { waitOut } from '../platform/errors/wait-out.ts';
import { createLog } from '../platform/log/log.ts';
import { setS3Settings } from '../platform/storage/s3/s3-settings.ts';
import { flushSpans } from '../platform/traces/tracing.ts';
import { heartbeatMs } from './heartbeat.ts';
import { startWorker, type Worker } from './worker.ts';

/** What the pool sends first. */
export interface WorkerSettings {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly scope: string;
}

/** What it says once it works, each `heartbeatMs`. */
export interface Beat {
  /** Whether it has a chunk in flight. */
  readonly isBusy: boolean;
}

const log = createLog('worker');

/** The settings, and what to close when the worker has ended. */
async function settings(): Promise<WorkerSettings & { close(): Promise<void> }> {
  if (process.send !== undefined) {
    const sent = await new Promise<WorkerSettings>((resolve) => process.once('message', resolve as never));
    return { ...sent, close: async () => {} };
  }
  const { loadConfig } = await import('../platform/config/config.ts');
  const config = await loadConfig({});
  const database = config.databaseUrl ? connectDatabase(config.databaseUrl) : await openDatabase(config);
  return { config, databaseUrl: database.url, scope: 'pool', close: () => database.close() };
}

/** How much longer than its jobs the worker may take to give them back and to close. */
const closeMostMs = 7_000;

/** Tells the pool that the event loop is running. */
function beat(isBusy: boolean): void {
  if (process.connected) process.send?.({ isBusy } satisfies Beat, undefined, undefined, () => undefined);
}

/** Resolves when the process is told to stop. */
function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve('SIGTERM'));
    process.on('disconnect', () => resolve('the parent process has ended'));
    // Ctrl-C goes to the whole process group. A forked worker leaves it to the parent.
    process.on('SIGINT', () => (process.send === undefined ? resolve('SIGINT') : undefined));
  });
}

try {
  const stopped = untilStopped();
  const given = await Promise.race([settings(), stopped.then(() => null)]);
  // It was told to stop before it had its settings: the command could not start, or had no work.
  if (given === null) process.exit(0);
  const { config, databaseUrl, scope, close } = given;
  setS3Settings(config);
  const { datasets: paths, datasetsOptional: optional = false, home } = config;
  // A job names the dataset and the version of its definition, so datasets that ship with Landfall can be loaded
  // safely. They are read when a job has a version that is not known.
  const registry = await loadRegistry({ examples, examplesLater: true, paths, optional, home });
  const starting = waitOut(() => startWorker({ config, databaseUrl, scope, registry, log }), {
    outageTimeoutMs: config.outageTimeout * 1000,
    onOutage: (outage) => log.warn({ ...outage }, 'waiting for the outage to end'),
  });
  const worker: Worker | null = await Promise.race([starting, stopped.then(() => null)]);
  if (worker === null) process.exit(0);
  process.send?.({ workerId: worker.workerId });
  setInterval(() => beat(worker.isBusy), heartbeatMs).unref();
  const reason = await stopped;
  const endNow = (why: string) => {
    log.error({ waitsFor: worker.closing }, why);
    process.exit(1);
  };
  process.on('SIGTERM', () => endNow('told to stop again'));
  process.on('SIGINT', () => (process.send === undefined ? endNow('told to stop again') : undefined));
  // Unreachable servers keep connections from closing, and nothing is gained by waiting for them.
  setTimeout(() => endNow('could not close in time'), config.stopMs + closeMostMs).unref();
  log.debug({ reason }, 'stopping');
  await worker.close();
  await close();
  await flushSpans();
  process.exit(0);
} catch (error) {
  log.error(describeError(error), 'the worker could not continue');
  process.exit(1);
}
