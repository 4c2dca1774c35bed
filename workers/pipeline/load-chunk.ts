/**
 * One chunk, from claim to commit: claim, read, parse, enrich, write parts, copy rows (pass-rows.ts), commit.
 *
 * Facts, rejects and the chunk's ledger row commit in one transaction. Parts are renamed into place just
 * before it commits, while it holds the chunk's row: no later claim can do so at the same time. A crash
 * in between leaves parts that the manifest does not list; readers trust the manifest, and the repeat
 * gives its parts the same names.
 */

import type { Pool } from 'pg';
import type { Kernel } from '../../kernel/types.ts';
import { definitionToLoad } from '../../ledger/definition.ts';
import type { Claim, Ledger } from '../../ledger/ledger.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Registry } from '../../model/registry.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import type { RowCounts } from '../../platform/progress/progress.ts';
import type { ChunkJob, Storage } from '../../platform/types.ts';
import { openLakeChunk } from '../../sinks/lake/lake-chunk.ts';
import type { Dimensions } from '../../sinks/postgres/dimensions/dimensions.ts';
import { FactLoad } from '../../sinks/postgres/facts/fact-load.ts';
import { loadingStar } from '../../sinks/postgres/facts/staging.ts';
import { type ChunkHold, FencedOff, isSuspect } from '../chunk-hold.ts';
import type { SharedLock } from '../shared-lock.ts';
import type { SlotCounters } from '../slots.ts';
import type { Stopwatch } from '../stopwatch.ts';
import { openChunk } from './chunk-source.ts';
import { passRows } from './pass-rows.ts';
import { RejectTray } from './reject-tray.ts';
import { openRepeats } from './unique/repeats.ts';

/** What a worker lends to a chunk. */
export interface ChunkTools {
  readonly hold: ChunkHold;
  /** Of this process. */
  readonly sharedLock: SharedLock;
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
  const claimed = await tools.hold.take();
  if (claimed === null) return null;
  crashPoint('chunk.claimed');
  const dataset = definitionToLoad(tools.registry, job);
  const alone = isSuspect(claimed);
  // Whatever ends this process while the chunk waits for the room is not the chunk.
  if (alone) await tools.hold.stepBack();
  const leave = await tools.sharedLock.enter(alone);
  try {
    const held = alone ? await tools.hold.take() : claimed;
    return held && (await loadClaimed(job, dataset, held, tools));
  } finally {
    leave();
  }
}

async function loadClaimed(
  job: ChunkJob,
  dataset: CompiledDataset,
  claimed: Claim,
  tools: ChunkTools,
): Promise<RowCounts | null> {
  const { ledger, counters, stopwatch, signal } = tools;
  const { fencingToken, file } = claimed;
  refusePastLimit(dataset, claimed);
  const layout = file.layout!;
  const repeats = await openRepeats(job, dataset, claimed, tools);
  const source = await openChunk(job, claimed, tools.lake);
  const { byteStart, byteCount, lineStart } = source;

  const address = { dataset, fileId: job.fileId, chunkNumber: job.number, fencingToken };
  const rejects = new RejectTray(job, dataset, { ...claimed, lineStart }, tools.lake);
  const byteEnd = byteStart + byteCount;
  const lake = openLakeChunk({ ...address, byteStart, byteEnd, lake: tools.lake, signal });
  const facts = await FactLoad.begin(tools.pool, loadingStar(dataset.star, file), job.chunkId);
  let published = false;
  try {
    const dimensions = tools.dimensionsOf(dataset);
    await passRows({ ...tools, job, dataset, layout, source, lake, rejects, facts, dimensions, repeats });

    counters.step = 'committing';
    const [parts] = await allSettled(lake.finish(), facts.pause(), rejects.finish());
    await repeats?.end(facts.client);
    const loaded = counters.rows - rejects.count;
    checkCount(facts.rows, loaded, `chunk ${job.chunkId}`);
    const counts = { parsed: counters.rows, loaded, rejected: rejects.count, deduplicated: 0 };
    const { rows: starRows } = facts;
    const commit = { ...address, chunkId: job.chunkId, rows: counts, starRows, parts, rejects: rejects.rest };
    const ours = await ledger.commitChunk(facts.client, { ...commit, definitionVersion: dataset.version });
    if (!ours) throw new FencedOff();
    crashPoint('chunk.written');
    published = true;
    await lake.publish();
    crashPoint('lake.parts-published');
    await rejects.publish();
    crashPoint('quarantine.published');
    await facts.commit();
    crashPoint('chunk.committed');
    stopwatch.lap('commit');
    return counts;
  } catch (error) {
    facts.giveUp(error);
    if (!published) await Promise.all([lake.abort(), rejects.abort()]);
    if (error instanceof FencedOff) return null;
    throw error;
  }
}

/** A file that has too many rejects already fails, whatever is in the rest of it. */
function refusePastLimit({ rejectLimit }: CompiledDataset, { file, rejectedSoFar }: Claim): void {
  const limited = file.link !== 'corrects' && file.link !== 'replays';
  if (!limited || rejectedSoFar <= rejectLimit.count) return;
  throw new LandfallError('LF_REJECT_LIMIT', {
    file: file.name,
    rejected: rejectedSoFar,
    parsed: 'the first',
    limit: plural(rejectLimit.count, 'row'),
  });
}

/** The server must have taken as many rows as were loaded. */
export function checkCount(copied: number, loaded: number, what: string): void {
  if (copied === loaded) return;
  const reason = `${what} has ${plural(loaded, 'row')} to load and the server took ${copied}`;
  throw new LandfallError('LF_INTERNAL', { reason });
}

/** All results; where one fails, its error, but only when the others have ended too. */
async function allSettled<T extends readonly Promise<unknown>[]>(
  ...work: T
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
