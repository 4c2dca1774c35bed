/** Opens stores by address: a folder, or a prefix of an S3 bucket. */
import { fileURLToPath } from 'node:url';
import { LandfallError } from '../errors/errors.ts';
import { isMissing } from '../errors/system.ts';
import { withAwsSdk } from '../package/optional-package.ts';
import type { ReadableStore, Storage } from './contract.ts';
import { makeFolder, openFolder } from './folder.ts';
import { addressesOf, type Scheme, schemeOf } from './schemes.ts';
import { type StoreRole, storeError } from './store-error.ts';

type Open = (url: string, role: StoreRole) => Promise<Storage>;

/** Creates the store if it does not exist. */
const openers: Record<Scheme, Open> = {
  folder: (url, role) => makeFolder(url.startsWith('file:') ? fileURLToPath(url) : url, role),
  s3: openS3,
};

/** Opens the store of an object that should exist. */
const finders: Record<Scheme, Open> = { folder: openFolder, s3: openS3 };

/**
 * Opens a store. Creates a folder that does not exist.
 * @param url an absolute path, file:///path, or s3://bucket/prefix
 * @param role what the store is for, for errors
 * @throws LandfallError LF_STORAGE, LF_STORAGE_DENIED, LF_STORAGE_MISSING
 */
export async function openStorage(url: string, role: StoreRole = 'landing'): Promise<Storage> {
  return openers[schemeOf(url)](url, role);
}

/**
 * Opens the store of one object for reading, and returns it with the key.
 * @param url file:///absolute/path or s3://bucket/key
 * @throws LandfallError LF_FILE_MISSING where its folder is not there
 */
export function openObject(url: string): Promise<{ storage: ReadableStore; key: string }> {
  return openWritableObject(url);
}

/** Like openObject, for callers that move, replace or delete the object. */
export async function openWritableObject(url: string): Promise<{ storage: Storage; key: string }> {
  const { store, key } = addressesOf(url).split(url);
  try {
    return { storage: await finders[schemeOf(url)](store, 'landing'), key };
  } catch (cause) {
    if (!isMissing(cause)) throw storeError(cause, { url: store, role: 'landing' }, key);
    throw new LandfallError('LF_FILE_MISSING', { file: `${store}/${key}` }, { cause });
  }
}

/** Objects of one folder. */
export interface Together<Store extends ReadableStore = ReadableStore> {
  readonly storage: Store;
  readonly keys: readonly string[];
  /** The position of each object in the list of addresses. */
  readonly at: readonly number[];
}

/** openObject for many objects. Opens each folder once, and leaves out objects whose folder does not exist. */
export function openObjects(urls: readonly string[]): Promise<Together[]> {
  return openWritableObjects(urls);
}

/** Like openObjects, for callers that move, replace or delete the objects. */
export async function openWritableObjects(urls: readonly string[]): Promise<Together<Storage>[]> {
  const folders = new Map<string, number[]>();
  for (const [i, url] of urls.entries()) {
    const folder = url.slice(0, url.lastIndexOf('/'));
    const known = folders.get(folder);
    if (known) known.push(i);
    else folders.set(folder, [i]);
  }
  const opened: Together<Storage>[] = [];
  for (const at of folders.values()) {
    const first = await openWritableObject(urls[at[0]]).catch(nullIfGone);
    if (first === null) continue;
    const keys = at.map((i) => addressesOf(urls[i]).split(urls[i]).key);
    opened.push({ storage: first.storage, keys, at });
  }
  return opened;
}

function nullIfGone(error: unknown): null {
  if (error instanceof LandfallError && error.code === 'LF_FILE_MISSING') return null;
  throw error;
}

/** The address of an object, in the form that openObject takes and the ledger stores. */
export function objectUrl({ url }: { readonly url: string }, key: string): string {
  return addressesOf(url).objectUrl(url, key);
}

/** The key of an object in this store by its address. Null if the object is elsewhere. */
export function keyIn(storage: { readonly url: string }, url: string): string | null {
  return url.startsWith(folderUrl(storage)) ? addressesOf(storage.url).keyOf(storage.url, url) : null;
}

/** The beginning of the addresses of all its objects. */
export function folderUrl(storage: { readonly url: string }): string {
  return objectUrl(storage, 'x').slice(0, -1);
}

/** The SDK takes a third of a second to load, so it is imported only where it is needed. */
async function openS3(url: string, role: StoreRole): Promise<Storage> {
  // The SDK writes warnings about Node versions to standard error, where they do not belong.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3Storage } = await withAwsSdk(() => import('./s3/s3-storage.ts'));
  return new S3Storage(url, role);
}
