/**
 * The queue as coordinator and workers see it. One contract, two backends, one conformance suite
 * (test/platform/queue). Jobs carry addresses only. The ledger says what has happened; no count derives from
 * the queue's events.
 *
 *   files queue   plan (parent of scans) · finalise (parent of chunks) · group (of a group) · abandon   coordinator
 *   work queue    scan · chunk · group                                                                  workers
 *   deliveries    deliver (what one endpoint has to be told)                                             coordinator
 *
 * Every job may run more than once (a worker is killed, a coordinator starts again): handlers ask
 * the ledger first.
 */
import type { Queue } from 'bullmq';
import type { LandfallError } from '../errors/errors.ts';
import type { TraceParent } from '../traces/contract.ts';

/** The unit of work: an address and nothing else. */
export interface ChunkJob {
  readonly fileId: number;
  readonly chunkId: number;
  readonly number: number;
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly dataset: string;
  readonly definitionVersion: string;
  /** The trace of its file; absent if nobody traces. */
  readonly trace?: TraceParent;
}

/** A range to hash and to look through for record borders, before a file is planned. */
export interface ScanJob {
  readonly fileId: number;
  readonly number: number;
  readonly byteStart: number;
  readonly byteEnd: number;
  /** Where the first record may begin: what is before it (BOM, header) is hashed but not scanned. Default byteStart. */
  readonly scanFrom?: number;
  /** The range is scanned piece by piece, cut at the file's multiples of this; each piece offers one
   * border for a chunk. Default: one piece. */
  readonly pieceBytes?: number;
  /** All workers that may load the file are on one machine. */
  readonly oneMachine?: boolean;
  /** The trace of its file; absent if nobody traces. */
  readonly trace?: TraceParent;
}

/** A job about files. */
export type FileJob =
  /** `plan`: all scans have ended. `finalise`: all chunks have. `abandon`: one of either has failed for
   * good, and the others need not be waited for. */
  | { readonly kind: 'plan' | 'finalise' | 'abandon'; readonly fileId: number }
  /** The group's job has ended: for each file, its only chunk has, or was left to be queued by itself. */
  | { readonly kind: 'group'; readonly fileIds: readonly number[] };

/** It is time to look which windows of a source are due. */
export interface TickJob {
  readonly kind: 'tick';
  readonly dataset: string;
  readonly source: string;
}

export type FilesJob = FileJob | TickJob;

/** When a source ticks, as text; QueueOptions.nextTick reads it. */
export interface Ticking {
  readonly dataset: string;
  readonly source: string;
  readonly when: string;
}

/** Which attempt a job of the files queue is. */
export type FilesContext = Pick<JobContext, 'attempt' | 'lastAttempt'>;

export type WorkJob =
  | { readonly kind: 'scan'; readonly scan: ScanJob }
  | { readonly kind: 'chunk'; readonly chunk: ChunkJob }
  /** Each the only chunk of a small file. */
  | { readonly kind: 'group'; readonly chunks: readonly ChunkJob[] };

export interface JobContext {
  /** 1 for the first attempt. Being taken over from a dead worker is not an attempt. */
  readonly attempt: number;
  /** A throw now is final: the job is not tried again. */
  readonly lastAttempt: boolean;
  /** How often the job was taken over from a worker that was silent for too long. */
  readonly stalls: number;
  /** How often a handler gave it back (GivenBack), or little more. */
  readonly givenBack: number;
  /** Aborted when the lock is lost (`lockLost`) or the worker gives its jobs back; the handler should throw soon. */
  readonly signal: AbortSignal;
}

/** The reason of a signal: the worker was silent for so long that another may take the job. */
export const lockLost = 'the lock was lost';

/** Thrown by a handler whose process cannot do the job. It uses up no attempt, and any worker may take the job next. */
export class GivenBack extends Error {
  /** How long the job waits before it can be taken. */
  readonly pauseMs: number;

