/**
 * A process with many workers that take chunks from the real queue and sleep instead of loading them.
 * Each has connections of its own, as a worker on a machine of its own would.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { connectDatabase } from '../../platform/database.ts';
import { Ledger } from '../../platform/ledger/ledger.ts';
import { openQueues } from '../../platform/queue/index.ts';
import { inTransaction } from '../../platform/transaction.ts';
import type { ChunkJob } from '../../platform/types.ts';

export interface SleepersTask {
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly scope: string;
  readonly workers: number;
  /** Chunks at a time of each worker. */
  readonly slots: number;
  readonly sleepMs: number;
  /** Claim and commit each chunk in the real ledger, with no rows. */
  readonly ledger: boolean;
}

const counts = { parsed: 0, loaded: 0, rejected: 0, deduplicated: 0 };
const task = await new Promise<SleepersTask>((resolve) => process.once('message', resolve as never));
const closers: (() => Promise<unknown>)[] = [];

async function startOne(number: number): Promise<void> {
  const { databaseUrl, redisUrl, scope, slots } = task;
  const queues = await openQueues({ databaseUrl, redisUrl, scope });
  closers.push(() => queues.close());
  const database = task.ledger ? connectDatabase(databaseUrl, { max: 1, name: 'sleeper' }) : null;
  if (database !== null) closers.push(() => database.close());
  const ledger = database === null ? null : new Ledger(database.pool);
  const load = async (chunk: ChunkJob) => {
    const claimed = (await ledger?.claimChunk(chunk.chunkId, `sleeper-${number}`)) ?? null;
    if (task.sleepMs > 0) await delay(task.sleepMs);
    if (database === null || ledger === null || claimed === null) return;
    const { chunkId, fileId, definitionVersion } = chunk;
    const commit = {
      chunkId,
      fileId,
      claim: claimed.claim,
      rows: counts,
      starRows: counts.loaded,
      parts: [],
      rejects: [],
      definitionVersion,
    };
    await inTransaction(database.pool, (client) => ledger.commitChunk(client, commit));
  };
  const jobs = await queues.workChunks(
    (job) => (job.kind === 'chunk' ? load(job.chunk) : Promise.resolve()),
    {
      concurrency: slots,
    },
  );
  closers.push(() => jobs.close({ force: true }));
}

for (let number = 0; number < task.workers; number++) await startOne(number);
process.send!({ ready: true });
await new Promise((resolve) => process.once('message', resolve));
const { user, system } = process.cpuUsage();
process.send!({ cpuSeconds: (user + system) / 1e6 });
await Promise.allSettled(closers.reverse().map((close) => close()));
process.exit(0);
