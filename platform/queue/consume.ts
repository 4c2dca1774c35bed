/** Workers of both queues: BullMQ's worker wrapped in our contract. */

import { DelayedError, type Job, WaitingError } from 'bullmq';
import { crashPoint } from '../errors/crash-points.ts';
import type { AnyWorker, Backend, WorkerSettings } from './backends.ts';
import {
  type FilesContext,
  type FilesJob,
  GivenBack,
  type JobContext,
  lockLost,
  type QueueWorker,
  type WorkJob,
} from './contract.ts';
import { maxStalledCount } from './jobs.ts';

/** How long a forced close waits for handlers to notice their signal before it leaves them behind. */
const giveBackMs = 2_000;

/** Pause before a server that refused a connection is asked again, in ms. */
const retryMs = 1_000;

/**
 * Locks are renewed at half their time and stalled jobs are looked for at half of it, so the job of a
 * killed worker is taken over after 0.5 to 1.5 lock times: 5 to 15 s.
 */
export function workerSettings(concurrency: number, lockMs: number): WorkerSettings {
  const stalledInterval = lockMs / 2;
  return { concurrency, lockDuration: lockMs, stalledInterval, maxStalledCount, runRetryDelay: retryMs };
}

export async function consumeFiles(
  backend: Backend,
  queueName: string,
  handler: (job: FilesJob, context: FilesContext) => Promise<void>,
  settings: WorkerSettings,
  onError: (error: Error) => void,
): Promise<QueueWorker> {
  const process = async (job: Job): Promise<void> => {
    await handler({ ...job.data, kind: job.name } as FilesJob, attemptOf(job));
  };
  const worker = backend.worker(queueName, process, settings);
  worker.on('error', onError);
  await worker.waitUntilReady();
  return { close: (options) => worker.close(options?.force) };
}

export async function consumeDeliveries(
  backend: Backend,
  queueName: string,
  handler: (endpoint: string) => Promise<void>,
  settings: WorkerSettings,
  onError: (error: Error) => void,
): Promise<QueueWorker> {
  const process = (job: Job): Promise<void> => handler(job.data.endpoint);
  const worker = backend.worker(queueName, process, settings);
  worker.on('error', onError);
  await worker.waitUntilReady();
  return { close: (options) => worker.close(options?.force) };
}

export async function consumeWork(
  backend: Backend,
  queueName: string,
  handler: (job: WorkJob, context: JobContext) => Promise<void>,
  settings: WorkerSettings,
  hooks: { onError: (error: Error) => void; onFailedForGood: (fileId: number) => Promise<void> },
): Promise<QueueWorker> {
  let givingBack = false;
  const process = async (job: Job, token?: string, signal?: AbortSignal): Promise<void> => {
    const { stalledCounter: stalls } = job;
    // Whatever began and was not an attempt; what a dead worker began is among the stalls.
    const givenBack = Math.max(0, job.attemptsStarted - 1 - job.attemptsMade - stalls);
    const context = { ...attemptOf(job), stalls, givenBack, signal: signal ?? new AbortController().signal };
    try {
      await handler(workJob(job), context);
    } catch (error) {
      if (givingBack) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (error instanceof GivenBack) {
        await job.moveToDelayed(Date.now() + error.pauseMs, token);
        throw new DelayedError();
      }
      // What is left of a group is found when its files are ended.
      if (context.lastAttempt && job.name !== 'group') {
        await hooks.onFailedForGood(job.data.fileId);
        crashPoint('chunk.abandon-queued');
      }
      throw error;
    }
  };
  const worker = backend.worker(queueName, process, settings);
  worker.on('error', hooks.onError);
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) worker.cancelJob(id, lockLost);
  });
  await worker.waitUntilReady();
  return {
    close: async (options) => {
      if (!options?.force) return worker.close();
      givingBack = true;
      backend.letGo();
      await closeGivingBack(worker);
    },
  };
}

function attemptOf(job: Job): FilesContext {
  const attempt = job.attemptsMade + 1;
  return { attempt, lastAttempt: attempt >= (job.opts.attempts ?? 1) };
}

function workJob(job: Job): WorkJob {
  if (job.name === 'group') return { kind: 'group', chunks: job.data.chunks };
  return job.name === 'scan' ? { kind: 'scan', scan: job.data } : { kind: 'chunk', chunk: job.data };
}

async function closeGivingBack(worker: AnyWorker): Promise<void> {
  worker.cancelAllJobs('the worker is closing');
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, giveBackMs);
  });
  await Promise.race([worker.pause().catch(unlessClosed), deadline]);
  clearTimeout(timer);
  await worker.close(true).catch(unlessClosed);
}

/** A connection that is closed under a command of BullMQ's worker says so; closing is what was asked for. */
function unlessClosed(error: Error): void {
  if (error.message !== 'Connection is closed.') throw error;
}
