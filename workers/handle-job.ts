/** Runs one job of the queue in a worker, and decides what follows if it fails. */

import type { Pool } from 'pg';
import type { Kernel } from '../kernel/types.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { lostMost } from '../ledger/tables/chunks.ts';
import type { Registry } from '../model/registry.ts';
import { crashPoint } from '../platform/errors/crash-points.ts';
import { describeError, type ErrorCode, LandfallError } from '../platform/errors/errors.ts';
import { reasonOf } from '../platform/errors/network.ts';
import type { Outage } from '../platform/errors/outage.ts';
import { isFinal, retryOf } from '../platform/errors/retry.ts';
import { waitOut } from '../platform/errors/wait-out.ts';
import type { Log } from '../platform/log/log.ts';
import type { ChunkJob, ScanJob } from '../platform/queue/contract.ts';
import { GivenBack, type JobContext, lockLost, type WorkJob } from '../platform/queue/contract.ts';
import type { Storage } from '../platform/storage/contract.ts';
import type { SpanOptions } from '../platform/traces/contract.ts';
import { inSpan } from '../platform/traces/tracing.ts';
import type { Sink } from '../sinks/contract.ts';
import { openSinks } from '../sinks/open-sinks.ts';
import { ChunkHold } from './chunk-hold.ts';
import { loadChunk } from './pipeline/load-chunk.ts';
import { loadGroup } from './pipeline/load-group.ts';
import { scanRange } from './scan/scan-range.ts';
import { SharedLock } from './shared-lock.ts';
import type { SlotCounters, Slots } from './slots.ts';
import { Stopwatch } from './stopwatch.ts';
import type { Ticker } from './ticker.ts';

/**
 * Errors that concern this worker rather than the chunk, since workers are restarted one by one when definitions
 * change. The chunk is given back to the queue, as often as necessary.
 */
const elsewhere: ReadonlySet<string> = new Set<ErrorCode>([
  'LF_DATASET_BROKEN',
  'LF_DATASET_UNKNOWN',
  'LF_DEFINITION_MISMATCH',
]);

/** How long a chunk that this worker cannot load is left to other workers before it is offered again. */
const elsewherePauseMs = 2_000;

/** A chunk that nobody can load is warned of again when it has been given back so often: once a minute. */
const warnedAgainAfter = 60_000 / elsewherePauseMs;

export interface HandlerOptions {
  readonly workerId: string;
  readonly registry: Registry;
  readonly ledger: Ledger;
  readonly pool: Pool;
  readonly lake: Storage;
  /** One per slot. A chunk uses one while it is loaded. */
  readonly kernels: Kernel[];
  readonly slots: Slots;
  readonly ticker: Ticker;
  /** How long an outage is waited out. */
  readonly outageTimeoutMs: number;
  /** What one compressed file may unpack to. Default: 100 GiB. */
  readonly unpackedBytesMost?: number;
  readonly log: Log;
}

/** The tools of one job, in addition to those that all jobs share. */
interface JobTools extends HandlerOptions {
  readonly context: JobContext;
  readonly counters: SlotCounters;
  readonly sharedLock: SharedLock;
  readonly sinks: readonly Sink[];
}

/** The queue's handler. Resolves when the job is done or has failed for good; throws if it is to be retried. */
export function jobHandler(options: HandlerOptions): (job: WorkJob, context: JobContext) => Promise<void> {
  const { slots, ticker } = options;
  const sinks = openSinks(options);
  const sharedLock = new SharedLock();
  const inSlot = async (
    job: ChunkJob | ScanJob,
    context: JobContext,
    work: (tools: JobTools) => Promise<void>,
  ) => {
    const counters = slots.begin(job);
    ticker.changed();
    try {
      await work({ ...options, context, counters, sharedLock, sinks });
    } finally {
      slots.end(counters);
      ticker.changed();
    }
  };
  const { workerId } = options;
  const alone = (chunk: ChunkJob, context: JobContext) =>
    inSlot(chunk, context, (tools) =>
      inSpan('chunk', placeOf(chunk, workerId), () => handleChunk(chunk, tools)),
    );
  return (job, context) => {
    if (job.kind === 'chunk') return alone(job.chunk, context);
    if (job.kind === 'scan') {
      const { scan } = job;
      return inSlot(scan, context, (tools) =>
        inSpan('scan', placeOf(scan, workerId), () => handleScan(scan, tools)),
      );
    }
    const group = { ...options, context, sharedLock, sinks };
    const links = job.chunks.flatMap(({ trace }) => trace ?? []);
    const attributes = { 'landfall.chunks': job.chunks.length, 'landfall.worker': workerId };
    return inSpan('group', { links, attributes }, () =>
      handleGroup(job.chunks, group, (chunk) => alone(chunk, context)),
    );
  };
}

/** What the span of a job says of it. */
function placeOf(job: ChunkJob | ScanJob, workerId: string): SpanOptions {
  const { fileId, number, byteStart, byteEnd, trace } = job;
  const attributes = {
    ...{ 'landfall.file.id': fileId, 'landfall.chunk': number, 'landfall.bytes': byteEnd - byteStart },
    'landfall.worker': workerId,
  };
  return { parent: trace, attributes };
}

