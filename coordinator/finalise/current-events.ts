/** How many events of files are current. It is asked for each time, because later files change it. */
import type pg from 'pg';
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { filesAndChunks } from '../../ledger/tables/groups.ts';
import type { CompiledStar } from '../../model/compiled.ts';
import type { Registry } from '../../model/registry.ts';
import {
  type EventCounts,
  eventCounts,
  eventsByChunk,
  sumOfEvents,
} from '../../sinks/postgres/events/index.ts';

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
  if (file.state !== 'done') return null;
  const star = await keyedStar(tools, file);
  return star && eventCounts(tools.pool, star, chunkIds);
}

/** The same for each chunk. Chunks without events are left out. */
export async function chunkEvents(
  tools: Tools,
  file: LedgerFile,
  chunkIds: readonly number[],
): Promise<ReadonlyMap<number, EventCounts> | null> {
  if (file.state !== 'done') return null;
  const star = await keyedStar(tools, file);
  return star && eventsByChunk(tools.pool, star, chunkIds);
}

async function keyedStar({ pool, registry }: Tools, file: LedgerFile): Promise<CompiledStar | null> {
  const { star } = await definitionOf(pool, registry, file);
  return star?.keyed ? star : null;
}

interface DefinitionFiles {
  /** Null if the definition has no events. */
  readonly star: CompiledStar | null;
  readonly files: { readonly fileId: number; readonly chunkIds: readonly number[] }[];
}

/**
 * How many events of each of many files are current, by the number of the file, without those that have no events. Each
 * definition is looked up once, and its table read once.
 */
export async function currentEventsOf(
  tools: Tools,
  fileIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const byDefinition = new Map<string, DefinitionFiles>();
  for (const { file, chunks } of await filesAndChunks(tools.pool, fileIds)) {
    if (file.state !== 'done') continue;
    const key = `${file.dataset} ${file.definitionVersion}`;
    const known = byDefinition.get(key) ?? { star: await keyedStar(tools, file), files: [] };
    byDefinition.set(key, known);
    known.files.push({ fileId: file.fileId, chunkIds: chunks.map(({ chunkId }) => chunkId) });
  }
  const counts = new Map<number, number>();
  for (const { star, files } of byDefinition.values()) {
    if (star === null) continue;
    const all = files.flatMap(({ chunkIds }) => chunkIds);
    const byChunk = await eventsByChunk(tools.pool, star, all);
    for (const { fileId, chunkIds } of files) counts.set(fileId, sumOfEvents(byChunk, chunkIds).current);
  }
  return counts;
}
