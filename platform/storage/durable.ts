/** Makes files and names survive a power failure. */
import { closeSync, constants, fsync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** The only call here that waits for a disk. The others take less time than waking a thread for them. */
const sync = promisify(fsync);

/** Writes a new file and makes it durable. Intended for small files, since it is written in one call. */
export async function writeNew(path: string, body: Uint8Array): Promise<void> {
  const file = openSync(path, 'wx');
  try {
    for (let at = 0; at < body.length; ) at += writeSync(file, body, at);
    await sync(file);
  } finally {
    closeSync(file);
  }
}

/** Syncs in progress by folder, and the next one if it has been requested meanwhile. */
const syncs = new Map<string, { readonly now: Promise<void>; next: Promise<void> | null }>();

/**
 * Makes a folder's entries durable. A sync covers the renames before it began, so all callers that arrive during one
 * share the next.
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
  const folder = openSync(path, constants.O_RDONLY);
  try {
    await sync(folder);
  } catch (error) {
    // Some network file systems cannot fsync folders.
    if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    closeSync(folder);
  }
}
