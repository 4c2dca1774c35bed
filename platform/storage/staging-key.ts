/**
 * Where parts are written before they are published: beside the partitions, under names that no reader of
 * the lake takes for parts.
 */
import type { Storage } from '../types.ts';

const folder = '_aside/';

/** Start of the keys of one try of a chunk. Tries are numbered, so that two never share a name. */
export function asideKey(dataset: string, file: number, chunk: number, claim: number | ''): string {
  return `${folder}${dataset}/f${file}-c${chunk}-t${claim}`;
}

/** What lies aside, of whichever file. */
export async function* listAside(lake: Storage): AsyncGenerator<{ key: string; fileId: number }> {
  for await (const { key } of lake.list(folder)) {
    const [, fileId] = /\/f(\d{1,9})-c\d+-t/.exec(key) ?? [];
    if (fileId !== undefined) yield { key, fileId: Number(fileId) };
  }
}
