/** Drops the uploads to buckets that processes have begun and not ended, because they were killed. */
import type { Config } from '../../platform/config/config.ts';
import { schemeOf } from '../../platform/storage/schemes.ts';
import type { Context } from '../context.ts';

type Stores = Pick<Config, 'lakeUrl' | 'archiveUrl' | 'failedUrl'>;

/** What the lake has beside the folders of datasets. */
const lakeFolders = ['_staging/', 'quarantine/', '.landfall/'];

const dayMs = 24 * 3600 * 1000;

/** Nothing has been added to an abandoned upload for as long. One that is under way gets parts more often. */
const abandonedMs = dayMs;

/**
 * Drops them once: in the lake, the archive and the folder of failed files, below what Landfall writes there. What
 * others upload to the landing folder is theirs.
 */
export async function dropAbandonedUploads(context: Context, config: Stores): Promise<void> {
  const { registry, log } = context;
  const before = new Date(Date.now() - abandonedMs);
  const datasets = registry.all().map(({ name }) => `${name}/`);
  const stores = [
    { url: config.lakeUrl, open: async () => context.lake, folders: [...datasets, ...lakeFolders] },
    { url: config.archiveUrl, open: context.archive, folders: datasets },
    { url: config.failedUrl, open: context.failed, folders: datasets },
  ];
  for (const { url, open, folders } of stores) {
    // Opening a folder creates it.
    if (schemeOf(url) === 'folder') continue;
    const store = await open();
    for (const folder of folders) {
      const uploads = (await store.dropUploads?.(folder, before)) ?? 0;
      if (uploads > 0) log.info({ store: url, folder, uploads }, 'dropped uploads that were abandoned');
    }
  }
}

/** Drops them now and daily. `close` does not wait for a run. */
export function dropUploadsDaily(context: Context, config: Stores): { close(): void } {
  const run = () =>
    dropAbandonedUploads(context, config).catch((error) =>
      context.log.warn({ err: error }, 'could not drop uploads that were abandoned'),
    );
  void run();
  const timer = setInterval(run, dayMs);
  return { close: () => clearInterval(timer) };
}