  constructor(pauseMs: number, cause: unknown) {
    super('the job was given back', { cause });
    this.pauseMs = pauseMs;
  }
}

export interface QueueWorker {
  /** Waits for the jobs in flight. With `force`: aborts their signals, and gives back to the queue those
   * whose handlers throw within two seconds; the others are taken over when their lock runs out. */
  close(options?: { force?: boolean }): Promise<void>;
}

/** Jobs in each queue by state, for `doctor` and metrics. Never a measure of progress. */
export interface QueueCounts {
  readonly files: JobCounts;
  readonly work: JobCounts;
}

export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly waitingForChildren: number;
  readonly failed: number;
}

export interface Queues {
  readonly backend: 'redis' | 'postgres';
  /** Queues the scan jobs of a file and, after them, one `plan` job. Repeating it adds nothing that
   * is still there. `plan` runs even when a scan failed for good: the ledger has the result. */
  submitScan(fileId: number, scans: readonly ScanJob[]): Promise<void>;
  /**
   * Queues the chunk jobs of a file and, after them, one `finalise` job; as submitScan. `again` names another
   * `finalise` job, where the file's own is at work.
   */
  submitChunks(fileId: number, chunks: readonly ChunkJob[], again?: string): Promise<void>;
  /** Queues the only chunks of many small files as one job and, after it, one `group` job for the files. */
  submitGroup(chunks: readonly ChunkJob[]): Promise<void>;
  workFiles(
    handler: (job: FilesJob, context: FilesContext) => Promise<void>,
    options?: { concurrency?: number },
  ): Promise<QueueWorker>;
  workChunks(
    handler: (job: WorkJob, context: JobContext) => Promise<void>,
    options: { concurrency: number },
  ): Promise<QueueWorker>;
  /** Queues a job that tells an endpoint of a webhook what it has to be told by then. */
  submitDeliveries(endpoint: string, delayMs?: number): Promise<void>;
  workDeliveries(
    handler: (endpoint: string) => Promise<void>,
    options: { concurrency: number },
  ): Promise<QueueWorker>;
  /** From now on, these sources tick and no others. Needs QueueOptions.nextTick. Repeating it changes nothing. */
  schedule(tickings: readonly Ticking[]): Promise<void>;
  /** The queues as BullMQ has them, for its console. Nothing else asks for them. */
  queuesOfBullmq(): readonly Queue[];
  counts(): Promise<QueueCounts>;
  /** Stops waiting for a server that is away. Call it before close(). */
  letGo(): void;
  /** Removes the queues with all their jobs: for a scope that will not be used again. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

export interface QueueOptions {
  readonly databaseUrl: string;
  /** Null: the queue lives in the database. */
  readonly redisUrl: string | null;
  /**
   * Concurrent statements to a queue that lives in the database, each on its own connection. workFiles and
   * workChunks each use one more connection to listen. Default 4.
   */
  readonly asking?: number;
  /** Names the pool: only workers of the same scope take its jobs. Letters, digits, `-` and `_`. */
  readonly scope: string;
  /** Create or upgrade the queue's tables (PostgreSQL). The coordinator does, workers do not. */
  readonly migrate?: boolean;
  /** Receives errors of connections, which reconnect by themselves. */
  readonly onError?: (error: Error) => void;
  /** Watches whether Redis accepts writes. Not called where the queue lives in the database. */
  readonly health?: {
    /** For as long as it lasts, every two seconds: LF_QUEUE_LOST. */
    onOutage(error: LandfallError): void;
    /** It accepts writes again, or was reconnected: jobs may have been lost. */
    onRecovered(): void;
  };
  /** The first tick after an instant (ms) of what `when` of a Ticking says. Default: nothing ticks. */
  readonly nextTick?: (when: string, after: number) => number | null;
  /** How long a worker may be silent before another may take its job, in ms. Default 10,000. */
  readonly lockMs?: number;
  /** First pause before a job is tried again, in ms; it doubles each time. Default 500. */
  readonly retryMs?: number;
}
