/**
 * Loads the chunks of many small files together. Each is read as load-chunk.ts reads it, and all commit in one
 * transaction. So the files share the costs other than those of rows: statements, a transaction, renames.
 *
 *   claim all ─▶ read one after another ─▶ prepare all ─▶ ledger ─▶ publish all ─▶ commit
 *                  └─ one that cannot be read is left out    └─ any failure: nothing of the group is kept
 *
 * Only successes are handled here. The caller loads the remaining chunks one by one with load-chunk.ts, which handles
 * outages, workers that died, and errors of a file. So the failure of one file never affects another.
 */

import { ChunkTransaction } from '../../ledger/chunk-transaction.ts';
import { definitionToLoad } from '../../ledger/definition.ts';
import type { ChunkCommit, Claim } from '../../ledger/ledger.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { SinkGroups } from '../../sinks/all-sinks.ts';
import { FencedOff } from '../chunk-hold.ts';
import type { Slots } from '../slots.ts';
import { openChunk } from './chunk-source.ts';
import type { ChunkTools } from './load-chunk.ts';
import { commitOf, passRows, toWrite, withAccounts } from './pass-rows.ts';

export type GroupTools = Omit<ChunkTools, 'hold' | 'counters'> & {
  readonly workerId: string;
  readonly slots: Slots;
};

/** The number of groups of this process so far. It tells their claims apart. */
let groupsSoFar = 0;

/**
 * Loads the chunks that can be loaded together. Returns the others, which are to be loaded one by one or have already
 * been committed by another worker. `chunks`: of one dataset, each the only chunk of its file, and together small
 * enough for memory. The dataset must have no unique rules. If the group as a whole fails, throws the error and keeps
 * nothing.
 */
export async function loadGroup(
  chunks: readonly ChunkJob[],
  tools: GroupTools,
): Promise<readonly ChunkJob[]> {
  const { ledger, signal } = tools;
  const dataset = await definitionToLoad(tools.registry, chunks[0]);
  const ids = chunks.map(({ chunkId }) => chunkId);
  const holder = `${tools.workerId}#g${++groupsSoFar}`;
  const claims = await ledger.claimChunks(ids, holder);
  crashPoint('group.claimed');
  const groups = new SinkGroups(tools.sinks, dataset);
  const done = new Set<number>();
  const release = await tools.sharedLock.acquire('shared');
  try {
    const commits: ChunkCommit[] = [];
    for (const job of chunks) {
      const claim = claims.get(job.chunkId);
      if (claim === undefined) continue;
      const commit = await readOne(job, dataset, claim, groups, tools).catch(() => null);
      signal.throwIfAborted();
      if (commit !== null) commits.push(commit);
    }
    if (commits.length > 0) await commitAll(commits, groups, tools);
    for (const { chunkId } of commits) done.add(chunkId);
  } finally {
    release();
    if (done.size === 0) await groups.abort();
    const left = [...claims.keys()].filter((id) => !done.has(id));
    if (left.length > 0) await ledger.releaseChunks(left, holder).catch(() => {});
  }
  return chunks.filter(({ chunkId }) => !done.has(chunkId));
}

/** Reads one chunk and prepares it in the group. If it throws, the chunk is not in the group. */
async function readOne(
  job: ChunkJob,
  dataset: CompiledDataset,
  claimed: Claim,
  groups: SinkGroups,
  tools: GroupTools,
): Promise<ChunkCommit> {
  const counters = tools.slots.begin(job);
  try {
    const source = await openChunk(job, claimed, tools.lake);
    const way = { ...tools, job, dataset, claimed, source, counters };
    const sinks = await groups.open(toWrite(way));
    try {
      const rejects = await passRows(way, sinks, { spill: refuseSpill });
      return commitOf(way, rejects, await sinks.prepare());
    } catch (error) {
      await sinks.abort();
      throw error;
    }
  } finally {
    tools.slots.end(counters);
  }
}

/** A chunk whose rejects do not fit in memory cannot be in a group. */
async function refuseSpill(): Promise<never> {
  throw new Error('the rejects do not fit in memory');
}

/** Commits the group in one transaction. */
async function commitAll(
  commits: readonly ChunkCommit[],
  groups: SinkGroups,
  { pool, ledger, stopwatch }: GroupTools,
): Promise<void> {
  const chunkIds = commits.map(({ chunkId }) => chunkId);
  const transaction = new ChunkTransaction(pool, chunkIds);
  stopwatch.skip();
  try {
    const accounts = await groups.prepare(transaction);
    const complete = commits.map((commit) => withAccounts(commit, accounts.get(commit.chunkId)));
    const ours = await transaction.run((client) => ledger.commitChunks(client, complete));
    if (!ours) throw new FencedOff();
    crashPoint('group.written');
    await groups.publish();
    crashPoint('group.published');
    await transaction.commit();
    crashPoint('group.committed');
    stopwatch.lap('commit');
  } catch (error) {
    const aborted = groups.abort();
    transaction.giveUp(error);
    await aborted;
    throw error;
  }
}
