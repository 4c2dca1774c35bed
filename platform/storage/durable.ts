/** Makes bytes and names survive a power cut. */
import { closeSync, constants, fsync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** The one call here that waits for a disk. What the others do is over sooner than a thread is woken for it. */
const sync = promisify(fsync);

/** Writes a file that is not there yet, and makes its bytes durable. For small ones: it is written at once. */
export async function writeNew(path: string, body: Uint8Array): Promise<void> {
  const file = openSync(path, 'wx');
  try {
    for (let at = 0; at < body.length; ) at += writeSync(file, body, at);
    await sync(file);
  } finally {
    closeSync(file);
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
  const folder = openSync(path, constants.O_RDONLY);
  try {
    await sync(folder);
  } catch (error) {
    // Some network file systems cannot fsync a folder.
    if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    closeSync(folder);
  }
}
