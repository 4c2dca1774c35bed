/**
 * The spool contains the unpacked chunks of compressed files while these are loaded. It is in the lake's store, in a
 * folder whose name begins with a dot, so that readers of the lake ignore it.
 *
 * If all workers are on one machine and the store is a folder, a chunk is written without being made durable. Its key
 * then names the machine's boot: after a power failure, what is left of it is never read. It also names where the chunk
 * begins, so that whatever is found is right. A chunk that is not in the spool is unpacked from its file.
 */
import { readFileSync } from 'node:fs';
import { atATime } from './at-a-time.ts';
import type { Storage } from './contract.ts';

const folder = '.landfall/spool/';

/** Objects that are removed at the same time. */
const removedAtATime = 8;

/** A chunk of a file, and the place of its first byte in what the file unpacks to. */
export interface SpooledChunk {
  readonly fileId: number;
  readonly number: number;
  readonly start: number;
}

/** The key of a chunk's bytes. `boot`: only for machines of this boot. */
export function spoolKey({ fileId, number, start }: SpooledChunk, boot: string | null = null): string {
  return `${folder}${fileId}/${boot === null ? number : `${start}-${boot}`}.csv`;
}

let boot: string | null | undefined;

/** Names this machine since it was started. Null where that is not known: on systems other than Linux. */
export function thisBoot(): string | null {
  if (boot === undefined) boot = readBoot();
  return boot;
}

function readBoot(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** The boot that the keys of chunks name which workers of this machine alone read. Null if others must read them, too. */
export function bootOf(lake: Storage): string | null {
  return lake.folders === undefined ? null : thisBoot();
}

/** The key under which the `bytes` of a chunk can be read. Null if they are not in the spool. */
export async function findSpooled(
  lake: Storage,
  chunk: SpooledChunk & { readonly bytes: number },
): Promise<string | null> {
  for (const boot of new Set([bootOf(lake), null])) {
    const key = spoolKey(chunk, boot);
    const object = await lake.stat(key);
    // A chunk that is cut short afterwards, before the last lines of the file, is longer in the spool.
    if (object !== null && object.bytes >= chunk.bytes) return key;
  }
  return null;
}

/** Removes the spooled chunks of a file. May be repeated. */
export async function clearSpool(lake: Storage, fileId: number): Promise<void> {
  const own = `${folder}${fileId}/`;
  const keys: string[] = [];
  for await (const { key } of lake.list(own)) keys.push(key);
  await atATime(removedAtATime, keys, (key) => lake.delete(key));
  await lake.removeFolder?.(own);
}

/** The ids of files that have anything in the spool, even an empty folder. */
export async function spooledFiles(lake: Storage): Promise<number[]> {
  const names = new Set(await lake.folders?.(folder));
  for await (const { key } of lake.list(folder)) names.add(key.slice(folder.length).split('/')[0]);
  return [...names].filter((name) => /^\d{1,9}$/.test(name)).map(Number);
}
