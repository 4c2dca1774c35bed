/** The manifest: which parts of the lake count. */
import type pg from 'pg';
import type { Part } from '../rows.ts';
import { type LedgerPart, toPart } from '../rows.ts';
import { type Client, run } from '../statements/run.ts';

/** A part of a chunk that commits. */
export interface ChunkPart extends Part {
  readonly chunkId: number;
  readonly fileId: number;
}

/** Adds parts to the manifest, in the transaction that commits their chunks. */
export async function addParts(client: pg.ClientBase, parts: readonly ChunkPart[]): Promise<void> {
  if (parts.length === 0) return;
  await run(client, 'parts/add-parts', [
    parts.map(({ chunkId }) => chunkId),
    parts.map(({ fileId }) => fileId),
    parts.map(({ path }) => path),
    parts.map(({ rows }) => rows),
    parts.map(({ bytes }) => bytes),
  ]);
}

/** The file's parts in the manifest, by path. */
export async function partsOf(client: Client, fileId: number): Promise<LedgerPart[]> {
  return (await run(client, 'parts/parts', [fileId])).map(toPart);
}

/** Takes the parts of files out of the manifest, in the transaction in which they fail or are undone. */
export async function removeParts(client: pg.ClientBase, fileIds: readonly number[]): Promise<void> {
  await run(client, 'parts/remove-parts', [fileIds]);
}

/** Paths of some parts in the manifest, at most `most`. */
export async function someParts(client: Client, most: number): Promise<string[]> {
  return (await run(client, 'parts/some-parts', [most])).map(({ path }) => path);
}
