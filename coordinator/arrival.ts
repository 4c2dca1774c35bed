/** Notes files that have landed in the ledger, but not those that are just leaving. */
import { crashPoint } from '../platform/crash-points.ts';
import type { Landed } from '../platform/ledger/groups.ts';
import type { Ledger, LedgerFile } from '../platform/ledger/ledger.ts';
import { atATime } from '../platform/storage/at-a-time.ts';
import { objectUrl } from '../platform/storage/index.ts';
import type { Storage } from '../platform/types.ts';
import type { Arrival } from './discover.ts';
import type { InHand } from './in-hand.ts';

export interface Notes {
  readonly ledger: Ledger;
  readonly active: InHand;
}

/** Files that are noted together at most. */
export const arrivalsMost = 256;

/** Files that the store is asked about at a time. */
const askedAtATime = 16;

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
  await atATime(askedAtATime, arrivals, async ({ dataset, name, key }) => {
    const stored = await landing.stat(key);
    if (stored === null) return;
    const { bytes, fingerprint } = stored;
    const url = objectUrl(landing, key);
    if (keys.has(url) || active.lies({ url, fingerprint })) return;
    keys.set(url, key);
    landed.push({ dataset, name, url, bytes, fingerprint });
  });
  if (landed.length === 0) return [];
  const files = await ledger.landFiles(scope, landed);
  crashPoint('discover.noted');
  const gone = new Set<LedgerFile>();
  await atATime(askedAtATime, files, async (file) => {
    const there = await landing.stat(keys.get(file.url)!);
    if (there === null && (await ledger.forgetFile(file.fileId))) gone.add(file);
  });
  return files.filter((file) => !gone.has(file));
}