/** Chunks that a group leaves, or all chunks of a group that fails, are loaded one by one, as single jobs are. */
async function handleGroup(
  chunks: readonly ChunkJob[],
  tools: Omit<JobTools, 'counters'>,
  alone: (chunk: ChunkJob) => Promise<void>,
): Promise<void> {
  const { kernels, ticker, context } = tools;
  const { signal } = context;
  const stopwatch = new Stopwatch();
  const kernel = takeKernel(kernels);
  let left = chunks;
  ticker.changed();
  try {
    left = await loadGroup(chunks, { ...tools, kernel, stopwatch, signal });
    const committed = chunks.length - left.length;
    tools.log.debug({ chunks: committed, left: left.length, ms: stopwatch.summary() }, 'committed a group');
  } catch (error) {
    if (signal.aborted) throw error;
    tools.log.debug({ err: error, chunks: chunks.length }, 'loading the chunks of a group one by one');
  } finally {
    kernels.push(kernel);
    ticker.changed();
  }
  const errors: unknown[] = [];
  for (const chunk of left) await alone(chunk).catch((error) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

function takeKernel(kernels: Kernel[]): Kernel {
  const kernel = kernels.pop();
  if (kernel === undefined) throw new LandfallError('LF_INTERNAL', { reason: 'more jobs than slots' });
  return kernel;
}

async function handleChunk(chunk: ChunkJob, tools: JobTools): Promise<void> {
  const { kernels, ledger, workerId, context } = tools;
  const { signal, attempt } = context;
  const log = tools.log.child({ fileId: chunk.fileId, chunk: chunk.number });
  const onManyClaims = (claims: number) =>
    log.warn({ claims }, 'the chunk has been claimed many times, and is still not loaded');
  const hold = new ChunkHold(ledger, chunk, workerId, onManyClaims);
  const kernel = takeKernel(kernels);
  const load = async () => {
    const stopwatch = new Stopwatch();
    const rows = await loadChunk(chunk, { ...tools, hold, kernel, stopwatch, signal });
    if (rows === null) log.debug('nothing to do: already committed, or taken over');
    else log.debug({ rows, ms: stopwatch.summary() }, 'committed');
  };
  try {
    await throughOutage(load, tools, log, (outage) => hold.waits(outage));
  } catch (error) {
    if (signal.aborted) {
      // A worker that closes says so itself.
      log[signal.reason === lockLost ? 'warn' : 'debug'](
        { reason: reasonOf(signal.reason) },
        'gave the chunk back',
      );
      await hold.giveBack();
      throw error;
    }
    const described = describeError(error);
    if (elsewhere.has(described.code)) {
      const { givenBack } = context;
      log[givenBack % warnedAgainAfter === 0 ? 'warn' : 'debug'](
        { ...described, givenBack },
        'gave the chunk back for a worker that has its definition',
      );
      await hold.giveBack(described);
      throw new GivenBack(elsewherePauseMs, error);
    }
    const final = isFinal(error, context);
    log[levelOf(error)](
      { ...described, attempt, stack: stackOf(error) },
      final ? 'failed' : 'will be retried',
    );
    if (final) {
      await hold.fail(described);
      crashPoint('chunk.failed');
    } else await hold.giveBack(described);
    if (retryOf(error) !== 'never') throw error;
  } finally {
    kernels.push(kernel);
  }
}

/** If an error of a scan is final, its reason is saved in place of a result, and the plan job finds it. */
async function handleScan(scan: ScanJob, tools: JobTools): Promise<void> {
  const { ledger, lake, counters, context, unpackedBytesMost } = tools;
  const { signal, attempt, stalls } = context;
  const log = tools.log.child({ fileId: scan.fileId, scan: scan.number });
  const { byteStart: from, byteEnd: to } = scan;
  const search = async () => {
    if (stalls >= lostMost) throw await lostToScan(ledger, scan, stalls);
    await scanRange(scan, { ledger, lake, counters, signal, unpackedBytesMost });
  };
  try {
    await throughOutage(search, tools, log);
  } catch (error) {
    if (signal.aborted) throw error;
    const described = describeError(error);
    log[levelOf(error)]({ from, to, attempt, ...described, stack: stackOf(error) }, 'scan failed');
    if (retryOf(error) !== 'never') throw error;
    await ledger.saveScan(scan, Buffer.alloc(0), { error: described });
    crashPoint('scan.refused');
  }
}

async function lostToScan(ledger: Ledger, scan: ScanJob, deaths: number): Promise<LandfallError> {
  const { byteStart: from, byteEnd: to } = scan;
  const file = (await ledger.file(scan.fileId))?.name;
  return new LandfallError('LF_SCAN_KILLS', { file, from, to, deaths });
}

/** Does the work and waits out outages. During an outage, the log and the ticks name it. */
function throughOutage(
  work: () => Promise<void>,
  { counters, ticker, outageTimeoutMs, context }: JobTools,
  log: Log,
  onOutage: (outage: Outage) => Promise<void> = async () => {},
): Promise<void> {
  let known = '';
  return waitOut(
    async () => {
      counters.restart();
      await work();
    },
    {
      outageTimeoutMs,
      signal: context.signal,
      async onOutage(outage) {
        counters.wait(outage);
        ticker.tick();
        if (outage.message !== known) log.warn({ ...outage }, 'waiting for the outage to end');
        known = outage.message;
        // The ledger cannot record that it is itself unreachable.
        if (outage.with !== 'database') await onOutage(outage);
      },
      onRecovered: () => log.info('the outage is over'),
    },
  );
}

/** An error that fails the file at once is reported by the coordinator, once for all chunks. */
function levelOf(error: unknown): 'debug' | 'warn' {
  return retryOf(error) === 'never' ? 'debug' : 'warn';
}

/** The stack of an unexpected error. A LandfallError needs none. */
function stackOf(error: unknown): string | undefined {
  return error instanceof Error && !(error instanceof LandfallError) ? error.stack : undefined;
}
