/**
 * One chunk, from claim to commit: claim, read, parse, enrich, write parts, copy rows, commit.
 *
 * Facts, rejects and the chunk's ledger row commit in one transaction. Parts are renamed into place just
 * before it commits, while it holds the chunk's row: no later claim can do so at the same time. A crash
 * in between leaves parts that the manifest does not list; readers trust the manifest, and the repeat
 * gives its parts the same names.
 */
import type { Pool } from 'pg';
import type { Kernel } from '../kernel/types.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import { enrichBatch } from '../model/enrich.ts';
import { convertFallbacks, needsPlaces } from '../model/fallback.ts';
import { loadingStar } from '../model/incoming.ts';
import type { Registry } from '../model/registry.ts';
import { LandfallError } from '../platform/errors.ts';
import type { Claim, Ledger } from '../platform/ledger/ledger.ts';
import type { RowCounts } from '../platform/progress.ts';
import type { ChunkJob, Storage } from '../platform/types.ts';
import { openChunk } from './chunk-source.ts';
import { openLakeChunk } from './lake/lake-chunk.ts';
import { readBatches } from './read-batches.ts';
import { RejectTray } from './rejects.ts';
import type { SlotCounters } from './slots.ts';
import type { Dimensions } from './star/dimensions.ts';
import { factFields } from './star/fact-fields.ts';
import { FactLoad } from './star/fact-load.ts';
import type { Stopwatch } from './stopwatch.ts';

/** What a worker lends to a chunk. */
export interface ChunkTools {
  readonly workerId: string;
  readonly registry: Registry;
  readonly ledger: Ledger;
  readonly pool: Pool;
  readonly lake: Storage;
  /** Of this slot: no other chunk uses it meanwhile. */
  readonly kernel: Kernel;
  readonly dimensionsOf: (dataset: CompiledDataset) => Dimensions;
  readonly counters: SlotCounters;
  readonly stopwatch: Stopwatch;
  /** Gives the chunk back: everything is rolled back and the signal's reason thrown. */
  readonly signal: AbortSignal;
}

/**
 * Loads the chunk and says what became of its rows; null where there was nothing to do: it was committed
 * already, its file is no longer loading, or a later claim took it over.
 */
export async function loadChunk(job: ChunkJob, tools: ChunkTools): Promise<RowCounts | null> {
  const { kernel, ledger, counters, stopwatch, signal } = tools;
  const dataset = definitionOf(job, tools.registry);
  const claimed = await ledger.claimChunk(job.chunkId, tools.workerId);
  if (claimed === null) return null;
  const { claim, file } = claimed;
  refusePastLimit(dataset, claimed);
  const layout = file.layout!;
  const source = await openChunk(job, claimed, tools.lake);
  const { byteStart, byteCount, lineStart } = source;

  const address = { dataset, fileId: job.fileId, chunkNumber: job.number, claim };
  const keys = tools.dimensionsOf(dataset).openChunk();
  const rejects = new RejectTray(job, dataset, { ...claimed, lineStart }, tools.lake);
  const byteEnd = byteStart + byteCount;
  const lake = openLakeChunk({ ...address, byteStart, byteEnd, lake: tools.lake });
  const facts = await FactLoad.begin(tools.pool, loadingStar(dataset.star, file));
  let published = false;
  try {
    kernel.begin(
      { ...layout, dialect: layout, columns: dataset.columns, places: needsPlaces(dataset) },
      { byteStart, skipBytes: 0 },
    );
    const { encoding } = layout;
    const reading = { ...source, kernel, encoding, counters, stopwatch, signal };
    stopwatch.skip();
    for await (const parsed of readBatches(reading)) {
      counters.step = 'loading';
      counters.rows += parsed.parsed;
      const converted = convertFallbacks(dataset, parsed);
      const batch = enrichBatch(dataset, converted.vectors, converted.rows);
      stopwatch.lap('enrich');
      await rejects.take(converted.rejects, facts, ledger);
      await lake.write(batch);
      stopwatch.lap('lake');
      const members = await keys.resolve(batch);
      stopwatch.lap('dimensions');
      const rows = kernel.encodeCopyRows(factFields(dataset.star, batch, members, job.chunkId), batch.rows);
      stopwatch.lap('encode');
      await facts.write(rows);
      stopwatch.lap('copy');
    }

    counters.step = 'committing';
    const [parts] = await allSettled(lake.finish(), facts.pause(), rejects.finish());
    const loaded = counters.rows - rejects.count;
    checkCount(facts.rows, loaded, job);
    const counts = { parsed: counters.rows, loaded, rejected: rejects.count, deduplicated: 0 };
    const commit = { ...address, chunkId: job.chunkId, rows: counts, parts, rejects: rejects.rest };
    const ours = await ledger.commitChunk(facts.client, { ...commit, definitionVersion: dataset.version });
    if (!ours) throw new FencedOff();
    published = true;
    await lake.publish();
    await rejects.publish();
    await facts.commit();
    stopwatch.lap('commit');
    return counts;
  } catch (error) {
    facts.giveUp(error);
    if (!published) await Promise.all([lake.abort(), rejects.abort()]);
    if (error instanceof FencedOff) return null;
    throw error;
  }
}

/** A later claim holds the chunk; what this one did is thrown away. */
class FencedOff extends Error {}

/** The definition that the file was planned with. */
function definitionOf(job: ChunkJob, registry: Registry): CompiledDataset {
  const dataset = registry.get(job.dataset);
  if (dataset === undefined) {
    throw new LandfallError('LF_DATASET_UNKNOWN', {
      dataset: job.dataset,
      known: registry.names().join(', '),
    });
  }
  if (dataset.version === job.definitionVersion) return dataset;
  throw new LandfallError('LF_DEFINITION_MISMATCH', {
    dataset: job.dataset,
    planned: job.definitionVersion,
    present: dataset.version,
  });
}

/** A file that has too many rejects already fails, whatever is in the rest of it. */
function refusePastLimit({ rejectLimit }: CompiledDataset, { file, rejectedSoFar }: Claim): void {
  const limited = file.link !== 'mends' && file.link !== 'replays';
  if (!limited || rejectedSoFar <= rejectLimit.count) return;
  throw new LandfallError('LF_REJECT_LIMIT', {
    file: file.name,
    rejected: rejectedSoFar,
    parsed: 'the first',
    limit: `${rejectLimit.count} rows`,
  });
}

/** The server must have taken as many rows as were loaded. */
function checkCount(copied: number, loaded: number, job: ChunkJob): void {
  if (copied === loaded) return;
  const reason = `chunk ${job.chunkId} has ${loaded} rows to load and the server took ${copied}`;
  throw new LandfallError('LF_INTERNAL', { reason });
}

/** All results; where one fails, its error, but only when the others have ended too. */
async function allSettled<T extends readonly Promise<unknown>[]>(
  ...work: T
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
