/** The landing folder, or prefix, as the coordinator watches it. */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Registry } from '../model/registry.ts';
import { LandfallError } from '../platform/errors/errors.ts';
import { landingOutage, type Outage } from '../platform/errors/outage.ts';
import type { Log } from '../platform/log/log.ts';
import { openStorage } from '../platform/storage/index.ts';
import type { Storage } from '../platform/types.ts';
import { startBucketDiscovery } from './bucket/discover-bucket.ts';
import type { Arrival, Discovery, UnknownFile } from './contract.ts';
import { startDiscovery } from './folder/discover-folder.ts';

export interface LandingEvents {
  onArrival(arrival: Arrival): Promise<void>;
  onLeft(files: readonly UnknownFile[]): void;
  /** The folder cannot be looked through; null when it can again. */
  onOutage(outage: Outage | null): void;
}

/** Opens the landing folder, with a folder in it for each dataset. */
export async function openLanding(landingUrl: string, registry: Registry): Promise<Storage> {
  const landing = await openStorage(landingUrl);
  await makeLandingFolders(landing, registry);
  return landing;
}

/** Makes the folders of datasets that have none yet. */
export async function makeLandingFolders(landing: Storage, registry: Registry): Promise<void> {
  if (landing.url.startsWith('s3://')) return;
  for (const name of registry.names()) await mkdir(join(landing.url, name), { recursive: true });
}

/** Watches it until the discovery is closed. */
export function watchLanding(
  landing: Storage,
  { registry, log }: { readonly registry: Registry; readonly log: Log },
  events: LandingEvents,
): Promise<Discovery> {
  const options = {
    knows: (dataset: string) => registry.get(dataset) !== undefined,
    waits: (dataset: string) =>
      registry.broken().find((broken) => broken.dataset === dataset)?.error.message ?? null,
    onArrival: events.onArrival,
    onLeft: events.onLeft,
    onError: (error: unknown, key: string) => {
      if (key === '') events.onOutage(landingOutage(error, landing.url));
      else log.warn({ err: error, key }, 'a landed file could not be noted; it is tried again');
    },
    onRecovered: () => events.onOutage(null),
  };
  return landing.url.startsWith('s3://')
    ? startBucketDiscovery(landing, options)
    : startDiscovery({ ...options, folder: landing.url });
}

/** The address of a file that a person named; links in it are followed, for the person asked for them. */
export async function addressOf(path: string): Promise<string> {
  if (path.startsWith('s3://')) return path;
  const real = await realpath(path).catch((cause) => {
    throw new LandfallError('LF_FILE_MISSING', { file: path }, { cause });
  });
  if (!(await stat(real)).isFile()) throw new LandfallError('LF_FILE_KIND', { file: path });
  return pathToFileURL(real).href;
}
