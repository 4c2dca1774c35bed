/**
 * Reads the rows of a loaded file again, from where it lies now, and writes them to a star that is built beside: the same
 * rows in the same chunks, with the current definition.
 */

import type { ChunkTransaction } from '../../ledger/chunk-transaction.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import type { LoadedChunk } from '../../ledger/tables/chunks.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { StarSink } from '../../sinks/postgres/star-sink.ts';
import type { ReferenceVersions } from './built-versions.ts';
import { type ReadTools, readInto, readWhereItIs, withChunks } from './read-again.ts';

export interface BesideTools extends ReadTools {
  readonly star: StarSink;
}

/** A file to read again, and the versions of reference tables to join it with. */
export interface FileToLoad {
  readonly file: LedgerFile;
  readonly chunks: readonly LoadedChunk[];
  readonly references: ReferenceVersions;
}

/**
 * Writes the rows of a file's chunks in the transaction. `dataset`: with the names of what is beside.
 * Throws LF_REBUILD_ROWS, LF_FILE_MISSING, LF_FILE_CHANGED.
 */
export async function loadBeside(
  transaction: ChunkTransaction,
  dataset: CompiledDataset,
  { file, chunks, references }: FileToLoad,
  tools: BesideTools,
): Promise<void> {
  await withChunks(file, chunks, tools, async () => {
    for (const loaded of chunks)
      await readWhereItIs(file, tools.ledger, (found) => {
        const joined = { ...found, layout: { ...found.layout!, references } };
        return loadChunkBeside(transaction, dataset, joined, loaded, tools);
      });
  });
}

async function loadChunkBeside(
  transaction: ChunkTransaction,
  dataset: CompiledDataset,
  file: LedgerFile,
  loaded: LoadedChunk,
  tools: BesideTools,
): Promise<void> {
  // A group writes nothing before all rows have been read, and to the table that small files share.
  const group = tools.star.openGroup(dataset);
  const { accepted } = await readInto(group, dataset, file, loaded, tools);
  const { number, rows } = loaded.chunk;
  if (accepted !== rows.loaded) {
    const counts = { loaded: rows.loaded, accepted };
    throw new LandfallError('LF_REBUILD_ROWS', { file: file.name, chunk: number, ...counts });
  }
  await group.prepare(transaction);
}
