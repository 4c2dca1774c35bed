/** Bytes and names that are still there after a power cut. */
import * as fs from 'node:fs';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A FileHandle costs as much CPU as all that is done with it here: for many small files plain descriptors. */
const onDescriptors = {
  open: promisify(fs.open),
  write: promisify(fs.write),
  sync: promisify(fs.fsync),
  close: promisify(fs.close),
};

/** Writes a file that is not there yet, and makes its bytes durable. */
export async function writeNew(path: string, body: Uint8Array): Promise<void> {
  const file = await onDescriptors.open(path, 'wx');
  try {
    for (let at = 0; at < body.length; ) at += (await onDescriptors.write(file, body, at)).bytesWritten;
    await onDescriptors.sync(file);
  } finally {
    await onDescriptors.close(file);
  }
}

/** Syncs under way, by folder, and the one that follows where somebody has asked for it meanwhile. */
const syncs = new Map<string, { readonly now: Promise<void>; next: Promise<void> | null }>();

/**
 * Makes a folder's entries durable. A sync covers what was renamed before it began, so all who ask while
 * one is under way share the next.
 */
export function syncFolder(path: string): Promise<void> {
  const under = syncs.get(path);
  if (under === undefined) return beginSync(path);
  under.next ??= under.now.then(
    () => beginSync(path),
    () => beginSync(path),
  );
  return under.next;
}

function beginSync(path: string): Promise<void> {
  const now = syncNow(path).finally(() => {
    if (syncs.get(path)?.next === null) syncs.delete(path);
  });
  syncs.set(path, { now, next: null });
  return now;
}

async function syncNow(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } catch (error) {
    // Some network file systems know no fsync of a folder.
    if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await folder.close();
  }
}
