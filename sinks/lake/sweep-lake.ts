import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { Storage } from '../../platform/storage/contract.ts';

/** Deletes all parts of the file, including those that a killed worker published or staged but never committed. */
export async function sweepLake(
  lake: Storage,
  { fileId, dataset }: { readonly fileId: number; readonly dataset: string },
): Promise<void> {
  const mark = `/f${fileId}-`;
  for (const folder of [`${dataset}/`, `quarantine/${dataset}/`, `_staging/${dataset}/`]) {
    for await (const stored of lake.list(folder)) {
      if (!stored.key.includes(mark)) continue;
      await lake.delete(stored.key);
      crashPoint('sweep.object-deleted');
    }
  }
}
