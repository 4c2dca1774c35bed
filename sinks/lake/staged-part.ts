/** Names under which parts are written before they are published. */
import type { CompiledDataset } from '../../model/compiled.ts';
import { stagingKey } from '../../platform/storage/staging-key.ts';
import type { Storage } from '../../platform/types.ts';

export interface Try {
  readonly dataset: CompiledDataset;
  readonly lake: Storage;
  readonly fileId: number;
  readonly chunkNumber: number;
  readonly fencingToken: number;
}

/**
 * Start of every key that this try stages. It has the claim in it, so that a worker which lost its
 * chunk and goes on writing never touches its successor's bytes; and no `.parquet` at its end, so that
 * nobody who globs the lake reads half a part.
 */
export function stagingPrefix({ dataset, fileId, chunkNumber, fencingToken }: Try): string {
  return stagingKey(dataset.name, fileId, chunkNumber, fencingToken);
}

/** Deletes what earlier tries of the same chunk left in staging, e.g. because their worker was killed. */
export async function clearLeftovers(current: Try): Promise<void> {
  if (current.fencingToken <= 1) return;
  const { lake, dataset, fileId, chunkNumber, fencingToken } = current;
  const pattern = new RegExp(`/f${fileId}-c${chunkNumber}-t(\\d+)-`);
  const leftovers: string[] = [];
  for await (const { key } of lake.list(stagingKey(dataset.name, fileId, chunkNumber, ''))) {
    const match = pattern.exec(key);
    if (match !== null && Number(match[1]) < fencingToken) leftovers.push(key);
  }
  for (const key of leftovers) await lake.delete(key);
}
