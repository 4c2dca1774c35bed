/** Names, ids and options of jobs: the same on both backends. Pure. */
import { createHash } from 'node:crypto';
import type { FlowJob, JobsOptions } from 'bullmq';
import { attemptsMost, firstPauseMs } from '../errors/retry.ts';
import type { ChunkJob, ScanJob } from './contract.ts';

/** How often a job may be taken over from a dead worker before it is considered the cause. */
export const maxStalledCount = 25;

/** What the jobs of one scope have in common. */
export interface QueueNames {
  readonly files: string;
  readonly work: string;
  readonly deliveries: string;
  readonly retryMs: number;
}

export function queueNames(scope: string, retryMs = firstPauseMs): QueueNames {
  const [files, work, deliveries] = ['files', 'work', 'deliveries'].map(
    (name) => `landfall-${scope}-${name}`,
  );
  return { files, work, deliveries, retryMs };
}

/**
 * Finished and failed jobs leave at once, so the queue never holds more than what is still to do. A job
 * that is added again after it left runs again and finds in the ledger that there is nothing to do.
 */
const leaveAtOnce: JobsOptions = { removeOnComplete: true, removeOnFail: true };

function retried(retryMs: number): JobsOptions {
  return { ...leaveAtOnce, attempts: attemptsMost, backoff: { type: 'exponential', delay: retryMs } };
}

/** A parent neither waits for a child that failed for good nor fails with it: it asks the ledger. */
function child(retryMs: number): JobsOptions {
  return { ...retried(retryMs), ignoreDependencyOnFailure: true };
}

interface Part {
  readonly name: string;
  readonly jobId: string;
  readonly data: object;
}

/** A parent for the coordinator, and the children for the workers that it waits for. */
function flow(names: QueueNames, parent: Part, children: readonly Part[], order: JobsOptions = {}): FlowJob {
  const { name, data, jobId } = parent;
  return {
    name,
    queueName: names.files,
    data,
    opts: { ...retried(names.retryMs), jobId },
    children: children.map(({ name, data, jobId }) => ({
      name,
      queueName: names.work,
      data,
      opts: { ...child(names.retryMs), ...order, jobId },
    })),
  };
}

/** The scan flow of a file: parent `plan`, children the scans. */
export function scanFlow(names: QueueNames, fileId: number, scans: readonly ScanJob[]): FlowJob {
  return flow(
    names,
    { name: 'plan', jobId: `plan-${fileId}`, data: { fileId } },
    scans.map((scan) => ({ name: 'scan', jobId: `scan-${scan.fileId}-${scan.number}`, data: scan })),
  );
}

/**
 * The load flow of a file: parent `finalise`, children the chunks. The chunk of a one-chunk file goes
 * ahead of the chunks of large files (BullMQ: no priority comes first), so a small file that is dropped
 * after a large one does not wait for it.
 */
export function chunkFlow(
  names: QueueNames,
  fileId: number,
  chunks: readonly ChunkJob[],
  again?: string,
): FlowJob {
  const jobId = again === undefined ? `finalise-${fileId}` : `finalise-${fileId}-${shortHash(again)}`;
  return flow(
    names,
    { name: 'finalise', jobId, data: { fileId } },
    chunks.map((chunk) => ({ name: 'chunk', jobId: `chunk-${chunk.chunkId}`, data: chunk })),
    chunks.length > 1 ? { priority: 1 } : {},
  );
}

/**
 * The flow of many small files: the parent ends them, its one child loads their chunks. It is named after its
 * chunks: the same group queued again is the same job, and no two groups have the same name.
 */
export function groupFlow(names: QueueNames, chunks: readonly ChunkJob[]): FlowJob {
  const ids = chunks.map(({ chunkId }) => chunkId).join();
  const id = shortHash(ids);
  const fileIds = chunks.map(({ fileId }) => fileId);
  return flow(names, { name: 'group', jobId: `end-group-${id}`, data: { fileIds } }, [
    { name: 'group', jobId: `group-${id}`, data: { chunks } },
  ]);
}

/** Options of the job that has a file looked at as soon as one of its jobs has failed for good. */
export function abandonOptions(names: QueueNames, fileId: number): JobsOptions {
  return { ...retried(names.retryMs), jobId: `abandon-${fileId}` };
}

/** Options of a job that tells an endpoint what it has to be told. */
export function deliveriesOptions(names: QueueNames, delayMs: number): JobsOptions {
  return { ...retried(names.retryMs), delay: delayMs };
}

/** A name that is as good as the text and shorter. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
