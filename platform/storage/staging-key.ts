/**
 * Where parts are written before they are published: next to the partitions, under names that readers of the lake do
 * not take for parts.
 */
import type { Storage } from './contract.ts';

const folder = '_staging/';

/** The beginning of the keys of one attempt at a chunk. Attempts are numbered, so that two never share a name. */
export function stagingKey(dataset: string, file: number, chunk: number, fencingToken: number | ''): string {
  return `${folder}${dataset}/f${file}-c${chunk}-t${fencingToken}`;
}

/** Everything in staging, of any file. */
export async function* listStaging(lake: Storage): AsyncGenerator<{ key: string; fileId: number }> {
  for await (const { key } of lake.list(folder)) {
    const [, fileId] = /\/f(\d{1,9})-c\d+-t/.exec(key) ?? [];
    if (fileId !== undefined) yield { key, fileId: Number(fileId) };
  }
}
