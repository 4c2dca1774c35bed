/** What a worker does with one job of the queue, and what it means when that fails. */
import type { Pool } from 'pg';
import type { Kernel } from '../kernel/types.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import type { Registry } from '../model/registry.ts';
import { describeError, type ErrorCode, LandfallError } from '../platform/errors.ts';
import type { Ledger } from '../platform/ledger/ledger.ts';
import type { Log } from '../platform/log.ts';
import type { JobContext, WorkJob } from '../platform/queue/contract.ts';
import type { ChunkJob, Storage, SurveyJob } from '../platform/types.ts';
import { loadChunk } from './load-chunk.ts';
import type { SlotCounters, Slots } from './slots.ts';
import { Dimensions } from './star/dimensions.ts';
import { Stopwatch } from './stopwatch.ts';
import { surveyRange } from './survey-range.ts';
import type { Ticker } from './ticker.ts';

/** What trying again cannot mend. */
const permanent: ReadonlySet<string> = new Set<ErrorCode>([
  'LF_ENRICHMENT',
  'LF_FILE_CHANGED',
  'LF_FILE_MISSING',
  'LF_FOOTER_LONG',
  'LF_HEADER_LONG',
  'LF_KEY_OUTSIDE',
  'LF_PARTITIONS',
  'LF_PARTITION_NAME',
  'LF_REJECT_LIMIT',
  'LF_SYMLINK',
  'LF_UNPACK',
  'LF_UNPACK_LIMIT',
  'LF_ZIP_EMPTY',
  'LF_ZIP_ENCRYPTED',
  'LF_ZIP_HEADERS',
  'LF_ZSTD_NODE',
]);

export interface HandlerOptions {
  readonly workerId: string;
  readonly registry: Registry;
  readonly ledger: Ledger;
  readonly pool: Pool;
  readonly lake: Storage;
  /** One a slot; a chunk takes one while it is loaded. */
  readonly kernels: Kernel[];
  readonly slots: Slots;
  readonly ticker: Ticker;
  readonly log: Log;
}

/** The queue's handler: resolves when the job is done or failed for good, throws to have it tried again. */
export function jobHandler(options: HandlerOptions): (job: WorkJob, context: JobContext) => Promise<void> {
  const { slots, ticker } = options;
  const dimensions = new Map<CompiledDataset, Dimensions>();
  const dimensionsOf = (dataset: CompiledDataset) => {
    let known = dimensions.get(dataset);
    if (known === undefined) dimensions.set(dataset, (known = new Dimensions(options.pool, dataset)));
    return known;
  };
  return async (job, context) => {
    const counters = slots.begin(job.kind === 'chunk' ? job.chunk : job.survey);
    ticker.changed();
    try {
      if (job.kind === 'chunk') await handleChunk(job.chunk, context, counters, dimensionsOf, options);
      else await handleSurvey(job.survey, context, counters, options);
    } finally {
      slots.end(counters);
      ticker.changed();
    }
  };
}

async function handleChunk(
  chunk: ChunkJob,
  { signal, lastAttempt, attempt }: JobContext,
  counters: SlotCounters,
  dimensionsOf: (dataset: CompiledDataset) => Dimensions,
  options: HandlerOptions,
): Promise<void> {
  const { kernels, ledger } = options;
  const log = options.log.child({ fileId: chunk.fileId, chunk: chunk.number });
  const stopwatch = new Stopwatch();
  const kernel = kernels.pop();
  if (kernel === undefined) throw new LandfallError('LF_INTERNAL', { reason: 'more jobs than slots' });
  try {
    const rows = await loadChunk(chunk, { ...options, kernel, dimensionsOf, counters, stopwatch, signal });
    if (rows === null) log.debug('nothing to do: committed before, or taken over');
    else log.debug({ rows, ms: stopwatch.summary() }, 'committed');
  } catch (error) {
    if (signal.aborted) throw error;
    const described = describeError(error);
    const final = permanent.has(described.code);
    // One chunk of a file past its limit says what all the others would.
    const level = described.code === 'LF_REJECT_LIMIT' ? 'debug' : 'warn';
    log[level](
      { ...described, attempt, stack: stackOf(error) },
      final || lastAttempt ? 'failed' : 'will be tried again',
    );
    if (final || lastAttempt) await ledger.failChunk(chunk.chunkId, described);
    if (!final) throw error;
  } finally {
    kernels.push(kernel);
  }
}

/** A survey that fails for good leaves the reason, or none where no try will mend it: the plan finds either. */
async function handleSurvey(
  survey: SurveyJob,
  { signal, attempt }: JobContext,
  counters: SlotCounters,
  { ledger, lake, log }: HandlerOptions,
): Promise<void> {
  try {
    await surveyRange(survey, { ledger, lake, counters, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn(
      { fileId: survey.fileId, survey: survey.number, attempt, ...describeError(error) },
      'survey failed',
    );
    const described = describeError(error);
    if (!permanent.has(described.code)) throw error;
    await ledger.saveSurvey(survey, Buffer.alloc(0), { error: described });
  }
}

/** Where an error of ours came from; a LandfallError says all there is to say. */
function stackOf(error: unknown): string | undefined {
  return error instanceof Error && !(error instanceof LandfallError) ? error.stack : undefined;
}
