/** Opens stores by their address: a folder, or a prefix of an S3 bucket. */
import { fileURLToPath } from 'node:url';
import { LandfallError } from '../errors/errors.ts';
import type { ReadableStore, Storage } from './contract.ts';
import { makeFolder, openFolder } from './folder.ts';
import { addressesOf, type Scheme, schemeOf } from './schemes.ts';
import { type StoreRole, storeError } from './store-error.ts';

type Open = (url: string, role: StoreRole) => Promise<Storage>;

/** Makes the store where there is none. */
const openers: Record<Scheme, Open> = {
  folder: (url, role) => makeFolder(url.startsWith('file:') ? fileURLToPath(url) : url, role),
  s3: openS3,
};

/** Opens the store of an object that should be there. */
const finders: Record<Scheme, Open> = { folder: openFolder, s3: openS3 };

/**
 * Opens a store. A folder is made where there is none.
 * @param url an absolute path, file:///path, or s3://bucket/prefix
 * @param role what the store is for, for errors
 * @throws LandfallError LF_STORAGE, LF_STORAGE_DENIED, LF_STORAGE_MISSING
 */
export async function openStorage(url: string, role: StoreRole = 'landing'): Promise<Storage> {
  return openers[schemeOf(url)](url, role);
}

/**
 * The store and key of one object, to read it.
 * @param url file:///absolute/path or s3://bucket/key
 * @throws LandfallError LF_FILE_MISSING where its folder is not there
 */
export function openObject(url: string): Promise<{ storage: ReadableStore; key: string }> {
  return openWritableObject(url);
}

/** openObject for who moves, replaces or deletes it. */
export async function openWritableObject(url: string): Promise<{ storage: Storage; key: string }> {
  const { store, key } = addressesOf(url).split(url);
  try {
    return { storage: await finders[schemeOf(url)](store, 'landing'), key };
  } catch (cause) {
    if (!/^(ENOENT|ENOTDIR)$/.test((cause as NodeJS.ErrnoException).code ?? ''))
      throw storeError(cause, { url: store, role: 'landing' }, key);
    throw new LandfallError('LF_FILE_MISSING', { file: `${store}/${key}` }, { cause });
  }
}

/** Objects of one folder. */
export interface Together<Store extends ReadableStore = ReadableStore> {
  readonly storage: Store;
  readonly keys: readonly string[];
  /** The place of each among the addresses that were asked for. */
  readonly at: readonly number[];
}

/** openObject for many: each folder is opened once. Those whose folder is not there are left out. */
export function openObjects(urls: readonly string[]): Promise<Together[]> {
  return openWritableObjects(urls);
}

/** openObjects for who moves, replaces or deletes them. */
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

/** The address of an object, as openObject takes it and as the ledger keeps it. */
export function objectUrl({ url }: { readonly url: string }, key: string): string {
  return addressesOf(url).objectUrl(url, key);
}

/** The key of an object in this store, by its address; null for one that lies elsewhere. */
export function keyIn(storage: { readonly url: string }, url: string): string | null {
  return url.startsWith(folderUrl(storage)) ? addressesOf(storage.url).keyOf(storage.url, url) : null;
}

/** What the addresses of all its objects begin with. */
export function folderUrl(storage: { readonly url: string }): string {
  return objectUrl(storage, 'x').slice(0, -1);
}

/** The SDK takes a third of a second to load: only those who need it wait for it. */
async function openS3(url: string, role: StoreRole): Promise<Storage> {
  // It warns of Node versions on standard error, which is not its place.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3Storage } = await import('./s3.ts');
  return new S3Storage(url, role);
}
