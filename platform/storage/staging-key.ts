/**
 * Where parts are written before they are published: next to the partitions, under names that readers of the lake do
 * not take for parts.
 */
import type { Storage } from './contract.ts';

const folder = '_staging/';

/** Where earlier versions of Landfall staged parts. */
const formerFolder = '_aside/';

/** The beginning of the keys of one attempt at a chunk. Attempts are numbered, so that two never share a name. */
export function stagingKey(dataset: string, file: number, chunk: number, fencingToken: number | ''): string {
  return `${folder}${dataset}/f${file}-c${chunk}-t${fencingToken}`;
}

/** The key of a part that chunks are to share. */
export function sharedStagingKey(dataset: string, sharedId: number): string {
  return `${folder}${dataset}/s${sharedId}`;
}

/** Everything in staging that belongs to a file, including what an earlier version of Landfall staged. */
export async function* listStaging(lake: Storage): AsyncGenerator<{ key: string; fileId: number }> {
  for (const staging of [folder, formerFolder]) {
    for await (const { key } of lake.list(staging)) {
      const [, fileId] = /\/f(\d{1,9})-c\d+-t/.exec(key) ?? [];
      if (fileId !== undefined) yield { key, fileId: Number(fileId) };
    }
  }
}
