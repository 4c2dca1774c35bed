/** Stores by their address: a folder, or a prefix of an S3 bucket. */
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LandfallError } from '../errors/errors.ts';
import type { Storage } from '../types.ts';
import { makeFolder, openFolder } from './folder.ts';

/**
 * Opens a store. A folder is made where there is none.
 * @param url an absolute path, file:///path, or s3://bucket/prefix
 * @throws LandfallError LF_STORAGE where a folder can be neither found nor made
 */
export async function openStorage(url: string): Promise<Storage> {
  if (url.startsWith('s3://')) return openS3(url);
  return makeFolder(url.startsWith('file://') ? fileURLToPath(url) : url);
}

/**
 * The store and key of one object.
 * @param url file:///absolute/path or s3://bucket/key
 * @throws LandfallError LF_FILE_MISSING where its folder is not there
 */
export async function openObject(url: string): Promise<{ storage: Storage; key: string }> {
  if (url.startsWith('s3://')) {
    const at = url.lastIndexOf('/');
    return { storage: await openS3(url.slice(0, at)), key: url.slice(at + 1) };
  }
  const path = fileURLToPath(url);
  try {
    return { storage: await openFolder(dirname(path)), key: basename(path) };
  } catch (cause) {
    throw new LandfallError('LF_FILE_MISSING', { file: path }, { cause });
  }
}

/** Objects of one folder. */
export interface Together {
  readonly storage: Storage;
  readonly keys: readonly string[];
  /** The place of each among the addresses that were asked for. */
  readonly at: readonly number[];
}

/** openObject for many: each folder is opened once. Those whose folder is not there are left out. */
export async function openObjects(urls: readonly string[]): Promise<Together[]> {
  const folders = new Map<string, number[]>();
  for (const [i, url] of urls.entries()) {
    const folder = url.slice(0, url.lastIndexOf('/'));
    const known = folders.get(folder);
    if (known) known.push(i);
    else folders.set(folder, [i]);
  }
  const opened: Together[] = [];
  for (const [folder, at] of folders) {
    const first = await openObject(urls[at[0]]).catch(nullIfGone);
    if (first === null) continue;
    const keyOf = (i: number) => {
      const rest = urls[i].slice(folder.length + 1);
      return folder.startsWith('s3://') ? rest : decodeURIComponent(rest);
    };
    opened.push({ storage: first.storage, keys: at.map(keyOf), at });
  }
  return opened;
}

function nullIfGone(error: unknown): null {
  if (error instanceof LandfallError && error.code === 'LF_FILE_MISSING') return null;
  throw error;
}

/** The address of an object, as openObject takes it and as the ledger keeps it. */
export function objectUrl(storage: Pick<Storage, 'url'>, key: string): string {
  return storage.url.startsWith('s3://')
    ? `${storage.url}/${key}`
    : pathToFileURL(join(storage.url, key)).href;
}

/** The key of an object in this store, by its address; null for one that lies elsewhere. */
export function keyIn(storage: Pick<Storage, 'url'>, url: string): string | null {
  if (!url.startsWith(folderUrl(storage))) return null;
  const address = storage.url.startsWith('s3://') ? url : fileURLToPath(url);
  return address.slice(storage.url.length + 1);
}

/** What the addresses of all its objects begin with. */
export function folderUrl(storage: Pick<Storage, 'url'>): string {
  return objectUrl(storage, 'x').slice(0, -1);
}

/** The SDK takes a third of a second to load: only those who need it wait for it. */
async function openS3(url: string): Promise<Storage> {
  // It warns of Node versions on standard error, which is not its place.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3Storage } = await import('./s3.ts');
  return new S3Storage(url);
}
