/**
 * Discovers files under an S3 prefix. A bucket sends no notifications, so the prefix is listed every few seconds.
 * Objects appear whole, so each is passed on when it is first seen, and again when its ETag has changed.
 */

import { atATime } from '../../platform/storage/at-a-time.ts';
import type { ReadableStore } from '../../platform/storage/contract.ts';
import type { Arrival, DiscoverOptions, Discovery, UnknownFile } from '../contract.ts';
import { identify, ignoredMost, ignoredMs, isIgnoredUnknown } from '../identify.ts';

/** Time between listings, in ms. */
const listMsDefault = 5_000;

/** The most objects that are passed on at the same time. */
const arrivalsAtATime = 256;

const regularFile = { isFile: () => true, isDirectory: () => false, isSymbolicLink: () => false };

export async function startBucketDiscovery(
  landing: ReadableStore,
  options: Omit<DiscoverOptions, 'folder' | 'settleMs'>,
): Promise<Discovery> {
  const taken = new Map<string, string>();
  const ignored = new Set<string>();
  const noteIgnored = (key: string) => {
    if (!isIgnoredUnknown(key) || ignored.has(key) || ignored.size >= ignoredMost) return;
    ignored.add(key);
    options.onIgnored?.(key);
  };
  let reported = '';
  let listing: Promise<void> | null = null;

  const lookThrough = async (): Promise<void> => {
    const there = new Set<string>();
    const left: UnknownFile[] = [];
    const arrivals: { key: string; arrival: Arrival }[] = [];
    for await (const { key, fingerprint, bytes, modifiedAt } of landing.list()) {
      const identity = identify(key, regularFile, options);
      if (identity.kind === 'ignore' && Date.now() - modifiedAt.getTime() >= ignoredMs) noteIgnored(key);
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
  const list = (): Promise<void> => {
    listing ??= lookThrough().finally(() => {
      listing = null;
    });
    return listing;
  };

  await list();
  let failing = false;
  const relist = async () => {
    try {
      await list();
      if (failing) options.onRecovered?.();
      failing = false;
    } catch (error) {
      failing = true;
      options.onError(error, '');
    }
  };
  const timer = setInterval(() => void relist(), options.listMs ?? listMsDefault);
  return {
    release: (key) => void taken.delete(key),
    list,
    close: async () => {
      clearInterval(timer);
      await listing?.catch(() => {});
    },
  };
}
