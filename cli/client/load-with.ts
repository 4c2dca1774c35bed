import type { IngestResult } from '../../platform/file-receipt.ts';
import { outageDeadline } from '../load/outlasted.ts';
import type { Site } from '../site.ts';
import { ingestOne } from './ingest-files.ts';

/** Loads files with a site that is open. An outage that lasts for longer than the timeout ends the waiting. */
export async function loadWith(
  { hub, config, coordinator }: Pick<Site, 'hub' | 'config' | 'coordinator'>,
  files: readonly string[],
  dataset: string | undefined,
): Promise<IngestResult[]> {
  const deadline = outageDeadline(hub, config.outageTimeout * 1000);
  try {
    return await Promise.all(files.map((file) => ingestOne(coordinator, file, dataset, deadline)));
  } finally {
    deadline.close();
  }
}
