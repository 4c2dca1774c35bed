/** Names under which parts are written before they are published. */
import type { CompiledDataset } from '../../model/compiled.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { stagingKey } from '../../platform/storage/staging-key.ts';

export interface Try {
  readonly dataset: CompiledDataset;
  readonly lake: Storage;
  readonly fileId: number;
  readonly chunkNumber: number;
  readonly fencingToken: number;
}

/**
 * The beginning of every key that this attempt stages. It contains the fencing token, so a worker that has lost its
 * chunk and keeps writing never touches the bytes of its successor. It does not end in `.parquet`, so a reader that
 * globs the lake never reads an incomplete part.
 */
export function stagingPrefix({ dataset, fileId, chunkNumber, fencingToken }: Try): string {
  return stagingKey(dataset.name, fileId, chunkNumber, fencingToken);
}

/** Deletes what earlier attempts at the same chunk left in staging, for example because their worker was killed. */
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
