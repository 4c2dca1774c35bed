/** Stores by their address: a folder, or a prefix of an S3 bucket. */
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LandfallError } from '../errors.ts';
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
