/** Notes files that have landed in the ledger, but not those that are just leaving. */

import type { Landed } from '../../ledger/groups.ts';
import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { objectUrl } from '../../platform/storage/index.ts';
import type { Storage } from '../../platform/types.ts';
import type { Arrival } from '../../sources/contract.ts';
import type { FilesInFlight } from './files-in-flight.ts';

export interface Notes {
  readonly ledger: Ledger;
  readonly active: FilesInFlight;
}

/** Files that are noted together at most. */
export const arrivalsMost = 256;

/**
 * The files, noted; not those of which there is nothing to load. A coordinator that has just started goes on
 * with the files of its predecessor and looks through the landing folder at the same time: what it sees there
 * may end and be put away before it is noted. Such a file is no second one.
 */
export async function noteArrivals(
  { ledger, active }: Notes,
  scope: string,
  landing: Storage,
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
    if (keys.has(url) || active.lies({ url, fingerprint })) continue;
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
