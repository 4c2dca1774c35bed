/**
 * The spool: chunks of a compressed file, unpacked, in the lake's store, where the workers of all machines
 * find them. They are there while the file loads. Its folder begins with a dot: no reader of the lake
 * looks into it.
 */
import type { Storage } from './types.ts';

const folder = '.landfall/spool/';

/** Key of a chunk's bytes. */
export function spoolKey(fileId: number, chunkNumber: number): string {
  return `${folder}${fileId}/${chunkNumber}.csv`;
}

/** Removes what a file has in the spool. Repeating it is harmless. */
export async function clearSpool(lake: Storage, fileId: number): Promise<void> {
  for await (const { key } of lake.list(`${folder}${fileId}/`)) await lake.delete(key);
}

/** Numbers of the files that have something in the spool. */
export async function spooledFiles(lake: Storage): Promise<number[]> {
  const found = new Set<number>();
  for await (const { key } of lake.list(folder)) {
    const fileId = Number(key.slice(folder.length).split('/')[0]);
    if (Number.isInteger(fileId)) found.add(fileId);
  }
  return [...found];
}
