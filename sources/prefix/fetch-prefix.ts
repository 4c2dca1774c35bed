/**
 * Fetches the objects below a prefix of a bucket, each as one file. An object is known by its key and ETag, never by
 * its time: whatever is not marked as taken is new, wherever in the listing it is. An object that is replaced while it
 * is read is read again from its beginning, as another object.
 */

import type { CompiledS3Source } from '../../model/compiled-source.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { literalPattern } from '../../platform/literal-pattern.ts';
import type { ReadableStore, StoredObject } from '../../platform/storage/contract.ts';
import { openStorage } from '../../platform/storage/index.ts';
import type { Fetched, FetchTask, Json } from '../fetching/contract.ts';
import { markOf, pageName } from './page-name.ts';

/** Objects of which the ledger is asked at once. */
const askedTogether = 500;
/** How often an object may be replaced before its first bytes are read. */
const replacedMost = 5;

export interface PrefixFetch {
  /** Of the source, for errors. */
  readonly name: string;
  /** The store whose root is the last folder of the address. */
  readonly store: ReadableStore;
  /** What keys begin with: the rest of the address. */
  readonly prefix: string;
  /** Keys that are taken, relative to the store: `*` stands for any characters. */
  readonly match: string;
}

type Task = Pick<FetchTask, 'backfill' | 'position' | 'signal' | 'marked'>;

/** A run lists in the order of keys, and resumes after the key of the last object that is noted. */
interface Position {
  readonly after: string;
}

export async function* fetchS3(task: FetchTask<CompiledS3Source>): AsyncGenerator<Fetched> {
  const { name, match, url } = task.source;
  const { folder, prefix } = splitAddress(task.fill(url));
  const store = await openStorage(folder, 'source').catch((error) => {
    throw prefixError(error, name);
  });
  yield* fetchPrefix({ name, store, prefix, match }, task);
}

/** The last folder of an address, and what keys in it begin with. */
export function splitAddress(address: string): { readonly folder: string; readonly prefix: string } {
  const [, folder = address, prefix = ''] = /^(.*\/)(?<!^s3:\/\/)([^/]*)$/.exec(address) ?? [];
  return { folder, prefix };
}

export async function* fetchPrefix(source: PrefixFetch, task: Task): AsyncGenerator<Fetched> {
  try {
    for await (const objects of newObjects(source, task))
      for (const object of objects) {
        task.signal.throwIfAborted();
        const opened = await openObject(source.store, object);
        if (opened !== null) yield file(source, opened);
      }
  } catch (error) {
    throw prefixError(error, source.name);
  }
}

/** Objects that match and are not marked, some at a time. A backfill takes those that are marked too. */
async function* newObjects(source: PrefixFetch, task: Task): AsyncGenerator<readonly StoredObject[]> {
  const after = (task.position as Position | null)?.after ?? null;
  const matches = matcher(source.match);
  let batch: StoredObject[] = [];
  for await (const object of source.store.list(source.prefix)) {
    if (!matches(object.key) || (after !== null && !isAfter(object.key, after))) continue;
    batch.push(object);
    if (batch.length < askedTogether) continue;
    yield await unmarked(batch, task);
    batch = [];
  }
  yield await unmarked(batch, task);
}

async function unmarked(objects: readonly StoredObject[], task: Task): Promise<readonly StoredObject[]> {
  if (task.backfill || objects.length === 0) return objects;
  const marks = objects.map(({ key, fingerprint }) => markOf(key, fingerprint));
  const marked = await task.marked(marks);
  return objects.filter((_, i) => !marked.has(marks[i]));
}

/** Buckets list keys by their UTF-8 bytes. */
function isAfter(key: string, after: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

/** Whether a key is one that the pattern means: `*` stands for any characters. */
export function matcher(pattern: string): (key: string) => boolean {
  const parts = pattern.split('*').map(literalPattern);
  const whole = new RegExp(`^${parts.join('.*')}$`, 's');
  return (key) => whole.test(key);
}

interface Opened {
  readonly object: StoredObject;
  readonly first: IteratorResult<Uint8Array>;
  readonly rest: AsyncIterator<Uint8Array>;
}

/** Reads the first bytes of an object, in the version that is there. Null if it is gone. */
async function openObject(store: ReadableStore, listed: StoredObject): Promise<Opened | null> {
  let object = listed;
  for (let replaced = 0; ; replaced++) {
    const rest = store
      .read(object.key, { start: 0, end: object.bytes, fingerprint: object.fingerprint })
      [Symbol.asyncIterator]();
    try {
      return { object, first: await rest.next(), rest };
    } catch (error) {
      const code = error instanceof LandfallError ? error.code : '';
      if (code === 'LF_FILE_MISSING') return null;
      if (code !== 'LF_FILE_CHANGED' || replaced === replacedMost) throw error;
    }
    const now = await store.stat(object.key);
    if (now === null) return null;
    object = now;
  }
}

function file({ name }: PrefixFetch, { object, first, rest }: Opened): Fetched {
  const { key, fingerprint } = object;
  async function* body() {
    try {
      for (let next = first; !next.done; next = await rest.next()) yield next.value;
    } catch (error) {
      throw prefixError(error, name);
    } finally {
      await rest.return?.();
    }
  }
  const position: Position = { after: key };
  return {
    page: pageName(key, fingerprint),
    body: body(),
    settle: () => ({ position: position as unknown as Json, mark: markOf(key, fingerprint) }),
  };
}

/** The error of a store as one of the source. */
export function prefixError(error: unknown, source: string): unknown {
  if (!(error instanceof LandfallError)) return error;
  const { store, file: object = store, reason } = error.values as Record<string, string>;
  const values = { source, store, object, reason };
  const options = { cause: error.cause ?? error };
  switch (error.code) {
    case 'LF_STORAGE':
      return new LandfallError('LF_SOURCE_BUCKET_LOST', values, options);
    case 'LF_STORAGE_CREDENTIALS':
    case 'LF_STORAGE_DENIED':
    case 'LF_STORAGE_OBJECT':
      return new LandfallError('LF_SOURCE_BUCKET_DENIED', values, options);
    case 'LF_STORAGE_MISSING':
      return new LandfallError('LF_SOURCE_BUCKET_MISSING', values, options);
    case 'LF_FILE_CHANGED':
    case 'LF_FILE_MISSING':
      return new LandfallError('LF_SOURCE_OBJECT_CHANGED', values, options);
    default:
      return error;
  }
}
