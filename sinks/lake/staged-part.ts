/** Names under which parts are written before they are published. */
import type { CompiledDataset } from '../../model/compiled.ts';
import { asideKey } from '../../platform/storage/staging-key.ts';
import type { Storage } from '../../platform/types.ts';

export interface Try {
  readonly dataset: CompiledDataset;
  readonly lake: Storage;
  readonly fileId: number;
  readonly chunkNumber: number;
  readonly claim: number;
}

/**
 * Start of every key that this try writes aside. It has the claim in it, so that a worker which lost its
 * chunk and goes on writing never touches its successor's bytes; and no `.parquet` at its end, so that
 * nobody who globs the lake reads half a part.
 */
export function asidePrefix({ dataset, fileId, chunkNumber, claim }: Try): string {
  return asideKey(dataset.name, fileId, chunkNumber, claim);
}

/** Deletes what earlier tries of the same chunk left aside, e.g. because their worker was killed. */
export async function clearLeftovers(current: Try): Promise<void> {
  if (current.claim <= 1) return;
  const { lake, dataset, fileId, chunkNumber, claim } = current;
  const pattern = new RegExp(`/f${fileId}-c${chunkNumber}-t(\\d+)-`);
  const leftovers: string[] = [];
  for await (const { key } of lake.list(asideKey(dataset.name, fileId, chunkNumber, ''))) {
    const match = pattern.exec(key);
    if (match !== null && Number(match[1]) < claim) leftovers.push(key);
  }
  for (const key of leftovers) await lake.delete(key);
}
