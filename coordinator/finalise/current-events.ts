/** How many events of files are current. It is asked for each time, because later files change it. */
import type pg from 'pg';
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { filesAndChunks } from '../../ledger/tables/groups.ts';
import type { CompiledStar } from '../../model/compiled.ts';
import type { Registry } from '../../model/registry.ts';
import { currentByChunk, type EventCounts, eventCounts } from '../../sinks/postgres/events/index.ts';

interface Tools {
  readonly pool: pg.Pool;
  readonly registry: Registry;
}

/** Null for a file that is not done, or was loaded with a definition without events. */
export async function currentEvents(
  tools: Tools,
  file: LedgerFile,
  chunkIds: readonly number[],
): Promise<EventCounts | null> {
  const star = await keyedStar(tools, file);
  return star && eventCounts(tools.pool, star, chunkIds);
}

async function keyedStar({ pool, registry }: Tools, file: LedgerFile): Promise<CompiledStar | null> {
  if (file.state !== 'done') return null;
  const { star } = await definitionOf(pool, registry, file);
  return star?.keyed ? star : null;
}

/**
 * How many events of each of many files are current, by the number of the file, without those that have no events. The
 * table of a dataset is read once.
 */
export async function currentEventsOf(
  tools: Tools,
  fileIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const stars = new Map<string, { star: CompiledStar; files: { fileId: number; chunkIds: number[] }[] }>();
  for (const { file, chunks } of await filesAndChunks(tools.pool, fileIds)) {
    const star = await keyedStar(tools, file);
    if (star === null) continue;
    const key = `${file.dataset} ${file.definitionVersion}`;
    const known = stars.get(key) ?? { star, files: [] };
    stars.set(key, known);
    known.files.push({ fileId: file.fileId, chunkIds: chunks.map(({ chunkId }) => chunkId) });
  }
  const counts = new Map<number, number>();
  for (const { star, files } of stars.values()) {
    const byChunk = await currentByChunk(
      tools.pool,
      star,
      files.flatMap(({ chunkIds }) => chunkIds),
    );
    for (const { fileId, chunkIds } of files) {
      const current = chunkIds.reduce((sum, chunkId) => sum + (byChunk.get(chunkId) ?? 0), 0);
      counts.set(fileId, current);
    }
  }
  return counts;
}
