/**
 * Sees files arrive under an S3 prefix. A bucket tells nobody of its own accord, so here the reconciling
 * scan is all there is: it lists the prefix every few seconds. Objects appear whole, so each is taken when
 * it is first seen, and again when its ETag has changed.
 */
import { atATime } from '../../platform/storage/at-a-time.ts';
import type { Storage } from '../../platform/types.ts';
import type { Arrival, DiscoverOptions, Discovery } from '../folder/discover-folder.ts';
import { identify } from '../identify.ts';
import type { UnknownFile } from '../../coordinator/progress/unknown.ts';

/** Time between scans, in ms. */
const scanMsDefault = 5_000;

/** Objects that are handed on at a time. */
const arrivalsAtATime = 256;

const regularFile = { isFile: () => true, isDirectory: () => false, isSymbolicLink: () => false };

export async function startBucketDiscovery(
  landing: Storage,
  options: Omit<DiscoverOptions, 'folder' | 'settleMs'>,
): Promise<Discovery> {
  const taken = new Map<string, string>();
  let reported = '';
  let scanning: Promise<void> | null = null;

  const lookThrough = async (): Promise<void> => {
    const there = new Set<string>();
    const left: UnknownFile[] = [];
    const arrivals: { key: string; arrival: Arrival }[] = [];
    for await (const { key, fingerprint, bytes } of landing.list()) {
      const identity = identify(key, regularFile, options.knows);
      there.add(key);
      if (identity.kind === 'leave') {
        const { dataset, name, error } = identity;
        left.push({ dataset, name, bytes, error: error.toJSON() });
      }
      if (identity.kind !== 'take' || taken.get(key) === fingerprint) continue;
      taken.set(key, fingerprint);
      arrivals.push({ key, arrival: { dataset: identity.dataset, name: identity.name, key } });
    }
    await atATime(arrivalsAtATime, arrivals, ({ key, arrival }) =>
      options.onArrival(arrival).catch((error) => {
        taken.delete(key);
        options.onError(error, key);
      }),
    );
    for (const key of taken.keys()) if (!there.has(key)) taken.delete(key);
    const report = JSON.stringify(left);
    if (report !== reported) options.onLeft(left);
    reported = report;
  };
  const scan = (): Promise<void> => {
    scanning ??= lookThrough().finally(() => {
      scanning = null;
    });
    return scanning;
  };

  await scan();
  let inTrouble = false;
  const rescan = async () => {
    try {
      await scan();
      if (inTrouble) options.onMended?.();
      inTrouble = false;
    } catch (error) {
      inTrouble = true;
      options.onError(error, '');
    }
  };
  const timer = setInterval(() => void rescan(), options.scanMs ?? scanMsDefault);
  return {
    release: (key) => void taken.delete(key),
    scan,
    close: async () => {
      clearInterval(timer);
      await scanning?.catch(() => {});
    },
  };
}
