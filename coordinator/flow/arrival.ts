/** Adds files that have arrived in the landing folder to the ledger, many with one statement. */

import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import type { Landed } from '../../ledger/tables/files.ts';
import type { Registry } from '../../model/registry.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { Log } from '../../platform/log/log.ts';
import type { ReadableStore } from '../../platform/storage/contract.ts';
import { objectUrl } from '../../platform/storage/index.ts';
import type { Arrival, Discovery } from '../../sources/contract.ts';
import { type LandingEvents, watchLanding } from '../../sources/landing.ts';
import { Batches } from './batches.ts';
import type { FilesInFlight } from './files-in-flight.ts';

/** The most files that are added with one statement. */
const arrivalsMost = 256;

export interface ArrivalEvents extends Pick<LandingEvents, 'onLeft' | 'onOutage'> {
  readonly onFile: (file: LedgerFile) => void;
}

export interface Arriving {
  readonly scope: string;
  readonly registry: Registry;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly inFlight: FilesInFlight;
}

/** Watches the landing folder until the discovery is closed. */
export function watchArrivals(
  landing: ReadableStore,
  arriving: Arriving,
  { onFile, onLeft, onOutage }: ArrivalEvents,
): Promise<Discovery> {
  const arrived = new Batches<Arrival>(arrivalsMost, async (arrivals) => {
    for (const file of await noteArrivals(landing, arriving, arrivals)) onFile(file);
  });
  const onArrival = (arrival: Arrival) => arrived.add(arrival);
  return watchLanding(landing, arriving, { onArrival, onLeft, onOutage });
}

/**
 * Adds the files to the ledger. A file that is in flight or being put away is not added again. A coordinator that
 * has just started resumes the files of its predecessor while it lists the landing folder, so a file that it finds
 * may end before it is added.
 */
export async function noteArrivals(
  landing: ReadableStore,
  { ledger, scope, inFlight }: Pick<Arriving, 'ledger' | 'scope' | 'inFlight'>,
  arrivals: readonly Arrival[],
): Promise<LedgerFile[]> {
  const landed: Landed[] = [];
  const keys = new Map<string, string>();
  const stored = await landing.stats(arrivals.map(({ key }) => key));
  for (const [i, { dataset, name, key }] of arrivals.entries()) {
    const found = stored[i];
    if (found === null) continue;
    const { bytes, fingerprint } = found;
    const url = objectUrl(landing, key);
    if (keys.has(url) || inFlight.hasAt({ url, fingerprint })) continue;
    keys.set(url, key);
    landed.push({ dataset, name, url, bytes, fingerprint });
  }
  if (landed.length === 0) return [];
  const files = await ledger.landFiles(scope, landed);
  crashPoint('discover.noted');
  const gone = new Set<LedgerFile>();
  const there = await landing.stats(files.map(({ url }) => keys.get(url)!));
  for (const [i, file] of files.entries()) {
    if (there[i] === null && (await ledger.forgetFile(file.fileId))) gone.add(file);
  }
  return files.filter((file) => !gone.has(file));
}
