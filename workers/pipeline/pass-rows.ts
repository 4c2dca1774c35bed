/** Reads a claimed chunk's rows, parses and enriches them, and writes them to its sinks. */

import type { Pool } from 'pg';
import type { ChunkCommit, Claim, Ledger } from '../../ledger/ledger.ts';
import { convertFallbacks } from '../../model/enrich/fallback.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import type { SinkChunks } from '../../sinks/all-sinks.ts';
import type { ChunkToWrite } from '../../sinks/contract.ts';
import { RowFitter } from './fit-rows.ts';
import { type ChunkReading, readChunk } from './read-batches.ts';
import { type RejectPlaces, RejectTray } from './reject-tray.ts';
import type { Repeats } from './unique/repeats.ts';

/** A claimed chunk, and what is provided for it. */
export type ChunkWay = Omit<ChunkReading, 'layout'> & {
  readonly job: ChunkJob;
  readonly claimed: Claim;
  readonly ledger: Ledger;
  readonly pool: Pool;
};

/** What the sinks are told about a chunk. */
export function toWrite({ job, dataset, claimed, source, ...lent }: ChunkWay): ChunkToWrite {
  const { chunkId, number: chunkNumber } = job;
  const { file, fencingToken } = claimed;
  const { byteStart, byteCount } = source;
  const place = { chunkId, chunkNumber, fencingToken, byteStart, byteEnd: byteStart + byteCount };
  const { kernel, stopwatch, signal } = lent;
  return { dataset, file, ...place, kernel, stopwatch, signal };
}

/**
 * Writes all rows of the chunk to its sinks, and returns the rejects that are not in the ledger yet. `spill`: see
 * RejectPlaces. `repeats`: for a dataset with unique rules. Throws PlacesNeeded.
 */
export async function passRows(
  way: ChunkWay,
  sinks: SinkChunks,
  { spill, repeats = null }: Pick<RejectPlaces, 'spill'> & { readonly repeats?: Repeats | null },
): Promise<RejectTray> {
  const { job, dataset, claimed, source, ledger, pool, counters, stopwatch, signal } = way;
  const layout = claimed.file.layout!;
  const { lineStart } = source;
  const rejects = new RejectTray(job, dataset, { layout, lineStart }, { ledger, spill, sinks, signal });
  const fitter = await RowFitter.open(dataset, layout, pool, job.chunkId);
  stopwatch.skip();
  for await (const parsed of readChunk({ ...way, layout })) {
    counters.step = 'loading';
    counters.rows += parsed.parsed;
    const ruled = convertFallbacks(dataset, parsed);
    const converted = repeats === null ? ruled : await repeats.turnAway(ruled);
    const fitting = await fitter.fit(converted);
    stopwatch.lap('enrich');
    crashPoint('chunk.read');
    await rejects.take(fitting.converted.rejects);
    await sinks.write(fitting.enriched);
    crashPoint('chunk.copying');
  }
  counters.step = 'committing';
  return rejects;
}

/**
 * What the ledger has to commit. `accounts`: those of the prepared sinks. Throws LF_INTERNAL if the row count of a
 * sink differs from the number of rows to load.
 */
export function commitOf(
  { job, dataset, claimed, counters }: ChunkWay,
  rejects: RejectTray,
  accounts: ChunkCommit['accounts'],
): ChunkCommit {
  const { fileId, chunkId } = job;
  const { fencingToken } = claimed;
  const loaded = counters.rows - rejects.count;
  checkAccounts(accounts, loaded, `chunk ${chunkId}`);
  const rows = { parsed: counters.rows, loaded, rejected: rejects.count, deduplicated: 0 };
  const address = { fileId, chunkId, fencingToken, definitionVersion: dataset.version };
  return { ...address, rows, accounts, rejects: rejects.rest };
}

/** What the ledger has to commit of a chunk, with accounts that were complete only now. Throws LF_INTERNAL. */
export function withAccounts(commit: ChunkCommit, accounts: ChunkCommit['accounts'] = {}): ChunkCommit {
  checkAccounts(accounts, commit.rows.loaded, `chunk ${commit.chunkId}`);
  return { ...commit, accounts: { ...commit.accounts, ...accounts } };
}

/** Checks that every sink has written as many rows as were loaded. */
function checkAccounts(accounts: ChunkCommit['accounts'], loaded: number, what: string): void {
  for (const [sink, { rows }] of Object.entries(accounts)) {
    if (rows === loaded) continue;
    const reason = `${what} has ${plural(loaded, 'row')} to load and the ${sink} took ${rows}`;
    throw new LandfallError('LF_INTERNAL', { reason });
  }
}
