/**
 * Looks up many objects of a store: those of one folder with listings as long as each answers about several of them,
 * the others one by one. So the parts of a file cost one listing for each partition, and a few keys among very many do
 * not cost a listing of all.
 */
import { atATime } from '../at-a-time.ts';
import type { StoredObject } from '../contract.ts';

/** A page of a listing, in the order of keys. */
export interface Page {
  readonly objects: readonly StoredObject[];
  /** Whether the listing ends with it. */
  readonly isLast: boolean;
}

export interface LookUp {
  stat(key: string): Promise<StoredObject | null>;
  /** The first page of the keys that begin with `prefix` and come after `after`. */
  page(prefix: string, after: string): Promise<Page>;
}

/** What a page costs a server, in single objects. */
const pageCost = 4;

/** Requests at the same time. */
const requestsAtATime = 16;

/** The objects in the order of `keys`; null for those that do not exist. */
export async function statMany(store: LookUp, keys: readonly string[]): Promise<(StoredObject | null)[]> {
  const found = new Map<string, StoredObject | null>();
  await atATime(requestsAtATime, byFolder(keys), (inFolder) => listThem(store, inFolder, found));
  const left = [...new Set(keys)].filter((key) => !found.has(key));
  await atATime(requestsAtATime, left, async (key) => found.set(key, await store.stat(key)));
  return keys.map((key) => found.get(key)!);
}

function byFolder(keys: readonly string[]): string[][] {
  const folders = new Map<string, Set<string>>();
  for (const key of keys) {
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    const known = folders.get(folder);
    if (known) known.add(key);
    else folders.set(folder, new Set([key]));
  }
  return [...folders.values()].map((inFolder) => [...inFolder].sort(compareKeys));
}

/** Notes those of the sorted keys that listings answer about. Each page begins at the first key that is left. */
async function listThem(
  store: LookUp,
  keys: readonly string[],
  found: Map<string, StoredObject | null>,
): Promise<void> {
  const prefix = commonStart(keys[0], keys.at(-1)!);
  let answered = 0;
  for (let left = keys; left.length >= pageCost; left = left.slice(answered)) {
    const { objects, isLast } = await store.page(prefix, justBefore(left[0]));
    const listed = new Map(objects.map((object) => [object.key, object]));
    const end = objects.at(-1)?.key ?? '';
    const settled = isLast ? left : left.filter((key) => compareKeys(key, end) <= 0);
    for (const key of settled) found.set(key, listed.get(key) ?? null);
    answered = settled.length;
    if (answered < pageCost) return;
  }
}

/** Buckets list keys by their UTF-8 bytes. */
function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function commonStart(a: string, b: string): string {
  const [from, to] = [[...a], [...b]];
  const differs = from.findIndex((character, i) => character !== to[i]);
  return differs < 0 ? a : from.slice(0, differs).join('');
}

/** A text that comes before the key, with few keys or none between them. */
function justBefore(key: string): string {
  return [...key].slice(0, -1).join('');
}
