/**
 * Loads one chunk: claim; read, parse, enrich, write (pass-rows.ts); prepare, commit, publish.
 *
 * The chunk is written to every sink of its dataset (sinks/contract.ts). Facts, rejects and the chunk's ledger row
 * commit in one transaction. Parts are renamed into place just before it commits, while it locks the chunk's row, so
 * that no later claim can do so at the same time. A crash in between leaves parts that the manifest does not list.
 * Readers trust the manifest, and a repeat gives its parts the same names.
 */

import type { Pool } from 'pg';
import type { Kernel } from '../../kernel/types.ts';
import { ChunkTransaction } from '../../ledger/chunk-transaction.ts';
import { definitionToLoad } from '../../ledger/definition.ts';
import type { Claim, Ledger } from '../../ledger/ledger.ts';
import { endHolders } from '../../ledger/tables/chunks.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { mostRejects } from '../../model/file/reject-limit.ts';
import type { Registry } from '../../model/registry.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import type { RowCounts } from '../../platform/progress/progress.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { inSpan } from '../../platform/traces/tracing.ts';
import { openSinkChunks } from '../../sinks/all-sinks.ts';
import type { Sink } from '../../sinks/contract.ts';
import { type ChunkHold, FencedOff, isSuspect } from '../chunk-hold.ts';
import type { SharedLock } from '../shared-lock.ts';
import type { SlotCounters } from '../slots.ts';
import type { Stopwatch } from '../stopwatch.ts';
import { openChunk } from './chunk-source.ts';
import { PlacesNeeded } from './fit-rows.ts';
import { commitOf, passRows, toWrite } from './pass-rows.ts';
import { openRepeats } from './unique/repeats.ts';

/** What a worker provides for a chunk. */
export interface ChunkTools {
  readonly hold: ChunkHold;
  /** The lock of this process. */
  readonly sharedLock: SharedLock;
  readonly registry: Registry;
  readonly ledger: Ledger;
  readonly pool: Pool;
  readonly lake: Storage;
  /** The kernel of this slot. No other chunk uses it at the same time. */
  readonly kernel: Kernel;
  /** The sinks of this process. */
  readonly sinks: readonly Sink[];
  readonly counters: SlotCounters;
  readonly stopwatch: Stopwatch;
  /** Aborts when the chunk is given back. Everything is then rolled back, and the signal's reason is thrown. */
  readonly signal: AbortSignal;
}

/**
 * Loads the chunk and returns the counts of its rows. Null if there was nothing to do: the chunk was already
 * committed, its file is no longer loading, or a later claim took it over.
 */
export async function loadChunk(job: ChunkJob, tools: ChunkTools): Promise<RowCounts | null> {
  const claimed = await tools.hold.take();
  if (claimed === null) return null;
  crashPoint('chunk.claimed');
  const dataset = await definitionToLoad(tools.registry, job);
  const alone = isSuspect(claimed);
  // The chunk is not claimed while it waits for the lock, so that it is not blamed if the process dies meanwhile.
  if (alone) await tools.hold.stepBack();
  const release = await tools.sharedLock.acquire(alone ? 'exclusive' : 'shared');
  try {
    const held = alone ? await tools.hold.take() : claimed;
    if (held === null) return null;
    return await loadClaimed(job, dataset, held, tools).catch(async (error) => {
      if (!(error instanceof PlacesNeeded)) throw error;
      tools.counters.restart();
      // The server may not have noticed yet that the connection of the first reading is closed.
      await endHolders(tools.pool, [job.chunkId]);
      return loadClaimed(job, dataset, held, { ...tools, places: true });
    });
  } finally {
    release();
  }
}

async function loadClaimed(
  job: ChunkJob,
  dataset: CompiledDataset,
  claimed: Claim,
  tools: ChunkTools & { readonly places?: boolean },
): Promise<RowCounts | null> {
  const { ledger, stopwatch } = tools;
  refusePastLimit(dataset, claimed);
  const repeats = await openRepeats(job, dataset, claimed, tools);
  const source = await openChunk(job, claimed, tools.lake);
  const way = { ...tools, job, dataset, claimed, source };
  const transaction = new ChunkTransaction(tools.pool, [job.chunkId]);
  const opening = openSinkChunks(tools.sinks, { ...toWrite(way), transaction });
  const sinks = await opening.catch((error) => {
    transaction.giveUp(error);
    throw error;
  });
  let published = false;
  try {
    const rejects = await passRows(way, sinks, { repeats, spill: (write) => transaction.run(write) });
    const commit = commitOf(way, rejects, await sinks.prepare());
    await repeats?.end(transaction);
    const ours = await transaction.run((client) => ledger.commitChunk(client, commit));
    if (!ours) throw new FencedOff();
    crashPoint('chunk.written');
    published = true;
    await sinks.publish();
    await inSpan('commit', {}, () => transaction.commit());
    crashPoint('chunk.committed');
    await source.committed();
    stopwatch.lap('commit');
    return commit.rows;
  } catch (error) {
    const aborted = published ? null : sinks.abort();
    transaction.giveUp(error);
    await aborted;
    if (error instanceof FencedOff) return null;
    throw error;
  }
}

/** A file that already has too many rejects fails, whatever the rest of it contains. */
function refusePastLimit({ rejectLimit }: CompiledDataset, { file, rejectedSoFar }: Claim): void {
  const limited = file.link !== 'corrects' && file.link !== 'replays';
  const most = mostRejects(rejectLimit);
  if (!limited || rejectedSoFar <= most) return;
  throw new LandfallError('LF_REJECT_LIMIT', {
    file: file.name,
    rejected: rejectedSoFar,
    parsed: 'the first',
    limit: plural(most, 'row'),
  });
}
