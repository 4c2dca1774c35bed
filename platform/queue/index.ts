/** Opens the two queues of a scope on Redis or on PostgreSQL. */
import { openBackend } from './backends.ts';
import { consumeDeliveries, consumeFiles, consumeWork, workerSettings } from './consume.ts';
import type { JobCounts, QueueOptions, Queues } from './contract.ts';
import { abandonOptions, chunkFlow, deliveriesOptions, groupFlow, queueNames, scanFlow } from './jobs.ts';
import { setTicks } from './ticking.ts';
import { submitted } from './traced-jobs.ts';

export type {
  FileJob,
  FilesContext,
  FilesJob,
  JobContext,
  JobCounts,
  QueueCounts,
  QueueOptions,
  Queues,
  QueueWorker,
  Ticking,
  TickJob,
  WorkJob,
} from './contract.ts';

/** A job's lock, in ms: how long a worker may be silent before another may take its job. */
const lockMsDefault = 10_000;

/** Files that one coordinator plans or finalises at a time. */
const filesConcurrency = 4;

/**
 * QueueOptions.asking of a worker process. Its statements are short; and of hundreds of workers that finish chunks
 * of one file at once all but one wait for the file's lock, where every session that waits costs the server.
 */
export const askingOfWorker = 1;

/**
 * Connects to the queue. Redis when `redisUrl` is set, else tables in the database (schema bullmq),
 * created or upgraded when `migrate` is set.
 * @throws LandfallError LF_QUEUE_LOST, LF_QUEUE_REFUSED, LF_DATABASE_… where the server cannot be reached
 */
export async function openQueues(options: QueueOptions): Promise<Queues> {
  if (!/^[\w-]+$/.test(options.scope)) throw new RangeError(`queue scope '${options.scope}'`);
  const onError = options.onError ?? (() => {});
  const lockMs = options.lockMs ?? lockMsDefault;
  const names = queueNames(options.scope, options.retryMs);
  const backend = await openBackend(options, [names.files, names.work, names.deliveries]);
  const files = backend.queue(names.files);
  const work = backend.queue(names.work);
  const flows = backend.flows();
  // Only a coordinator with webhooks has a use for it.
  let opened: ReturnType<typeof backend.queue> | null = null;
  const deliveries = () => {
    if (opened !== null) return opened;
    opened = backend.queue(names.deliveries);
    opened.on('error', onError);
    return opened;
  };
  files.on('error', onError);
  work.on('error', onError);
  flows.on('error', onError);
  const ready = () => Promise.all([files.waitUntilReady(), work.waitUntilReady(), flows.waitUntilReady()]);
  const close = async () => {
    await Promise.all([files.close(), work.close(), flows.close(), opened?.close()]);
    await backend.close();
  };
  await backend.ask(ready).catch(async (error) => {
    await close().catch(() => {});
    throw error;
  });

  return {
    backend: backend.kind,
    submitScan: async (fileId, scans) => {
      await submitted(scans, (jobs) => backend.ask(() => flows.add(scanFlow(names, fileId, jobs))));
    },
    submitChunks: async (fileId, chunks, again) => {
      await submitted(chunks, (jobs) => backend.ask(() => flows.add(chunkFlow(names, fileId, jobs, again))));
    },
    submitGroup: async (chunks) => {
      await submitted(chunks, (jobs) => backend.ask(() => flows.add(groupFlow(names, jobs))));
    },
    workFiles: (handler, { concurrency = filesConcurrency } = {}) =>
      consumeFiles(backend, names.files, handler, workerSettings(concurrency, lockMs), onError),
    workChunks: (handler, { concurrency }) =>
      consumeWork(backend, names.work, handler, workerSettings(concurrency, lockMs), {
        onError,
        onFailedForGood: async (fileId) => {
          await files.add('abandon', { fileId }, abandonOptions(names, fileId));
        },
      }),
    submitDeliveries: async (endpoint, delayMs = 0) => {
      const options = deliveriesOptions(names, delayMs);
      await backend.ask(() => deliveries().add('deliver', { endpoint }, options));
    },
    workDeliveries: (handler, { concurrency }) => {
      const settings = workerSettings(concurrency, lockMs);
      return consumeDeliveries(backend, names.deliveries, handler, settings, onError);
    },
    schedule: (tickings) => backend.ask(() => setTicks(files, tickings)),
    queuesOfBullmq: () => [files, work, deliveries()],
    counts: () => backend.ask(async () => ({ files: await countJobs(files), work: await countJobs(work) })),
    letGo: () => backend.letGo(),
    remove: () =>
      backend.ask(async () => {
        await files.obliterate({ force: true });
        await work.obliterate({ force: true });
        await deliveries().obliterate({ force: true });
      }),
    close,
  };
}

async function countJobs(queue: { getJobCounts(): Promise<Record<string, number>> }): Promise<JobCounts> {
  const counts = await queue.getJobCounts();
  return {
    waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    waitingForChildren: counts['waiting-children'] ?? 0,
    failed: counts.failed ?? 0,
  };
}
