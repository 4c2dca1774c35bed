import type { Part } from '../../../ledger/rows.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { decodeChunkIds } from './decode-group.ts';
import { onlyChunkOf, openPart } from './stored-part.ts';

/**
 * Counts the rows of each chunk in a part that chunks share. Reads the footer, and `_chunk` where a row group has rows of
 * several chunks. Throws an Error that says why the part cannot be read.
 */
export async function rowsByChunk(
  lake: Storage,
  part: Pick<Part, 'path' | 'bytes'>,
): Promise<ReadonlyMap<number, number>> {
  const stored = await openPart(lake, part);
  if (!stored.isShared) throw new Error('it has no column _chunk');
  const counts = new Map<number, number>();
  const add = (chunkId: number, rows: number) => counts.set(chunkId, (counts.get(chunkId) ?? 0) + rows);
  for (const group of stored.rowGroups) {
    const only = onlyChunkOf(group);
    if (only !== null) add(only, group.rows);
    else for (const chunkId of await decodeChunkIds(stored, group)) add(chunkId, 1);
  }
  return counts;
}
