/** Names, ids and options of jobs: the same on both backends. Pure. */
import { createHash } from 'node:crypto';
import type { FlowJob, JobsOptions } from 'bullmq';
import { attemptsMost, firstPauseMs } from '../errors/retry.ts';
import type { ChunkJob, ScanJob } from '../types.ts';

/** Times a job may be taken over from a dead worker before it is held to be what kills them. */
export const maxStalledCount = 25;

/** What the jobs of one scope have in common. */
export interface QueueNames {
  readonly files: string;
  readonly work: string;
  readonly retryMs: number;
}

export function queueNames(scope: string, retryMs = firstPauseMs): QueueNames {
  return { files: `landfall-${scope}-files`, work: `landfall-${scope}-work`, retryMs };
}

/**
 * Finished and failed jobs leave at once, so the queue never holds more than what is still to do. A job
 * that is added again after it left runs again and finds in the ledger that there is nothing to do.
 */
const leaveAtOnce: JobsOptions = { removeOnComplete: true, removeOnFail: true };

function retried(retryMs: number): JobsOptions {
  return { ...leaveAtOnce, attempts: attemptsMost, backoff: { type: 'exponential', delay: retryMs } };
}

/** A parent must not wait for, nor fall with, a child that failed for good: it asks the ledger. */
function child(retryMs: number): JobsOptions {
  return { ...retried(retryMs), ignoreDependencyOnFailure: true };
}

/** The scan flow of a file: parent `plan`, children the scans. */
export function scanFlow(names: QueueNames, fileId: number, scans: readonly ScanJob[]): FlowJob {
  return {
    name: 'plan',
    queueName: names.files,
    data: { fileId },
    opts: { ...retried(names.retryMs), jobId: `plan-${fileId}` },
    children: scans.map((scan) => ({
      name: 'scan',
      queueName: names.work,
      data: scan,
      opts: { ...child(names.retryMs), jobId: `scan-${scan.fileId}-${scan.number}` },
    })),
  };
}

/**
 * The load flow of a file: parent `finalise`, children the chunks. The chunk of a one-chunk file goes
 * ahead of the chunks of large files (BullMQ: no priority comes first), so a small file dropped behind
 * a large one is not kept waiting.
 */
export function chunkFlow(names: QueueNames, fileId: number, chunks: readonly ChunkJob[]): FlowJob {
  const order: JobsOptions = chunks.length > 1 ? { priority: 1 } : {};
  return {
    name: 'finalise',
    queueName: names.files,
    data: { fileId },
    opts: { ...retried(names.retryMs), jobId: `finalise-${fileId}` },
    children: chunks.map((chunk) => ({
      name: 'chunk',
      queueName: names.work,
      data: chunk,
      opts: { ...child(names.retryMs), ...order, jobId: `chunk-${chunk.chunkId}` },
    })),
  };
}

/**
 * The flow of many small files: the parent ends them, its one child loads their chunks. Named by its chunks:
 * what is queued again is the same job, and no two groups are.
 */
export function groupFlow(names: QueueNames, chunks: readonly ChunkJob[]): FlowJob {
  const ids = chunks.map(({ chunkId }) => chunkId).join();
  const id = createHash('sha256').update(ids).digest('hex').slice(0, 32);
  return {
    name: 'group',
    queueName: names.files,
    data: { fileIds: chunks.map(({ fileId }) => fileId) },
    opts: { ...retried(names.retryMs), jobId: `end-group-${id}` },
    children: [
      {
        name: 'group',
        queueName: names.work,
        data: { chunks },
        opts: { ...child(names.retryMs), jobId: `group-${id}` },
      },
    ],
  };
}

/** Options of the job that has a file looked at as soon as one of its jobs has failed for good. */
export function abandonOptions(names: QueueNames, fileId: number): JobsOptions {
  return { ...retried(names.retryMs), jobId: `abandon-${fileId}` };
}
