/**
 * A worker takes scan and chunk jobs from the queue, as many at a time as it has slots, and reports its progress
 * twice a second. The ledger records what it has done. The queue only tells it what to do.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createKernel } from '../kernel/kernel.ts';
import { Ledger } from '../ledger/ledger.ts';
import { openTicks } from '../ledger/ticks.ts';
import type { Registry } from '../model/registry.ts';
import type { Config } from '../platform/config/config.ts';
import { connectDatabase } from '../platform/database/database.ts';
import type { Log } from '../platform/log/log.ts';
import type { QueueWorker } from '../platform/queue/contract.ts';
import { askingOfWorker, openQueues } from '../platform/queue/index.ts';
import { logQueueErrors } from '../platform/queue/log-errors.ts';
import { hurryRequests } from '../platform/storage/s3/cut-short.ts';
import { storeOutages } from '../platform/storage/s3/store-outages.ts';
import { openLake } from '../sinks/lake/open-lake.ts';
import { jobHandler } from './handle-job.ts';
import { Slots } from './slots.ts';
import { Ticker } from './ticker.ts';

/** One chunk parses while the other waits for Postgres. */
const SLOTS = 2;

export interface WorkerOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  /** The queue scope whose jobs it takes. */
  readonly scope: string;
  readonly registry: Registry;
  /** The number of jobs at a time. Default: 2. */
  readonly slots?: number;
  readonly log: Log;
}

export interface Worker {
  readonly workerId: string;
  /**
   * Takes no more jobs, lets those in flight finish within `stopMs` (default: the setting), and gives the others
   * back.
   */
  close(stopMs?: number): Promise<void>;
  /** Whether it has a job in flight. */
  readonly isBusy: boolean;
  /** What `close` is currently closing. Empty before and after. */
  readonly closing: string;
}

/**
 * Starts a worker in this process. It uses slots + 2 database connections at most; without Redis, one more for ticks and
 * two for the queue.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { config, databaseUrl, scope, registry, log } = options;
  const concurrency = options.slots ?? SLOTS;
  const workerId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const closers: [what: string, close: () => Promise<unknown>][] = [];
  let { stopMs } = config;
  let closing = '';
  const close = async (deadlineMs = config.stopMs) => {
    stopMs = deadlineMs;
    for (const [what, closer] of closers.splice(0).reverse()) {
      closing = what;
      await closer();
    }
    closing = '';
  };
  try {
    // Each chunk holds one connection for its facts. All chunks share two more for separate statements and for
    // members. These are short, so no holder of one waits for another connection of the same kind: one would do.
    const max = concurrency + (config.redisUrl === null ? 3 : 2);
    const size = { max, maxOfFew: concurrency + 1 };
    const database = connectDatabase(databaseUrl, { ...size, name: 'landfall worker' });
    closers.push(['connections to the database', () => database.close()]);
    const ticks = await openTicks(config, database);
    closers.push(['ticks', () => ticks.close()]);
    const slots = new Slots();
    const ticker = new Ticker(workerId, slots, (tick) => ticks.publish(tick));
    closers.push(['the last tick', () => ticker.leave()]);
    const unwatch = watchStores(slots, ticker, log);
    closers.push(['the watch of stores', async () => unwatch()]);
    const onError = logQueueErrors(log);
    const { redisUrl, lockMs } = config;
    const asking = askingOfWorker;
    const queues = await openQueues({ databaseUrl, redisUrl, scope, asking, lockMs, onError });
    closers.push(['connections to the queue', () => queues.close()]);
    const kernels = await Promise.all(Array.from({ length: concurrency }, () => createKernel()));
    const handle = jobHandler({
      workerId,
      registry,
      ledger: new Ledger(database.pool),
      pool: database.pool,
      lake: await openLake(database.pool, config.lakeUrl),
      kernels,
      slots,
      ticker,
      outageTimeoutMs: config.outageTimeout * 1000,
      unpackedBytesMost: config.unpackedBytes,
      log,
    });
    const jobs = await queues.workChunks(handle, { concurrency });
    closers.push(['jobs in flight', () => closeInTime(jobs, stopMs)]);
    ticker.begin();
    return {
      workerId,
      close,
      get isBusy() {
        return slots.busy;
      },
      get closing() {
        return closing;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reports stores whose requests are being tried again, until the result is called. */
function watchStores(slots: Slots, ticker: Ticker, log: Log): () => void {
  return storeOutages.subscribe((store, outage) => {
    slots.waitForStore(store, outage);
    ticker.tick();
    if (outage !== null) log.warn({ ...outage }, 'waiting for the outage to end');
    else log.info({ store }, 'the outage is over');
  });
}

/** How long a request to a bucket may take once its job is being given back. */
const requestMs = 250;

/** Waits for the jobs in flight. After the deadline they are aborted and given back to the queue. */
async function closeInTime(jobs: QueueWorker, stopMs: number): Promise<void> {
  const timer = new AbortController();
  const late = delay(stopMs, true, { signal: timer.signal }).catch(() => false);
  const closing = jobs.close().then(() => false);
  const isLate = await Promise.race([closing, late]);
  timer.abort();
  if (!isLate) return;
  const calm = hurryRequests(requestMs);
  await jobs.close({ force: true }).finally(calm);
}
