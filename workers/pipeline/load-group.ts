/**
 * The chunks of many small files at once: each is read into memory, then all are copied and committed in one
 * transaction. What a file costs beside its rows (statements, a transaction, renamings) is shared by all.
 *
 *   claim all ─▶ read one after another ─▶ begin ─▶ copy all ─▶ ledger ─▶ parts into place ─▶ commit
 *                  └─ one that cannot be read is left out         └─ any failure: nothing of all is kept
 *
 * It only does what goes well. What it leaves out its caller loads alone, with all that load-chunk.ts knows of
 * outage, of workers that are lost and of what is wrong with a file. So no file suffers for another one.
 */

import type { ChunkCommit } from '../../ledger/commit.ts';
import { definitionToLoad } from '../../ledger/definition.ts';
import type { Claim } from '../../ledger/ledger.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { ChunkJob } from '../../platform/types.ts';
import { openLakeChunk } from '../../sinks/lake/lake-chunk.ts';
import { FactLoad } from '../../sinks/postgres/facts/fact-load.ts';
import { FencedOff } from '../chunk-hold.ts';
import type { Slots } from '../slots.ts';
import { openChunk } from './chunk-source.ts';
import { type ChunkTools, checkCount } from './load-chunk.ts';
import { passRows } from './pass-rows.ts';
import { RejectTray } from './reject-tray.ts';

export type GroupTools = Omit<ChunkTools, 'hold' | 'counters'> & {
  readonly workerId: string;
  readonly slots: Slots;
};

interface LakeObject {
  readonly key: string;
  readonly body: Uint8Array;
}

/** A chunk that is read, and waits in memory for the transaction of all. */
interface Loaded {
  readonly commit: ChunkCommit;
  /** Binary COPY rows. */
  readonly rows: readonly Uint8Array[];
  readonly objects: readonly LakeObject[];
  readonly rejects: RejectTray;
}

let groups = 0;

/**
 * Loads what can be loaded together, and answers with the chunks that are left: to be loaded alone, or
 * already committed by somebody else. `chunks`: of one dataset, each the only chunk of its file, together
 * small enough for memory; the dataset has no unique rules. Throws what went wrong with all of them; then nothing of them is kept.
 */
export async function loadGroup(
  chunks: readonly ChunkJob[],
  tools: GroupTools,
): Promise<readonly ChunkJob[]> {
  const { ledger, signal } = tools;
  const dataset = definitionToLoad(tools.registry, chunks[0]);
  const ids = chunks.map(({ chunkId }) => chunkId);
  const holder = `${tools.workerId}#g${++groups}`;
  const claims = await ledger.claimChunks(ids, holder);
  crashPoint('group.claimed');
  const loaded: Loaded[] = [];
  const done = new Set<number>();
  const leave = await tools.sharedLock.enter(false);
  try {
    for (const job of chunks) {
      const claim = claims.get(job.chunkId);
      if (claim === undefined) continue;
      const one = await readOne(job, dataset, claim, tools).catch(() => null);
      signal.throwIfAborted();
      if (one !== null) loaded.push(one);
    }
    if (loaded.length > 0) await commitAll(loaded, dataset, tools);
    for (const { commit } of loaded) done.add(commit.chunkId);
  } finally {
    leave();
    if (done.size === 0) await Promise.all(loaded.map(({ rejects }) => rejects.abort()));
    const left = [...claims.keys()].filter((id) => !done.has(id));
    if (left.length > 0) await ledger.releaseChunks(left, holder).catch(() => {});
  }
  return chunks.filter(({ chunkId }) => !done.has(chunkId));
}

/** Reads one chunk into memory. Throws what is wrong with it. */
async function readOne(
  job: ChunkJob,
  dataset: CompiledDataset,
  claimed: Claim,
  tools: GroupTools,
): Promise<Loaded> {
  const { fileId, chunkId, number: chunkNumber } = job;
  const { fencingToken, file } = claimed;
  const counters = tools.slots.begin(job);
  const source = await openChunk(job, claimed, tools.lake);
  const { byteStart, byteCount, lineStart } = source;
  const rejects = new RejectTray(job, dataset, { ...claimed, lineStart }, tools.lake);
  const address = { dataset, fileId, chunkNumber, fencingToken, byteStart, byteEnd: byteStart + byteCount };
  const objects: LakeObject[] = [];
  const keep = (part: LakeObject) => void objects.push(part);
  const lake = openLakeChunk({ ...address, lake: tools.lake, keep, signal: tools.signal });
  const facts = new KeptRows();
  const dimensions = tools.dimensionsOf(dataset);
  try {
    const layout = file.layout!;
    await passRows({
      ...tools,
      job,
      dataset,
      layout,
      source,
      lake,
      rejects,
      facts,
      dimensions,
      counters,
      repeats: null,
    });
    const parts = await lake.finish();
    await rejects.finish();
    const { rows: parsed } = counters;
    const rows = { parsed, loaded: parsed - rejects.count, rejected: rejects.count, deduplicated: 0 };
    // The server counts the rows of all together; commitAll compares that with the sum of these.
    const commit = {
      fileId,
      chunkId,
      fencingToken,
      rows,
      starRows: rows.loaded,
      parts,
      rejects: rejects.rest,
    };
    return {
      commit: { ...commit, definitionVersion: dataset.version },
      rows: facts.rows,
      objects,
      rejects,
    };
  } catch (error) {
    await Promise.all([lake.abort(), rejects.abort()]);
    throw error;
  } finally {
    tools.slots.end(counters);
  }
}

/** The one transaction. */
async function commitAll(
  loaded: readonly Loaded[],
  dataset: CompiledDataset,
  { pool, ledger, lake, stopwatch }: GroupTools,
): Promise<void> {
  const commits = loaded.map(({ commit }) => commit);
  stopwatch.skip();
  const facts = await FactLoad.begin(pool, dataset.star, ...commits.map(({ chunkId }) => chunkId));
  const staging = lake.stage(loaded.flatMap(({ objects }) => objects));
  // It is waited for below; should the copy fail before, that error says it.
  staging.catch(() => {});
  try {
    for (const { rows } of loaded) for (const some of rows) await facts.write(some);
    await facts.pause();
    const rows = commits.reduce((sum, commit) => sum + commit.starRows, 0);
    checkCount(facts.rows, rows, `a group of ${commits.length} chunks`);
    stopwatch.lap('copy');
    const staged = await staging;
    if (!(await ledger.commitChunks(facts.client, commits))) throw new FencedOff();
    crashPoint('group.written');
    await staged.publish();
    for (const { rejects } of loaded) await rejects.publish();
    crashPoint('group.published');
    await facts.commit();
    crashPoint('group.committed');
    stopwatch.lap('commit');
  } catch (error) {
    facts.giveUp(error);
    await staging.then(
      (staged) => staged.discard(),
      () => {},
    );
    throw error;
  }
}

/** Takes COPY rows into memory; what does not fit there is not for a group. */
class KeptRows {
  readonly rows: Uint8Array[] = [];

  async write(rows: Uint8Array): Promise<void> {
    if (rows.length > 0) this.rows.push(rows.slice());
  }

  async spill(): Promise<never> {
    throw new Error('more rejects than memory keeps');
  }
}
