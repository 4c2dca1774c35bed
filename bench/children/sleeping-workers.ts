/**
 * A process with many workers that take chunks from the real queue and sleep instead of loading them. Each worker has
 * its own connections, like a worker on a separate machine. The process reports its progress, and obeys two messages:
 * 'warm', then 'stop'.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Ledger } from '../../ledger/ledger.ts';
import { connectDatabase, type Database } from '../../platform/database/database.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { askingOfWorker, openQueues } from '../../platform/queue/index.ts';

export interface SleepersTask {
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly scope: string;
  readonly workers: number;
  /** The number of chunks that each worker has at a time. */
  readonly slots: number;
  readonly sleepMs: number;
  /** Whether to claim and commit each chunk in the real ledger, without rows. */
  readonly ledger: boolean;
}

export interface SleepersState {
  readonly workers: number;
  /** Workers that have connected to the queue. */
  readonly started: number;
  /** Whether each has queried the ledger's database once, so that no login remains. */
  readonly warm: boolean;
  /** Chunks that the workers have completed. */
  readonly done: number;
}

const counts = { parsed: 0, loaded: 0, rejected: 0, deduplicated: 0 };
const closers: (() => Promise<unknown>)[] = [];
const databases: Database[] = [];
let state: SleepersState = { workers: 0, started: 0, warm: false, done: 0 };

async function startOne(task: SleepersTask, number: number): Promise<void> {
  const { databaseUrl, redisUrl, scope, slots } = task;
  const queues = await openQueues({ databaseUrl, redisUrl, scope, asking: askingOfWorker });
  closers.push(() => queues.close());
  const database = task.ledger ? connectDatabase(databaseUrl, { max: 1, name: 'sleeper' }) : null;
  if (database !== null) {
    databases.push(database);
    closers.push(() => database.close());
  }
  const load = async (chunk: ChunkJob) => {
    await pretend(task, chunk, database, `sleeper-${number}`);
    state = { ...state, done: state.done + 1 };
  };
  const jobs = await queues.workChunks(
    (job) => (job.kind === 'chunk' ? load(job.chunk) : Promise.resolve()),
    { concurrency: slots },
  );
  closers.push(() => jobs.close({ force: true }));
}

async function pretend(
  task: SleepersTask,
  chunk: ChunkJob,
  database: Database | null,
  workerId: string,
): Promise<void> {
  const ledger = database === null ? null : new Ledger(database.pool);
  const claimed = (await ledger?.claimChunk(chunk.chunkId, workerId)) ?? null;
  if (task.sleepMs > 0) await delay(task.sleepMs);
  if (database === null || ledger === null || claimed === null) return;
  const { chunkId, fileId, definitionVersion } = chunk;
  const commit = {
    ...{ chunkId, fileId, definitionVersion, fencingToken: claimed.fencingToken, rows: counts },
    ...{ accounts: {}, rejects: [] },
  };
  await inTransaction(database.pool, (client) => ledger.commitChunk(client, commit));
}

const askAgainMs = 500;

/** Retries until the server accepts the connection. The parent decides when that takes too long. */
async function ask(database: Database): Promise<void> {
  for (;;) {
    try {
      await database.pool.query('select');
      return;
    } catch {
      await delay(askAgainMs);
    }
  }
}

function tell(change: Partial<SleepersState> = {}): void {
  state = { ...state, ...change };
  process.send!(state);
}

const stateMs = 250;

async function obey(message: SleepersTask | 'warm' | 'stop'): Promise<void> {
  if (message === 'stop') {
    await Promise.allSettled(closers.reverse().map((close) => close()));
    process.exit(0);
  }
  if (message === 'warm') {
    await Promise.all(databases.map(ask));
    return tell({ warm: true });
  }
  setInterval(tell, stateMs);
  for (let number = 0; number < message.workers; number++) {
    await startOne(message, number);
    tell({ workers: message.workers, started: number + 1 });
  }
}

// Without its parent, nothing would stop this process.
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => void obey(message as SleepersTask | 'warm' | 'stop'));
