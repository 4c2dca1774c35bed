/**
 * The spool contains the unpacked chunks of compressed files. It is in the lake's store, where workers on all
 * machines find it, and holds a file's chunks while the file is loaded. Its folder begins with a dot, so readers of
 * the lake ignore it.
 */
import type { Storage } from './contract.ts';

const folder = '.landfall/spool/';

/** The key of a chunk's bytes. */
export function spoolKey(fileId: number, chunkNumber: number): string {
  return `${folder}${fileId}/${chunkNumber}.csv`;
}

/** Removes the spooled chunks of a file. May be repeated. */
export async function clearSpool(lake: Storage, fileId: number): Promise<void> {
  const own = `${folder}${fileId}/`;
  for await (const { key } of lake.list(own)) await lake.delete(key);
  await lake.removeFolder?.(own);
}

/** The ids of files that have anything in the spool, even an empty folder. */
export async function spooledFiles(lake: Storage): Promise<number[]> {
  const names = new Set(await lake.folders?.(folder));
  for await (const { key } of lake.list(folder)) names.add(key.slice(folder.length).split('/')[0]);
  return [...names].filter((name) => /^\d{1,9}$/.test(name)).map(Number);
}
