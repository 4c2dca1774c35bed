/**
 * Reads the rows of a loaded file again, from where it lies now, and writes them to a star that is built beside: the same
 * rows in the same chunks, with the current definition.
 */

import type { Pool } from 'pg';
import type { Kernel } from '../../kernel/types.ts';
import type { ChunkTransaction } from '../../ledger/chunk-transaction.ts';
import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import type { LoadedChunk } from '../../ledger/tables/chunks.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { convertFallbacks } from '../../model/enrich/fallback.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openObject } from '../../platform/storage/index.ts';
import { clearSpool } from '../../platform/storage/spool.ts';
import type { SinkChunk } from '../../sinks/contract.ts';
import type { StarSink } from '../../sinks/postgres/star-sink.ts';
import { openChunk } from '../pipeline/chunk-source.ts';
import { RowFitter } from '../pipeline/fit-rows.ts';
import { readChunk } from '../pipeline/read-batches.ts';
import { scanStream } from '../scan/scan-stream.ts';
import { Slots } from '../slots.ts';
import { Stopwatch } from '../stopwatch.ts';
import type { ReferenceVersions } from './built-versions.ts';

export interface BesideTools {
  readonly pool: Pool;
  readonly ledger: Ledger;
  readonly lake: Storage;
  readonly star: StarSink;
  readonly kernel: Kernel;
  /** The size of chunks that compressed files are cut into. */
  readonly chunkBytes: number;
  readonly signal: AbortSignal;
}

/** A file to read again, and the versions of reference tables to join it with. */
export interface FileToLoad {
  readonly file: LedgerFile;
  readonly chunks: readonly LoadedChunk[];
  readonly references: ReferenceVersions;
}

/**
 * Writes the rows of a file's chunks in the transaction. `dataset`: with the names of what is beside.
 * Throws LF_REBUILD_ROWS, LF_REBUILD_CHUNKS, LF_FILE_MISSING, LF_FILE_CHANGED.
 */
export async function loadBeside(
  transaction: ChunkTransaction,
  dataset: CompiledDataset,
  { file, chunks, references }: FileToLoad,
  tools: BesideTools,
): Promise<void> {
  const there = await whereItIs(file, tools.ledger);
  const found = { ...there, layout: { ...there.layout!, references } };
  const isUnpacked = chunks.some(({ unpacked }) => unpacked !== null);
  try {
    if (isUnpacked) await unpackAgain(found, chunks, tools);
    for (const loaded of chunks) await loadChunkBeside(transaction, dataset, found, loaded, tools);
  } finally {
    if (isUnpacked) await clearSpool(tools.lake, file.fileId);
  }
}

/** A file that has just become done may be on its way to the archive. */
async function whereItIs(file: LedgerFile, ledger: Ledger): Promise<LedgerFile> {
  const now = (await ledger.file(file.fileId)) ?? file;
  for (const url of [now.url, now.movingTo, (await ledger.file(file.fileId))?.url]) {
    if (url == null) continue;
    const { storage, key } = await openObject(url);
    if ((await storage.stat(key)) !== null) return { ...now, url };
  }
  throw new LandfallError('LF_FILE_MISSING', { file: now.url });
}

/** Writes what the file unpacks to into the spool again, in the chunks that the ledger has. */
async function unpackAgain(
  file: LedgerFile,
  chunks: readonly LoadedChunk[],
  tools: BesideTools,
): Promise<void> {
  const { fileId, bytes } = file;
  const { lake, signal, chunkBytes } = tools;
  const job = { fileId, number: 0, byteStart: 0, byteEnd: bytes, pieceBytes: chunkBytes };
  const scanned = await scanStream(job, file, { lake, signal, counters: new Slots().begin(job) });
  const isSame = chunks.every(({ chunk: { number }, unpacked }) => {
    const again = scanned.chunks[number];
    return again?.unpackedStart === unpacked?.start && again?.unpackedEnd === unpacked?.end;
  });
  if (!isSame) throw new LandfallError('LF_REBUILD_CHUNKS', { file: file.name, bytes: chunkBytes });
}

async function loadChunkBeside(
  transaction: ChunkTransaction,
  dataset: CompiledDataset,
  file: LedgerFile,
  { chunk, unpacked }: LoadedChunk,
  { pool, star, lake, kernel, signal }: BesideTools,
): Promise<void> {
  const { chunkId, number, lineStart } = chunk;
  const layout = file.layout!;
  const source = await openChunk(chunk, { file, lineStart, ...(unpacked && { unpacked }) }, lake);
  const stopwatch = new Stopwatch();
  const counters = new Slots().begin(chunk);
  const { byteStart, byteCount } = source;
  const place = {
    chunkId,
    chunkNumber: number,
    fencingToken: chunk.fencingToken,
    byteStart,
    byteEnd: byteStart + byteCount,
  };
  // A group writes nothing before all rows have been read, and to the table that small files share.
  const group = star.openGroup(dataset);
  const rows = await group.open({ dataset, file, ...place, kernel, stopwatch, signal });
  const fitter = await RowFitter.open(dataset, layout, pool, chunkId);
  const reading = { dataset, layout, source, kernel, counters, stopwatch, signal, places: true };
  const accepted = await writeAll(rows, reading, fitter);
  if (accepted !== chunk.rows.loaded) {
    const { loaded } = chunk.rows;
    throw new LandfallError('LF_REBUILD_ROWS', { file: file.name, chunk: number, loaded, accepted });
  }
  await rows.prepare();
  await group.prepare(transaction);
}

async function writeAll(
  rows: SinkChunk,
  reading: Parameters<typeof readChunk>[0],
  fitter: RowFitter,
): Promise<number> {
  let accepted = 0;
  for await (const parsed of readChunk(reading)) {
    const { enriched } = await fitter.fit(convertFallbacks(reading.dataset, parsed));
    accepted += enriched.rows;
    await rows.write(enriched);
  }
  return accepted;
}
