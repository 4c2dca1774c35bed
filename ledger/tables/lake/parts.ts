/** The manifest: which parts of the lake count. */
import type pg from 'pg';
import { type LedgerPart, type Part, toPart, type WrittenPart } from '../../rows.ts';
import { type Client, type Row, run } from '../../statements/run.ts';

/** A part of a chunk that commits. */
export interface ChunkPart extends WrittenPart {
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
    parts.map(({ shared }) => shared?.sharedId ?? null),
  ]);
}

/** The file's parts in the manifest, by path. */
export async function partsOf(client: Client, fileId: number): Promise<LedgerPart[]> {
  return (await run(client, 'parts/parts', [fileId])).map(toPart);
}

/** Puts the parts that a chunk was written to again in the place of those that the manifest lists. */
export async function replaceParts(
  client: pg.ClientBase,
  { chunkId, fileId }: Pick<ChunkPart, 'chunkId' | 'fileId'>,
  parts: readonly Part[],
): Promise<void> {
  await run(client, 'parts/keep-parts', [chunkId, parts.map(({ path }) => path)]);
  await addParts(
    client,
    parts.map((part) => ({ ...part, chunkId, fileId })),
  );
}

/** Takes the parts of files out of the manifest, in the transaction in which they fail or are undone. */
export async function removeParts(client: pg.ClientBase, fileIds: readonly number[]): Promise<void> {
  await run(client, 'parts/remove-parts', [fileIds]);
}

/** Paths of some parts in the manifest, at most `most`. */
export async function someParts(client: Client, most: number): Promise<string[]> {
  return (await run(client, 'parts/some-parts', [most])).map(({ path }) => path);
}

/** What belongs to the lake of a dataset at a snapshot (null: now), in one transaction that the caller has begun. */
export interface LakeContent {
  readonly parts: readonly Row<'parts/lake-parts'>[];
  /** Rows that are not shown, by chunk and number. */
  readonly deleted: readonly Row<'parts/lake-deleted'>[];
  /** Of a history: the rows that begin versions. */
  readonly versions: readonly Row<'parts/lake-versions'>[];
}

/** The datasets that have files in the lake. */
export async function lakeDatasets(client: Client): Promise<string[]> {
  return (await run(client, 'parts/lake-datasets', [])).map(({ dataset }) => dataset);
}

/** Rejects with the server's message if the snapshot cannot be read. */
export async function lakeContent(
  client: pg.ClientBase,
  dataset: string,
  snapshot: number | null,
): Promise<LakeContent> {
  const parts = await run(client, 'parts/lake-parts', [dataset, snapshot]);
  const deleted = await run(client, 'parts/lake-deleted', [dataset, snapshot]);
  const versions = await run(client, 'parts/lake-versions', [dataset, snapshot]);
  return { parts, deleted, versions };
}
