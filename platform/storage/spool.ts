/**
 * The spool: chunks of a compressed file, unpacked, in the lake's store, where the workers of all machines
 * find them. They are there while the file loads. Its folder begins with a dot: no reader of the lake
 * looks into it.
 */
import type { Storage } from './contract.ts';

const folder = '.landfall/spool/';

/** Key of a chunk's bytes. */
export function spoolKey(fileId: number, chunkNumber: number): string {
  return `${folder}${fileId}/${chunkNumber}.csv`;
}

/** Removes the spooled chunks of a file. Repeating it is harmless. */
export async function clearSpool(lake: Storage, fileId: number): Promise<void> {
  const own = `${folder}${fileId}/`;
  for await (const { key } of lake.list(own)) await lake.delete(key);
  await lake.removeFolder?.(own);
}

/** Numbers of the files that have something in the spool, if only an empty folder. */
export async function spooledFiles(lake: Storage): Promise<number[]> {
  const names = new Set(await lake.folders?.(folder));
  for await (const { key } of lake.list(folder)) names.add(key.slice(folder.length).split('/')[0]);
  return [...names].filter((name) => /^\d{1,9}$/.test(name)).map(Number);
}
