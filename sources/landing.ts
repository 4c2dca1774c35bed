/** Watches the landing folder or prefix for the coordinator. */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Registry } from '../model/registry.ts';
import { codedError, LandfallError } from '../platform/errors/errors.ts';
import { landingOutage, type Outage } from '../platform/errors/outage.ts';
import { isMissing } from '../platform/errors/system.ts';
import type { Log } from '../platform/log/log.ts';
import type { ReadableStore } from '../platform/storage/contract.ts';
import { openStorage } from '../platform/storage/index.ts';
import { type Scheme, schemeOf } from '../platform/storage/schemes.ts';
import { startBucketDiscovery } from './bucket/discover-bucket.ts';
import type { Arrival, DiscoverOptions, Discovery, UnknownFile } from './contract.ts';
import { startDiscovery } from './folder/discover-folder.ts';
import { mayBeMisnamed } from './folder/misnamed.ts';

export interface LandingEvents {
  onArrival(arrival: Arrival): Promise<void>;
  onLeft(files: readonly UnknownFile[]): void;
  /** Called when the folder cannot be listed; with null when it can be listed again. */
  onOutage(outage: Outage | null): void;
}

/** Opens the landing folder, and creates a folder in it for each dataset. */
export async function openLanding(landingUrl: string, registry: Registry): Promise<ReadableStore> {
  const landing = await openStorage(landingUrl);
  await makeLandingFolders(landing, registry);
  return landing;
}

/** Creates the folders of datasets that have none yet. Those without files of their own get none. */
export async function makeLandingFolders(landing: ReadableStore, registry: Registry): Promise<void> {
  if (schemeOf(landing.url) !== 'folder') return;
  for (const { name, format } of registry.all())
    if (format?.parent === undefined) await mkdir(join(landing.url, name), { recursive: true });
}

/** How files are discovered in a store of each scheme. */
const discoveries: Record<
  Scheme,
  (landing: ReadableStore, options: Omit<DiscoverOptions, 'folder'>) => Promise<Discovery>
> = {
  folder: (landing, options) => startDiscovery({ ...options, folder: landing.url }),
  s3: startBucketDiscovery,
};

/** Watches the landing folder until the discovery is closed. */
export function watchLanding(
  landing: ReadableStore,
  { registry, log }: { readonly registry: Registry; readonly log: Log },
  events: LandingEvents,
): Promise<Discovery> {
  const options = {
    knows: (dataset: string) => registry.get(dataset) !== undefined,
    waits: (dataset: string) =>
      registry.broken().find((broken) => broken.dataset === dataset)?.error.message ?? null,
    onArrival: events.onArrival,
    onLeft: events.onLeft,
    onIgnored: (key: string) =>
      log.info(
        { key },
        'ignored in the landing folder: names that begin with a dot, or end in .part, .tmp, .crdownload or ~',
      ),
    onError: (error: unknown, key: string) => {
      if (key === '') events.onOutage(landingOutage(error, landing.url));
      else log.warn({ err: error, key }, 'could not add a landed file to the ledger; trying again');
    },
    onRecovered: () => events.onOutage(null),
  };
  return discoveries[schemeOf(landing.url)](landing, options);
}

/** The address of a file that a person named. Links in the path are followed, because the person asked for it. */
export async function addressOf(path: string): Promise<string> {
  if (schemeOf(path) !== 'folder') return path;
  const real = await realpath(path).catch((cause) => {
    // Node replaces the bytes of an argument that are not UTF-8.
    if (mayBeMisnamed(path))
      throw new LandfallError('LF_LANDING_NAME', { file: path, fault: 'is not UTF-8' });
    if (!isMissing(cause)) throw codedError(cause, path);
    throw new LandfallError('LF_FILE_MISSING', { file: path }, { cause });
  });
  if (!(await stat(real)).isFile()) throw new LandfallError('LF_FILE_KIND', { file: path });
  return pathToFileURL(real).href;
}
