/**
 * Where parts are written before they are published: beside the partitions, under names that no reader of
 * the lake takes for parts.
 */
import type { Storage } from './contract.ts';

const folder = '_staging/';

/** Start of the keys of one try of a chunk. Tries are numbered, so that two never share a name. */
export function stagingKey(dataset: string, file: number, chunk: number, fencingToken: number | ''): string {
  return `${folder}${dataset}/f${file}-c${chunk}-t${fencingToken}`;
}

/** What lies in staging, of whichever file. */
export async function* listStaging(lake: Storage): AsyncGenerator<{ key: string; fileId: number }> {
  for await (const { key } of lake.list(folder)) {
    const [, fileId] = /\/f(\d{1,9})-c\d+-t/.exec(key) ?? [];
    if (fileId !== undefined) yield { key, fileId: Number(fileId) };
  }
}
