/** Reads the chunks of a loaded file again, from where it lies now. */
import type { Pool } from 'pg';
import type { Kernel } from '../../kernel/types.ts';
import type { Ledger, LedgerFile, PreparedAccount } from '../../ledger/ledger.ts';
import { refusePruned } from '../../ledger/tables/archive.ts';
import type { LoadedChunk } from '../../ledger/tables/chunks.ts';
import { ownObjects } from '../../ledger/tables/lake/file-objects.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { convertFallbacks } from '../../model/enrich/fallback.ts';
import { rowsKept } from '../../model/enrich/select.ts';
import { selectBatch } from '../../model/enrich/select-batch.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openObject } from '../../platform/storage/index.ts';
import { clearSpool } from '../../platform/storage/spool.ts';
import type { SinkChunk, SinkGroup } from '../../sinks/contract.ts';
import { openChunk } from '../pipeline/chunk-source.ts';
import { RowFitter } from '../pipeline/fit-rows.ts';
import { readChunk } from '../pipeline/read-batches.ts';
import { Slots } from '../slots.ts';
import { Stopwatch } from '../stopwatch.ts';
import { unpackAgain } from './unpack-again.ts';

export interface ReadTools {
  readonly pool: Pool;
  readonly ledger: Ledger;
  readonly lake: Storage;
  readonly kernel: Kernel;
  readonly signal: AbortSignal;
}

/** A file moves once, from landing to the archive. One more place is room enough. */
const placesMost = 3;

/**
 * Reads a file where it lies now. One that has just become done may move to the archive before it is open: it is then
 * read from there. `read` has no effect where it throws LF_FILE_MISSING, and is called again.
 */
export async function readWhereItIs<T>(
  file: LedgerFile,
  ledger: Pick<Ledger, 'file'>,
  read: (found: LedgerFile) => Promise<T>,
): Promise<T> {
  for (let places = 1; ; places++) {
    const found = await whereItIs(file, ledger);
    try {
      return await read(found);
    } catch (error) {
      const isMissing = error instanceof LandfallError && error.code === 'LF_FILE_MISSING';
      if (!isMissing || places === placesMost) throw error;
    }
  }
}

/** The file where it lies now, or is being moved to. Throws LF_FILE_MISSING, LF_FILE_PRUNED. */
async function whereItIs(file: LedgerFile, ledger: Pick<Ledger, 'file'>): Promise<LedgerFile> {
  const now = (await ledger.file(file.fileId)) ?? file;
  for (const url of [now.url, now.movingTo, (await ledger.file(file.fileId))?.url]) {
    if (url == null) continue;
    const { storage, key } = await openObject(url);
    if ((await storage.stat(key)) !== null) return { ...now, url };
  }
  refusePruned(now.name, now.prunedAt);
  throw new LandfallError('LF_FILE_MISSING', { file: now.url });
}

/**
 * Lets `work` read these chunks, and stage what it makes of them: nobody sweeps that up. Those of a compressed file are in
 * the spool meanwhile.
 */
export async function withChunks(
  file: LedgerFile,
  chunks: readonly LoadedChunk[],
  tools: ReadTools,
  work: () => Promise<void>,
): Promise<void> {
  const { pool, lake, ledger } = tools;
  const spoolId = spoolIdOf(file);
  const own = () =>
    ownObjects(pool, file.fileId, async () => {
      const isUnpacked = chunks.some(({ unpacked }) => unpacked !== null);
      try {
        if (isUnpacked)
          await readWhereItIs(file, ledger, (found) => unpackAgain(found, spoolId, chunks, tools));
        await work();
      } finally {
        if (isUnpacked) await clearSpool(lake, spoolId);
      }
    });
  await (spoolId === file.fileId ? own() : ownObjects(pool, spoolId, own));
}

/** Children are read from what their parent is unpacked to. */
function spoolIdOf({ parentId, fileId }: LedgerFile): number {
  return parentId ?? fileId;
}

/** What was read of a chunk. */
export interface ReadAgain {
  /** Rows that were written to the sink. */
  readonly accepted: number;
  readonly account: PreparedAccount;
}

/**
 * Writes a chunk's rows to a group of one sink. The group is then ready to be prepared. `repeats`: where rows begin that
 * were rejected because another row has their key.
 */
export async function readInto(
  group: SinkGroup,
  dataset: CompiledDataset,
  file: LedgerFile,
  { chunk, unpacked }: LoadedChunk,
  { pool, lake, kernel, signal }: ReadTools,
  repeats: ReadonlySet<number> = new Set(),
): Promise<ReadAgain> {
  const { chunkId, number: chunkNumber, lineStart, fencingToken } = chunk;
  const layout = file.layout!;
  const source = await openChunk(chunk, { file, lineStart, ...(unpacked && { unpacked }) }, lake);
  const stopwatch = new Stopwatch();
  const counters = new Slots().begin(chunk);
  const { byteStart, byteCount } = source;
  const place = { chunkId, chunkNumber, fencingToken, byteStart, byteEnd: byteStart + byteCount };
  const rows = await group.open({ dataset, file, ...place, kernel, stopwatch, signal });
  const fitter = await RowFitter.open(dataset, layout, pool, chunkId);
  const reading = { dataset, layout, source, kernel, counters, stopwatch, signal, places: true };
  const accepted = await writeAll(rows, reading, { fitter, repeats });
  return { accepted, account: await rows.prepare() };
}

async function writeAll(
  rows: SinkChunk,
  reading: Parameters<typeof readChunk>[0],
  { fitter, repeats }: { readonly fitter: RowFitter; readonly repeats: ReadonlySet<number> },
): Promise<number> {
  let accepted = 0;
  for await (const parsed of readChunk(reading)) {
    const ruled = convertFallbacks(reading.dataset, parsed);
    const repeated = Uint8Array.from(ruled.byteOffsets.subarray(0, ruled.rows), (at) =>
      Number(repeats.has(at)),
    );
    const kept = repeats.size === 0 ? ruled : selectBatch(ruled, rowsKept(repeated, ruled.rows), []);
    const { enriched } = await fitter.fit(kept);
    accepted += enriched.rows;
    await rows.write(enriched);
  }
  return accepted;
}
