/** How many rows of chunks the server has taken. It confirms tuples, which of packed facts hold many rows each. */
import type pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { plural } from '../../../platform/plural.ts';
import { packedByChunk } from '../packed/packed-rows.ts';

/** A chunk whose rows have been sent. */
export interface SentChunk {
  readonly chunkId: number;
  readonly rows: number;
  /** What the server is to confirm for it. */
  readonly tuples: number;
}

/**
 * The rows that the tables have of these chunks. `loading`: the star whose fact table took them; `confirmed`: tuples that
 * the server has confirmed. Throws LF_INTERNAL if it has taken others than were sent.
 */
export async function confirmRows(
  client: pg.ClientBase,
  loading: CompiledStar,
  chunks: readonly SentChunk[],
  confirmed: number,
): Promise<number> {
  const sum = (of: (chunk: SentChunk) => number) => chunks.reduce((all, chunk) => all + of(chunk), 0);
  const sent = sum(({ tuples }) => tuples);
  if (confirmed !== sent) refuse(`${confirmed} of ${plural(sent, 'tuple')}`, chunks);
  if (loading.layout !== 'packed') return confirmed;
  const chunkIds = chunks.map(({ chunkId }) => chunkId);
  const stored = await packedByChunk(client, loading, chunkIds, loading.fact);
  for (const { chunkId, rows } of chunks) {
    const found = stored.get(chunkId) ?? 0;
    if (found !== rows) refuse(`${found} of ${plural(rows, 'row')} of chunk ${chunkId}`, chunks);
  }
  return sum(({ rows }) => rows);
}

function refuse(what: string, chunks: readonly SentChunk[]): never {
  const reason = `the server took ${what} of ${plural(chunks.length, 'chunk')} that were copied together`;
  throw new LandfallError('LF_INTERNAL', { reason });
}
