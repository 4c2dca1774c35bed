/** Chunks of a file as people are shown them: what became of each, and where its rows went. */
import { type Client, type Row, run } from '../statements/run.ts';

/** What has become of a chunk. */
export type ChunkFate = Row<'chunks/chunk-map'>;

/** Of all chunks of a file, by number. */
export function chunkMap(client: Client, fileId: number): Promise<ChunkFate[]> {
  return run(client, 'chunks/chunk-map', [fileId]);
}

/** A part of the lake, as the manifest has it. */
interface ListedPart {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Where the rows of a chunk went. */
export type ChunkLineage = Omit<Row<'chunks/chunk-lineage'>, 'parts'> & {
  readonly parts: readonly ListedPart[];
};

/** Of at most `most` chunks of a file, those after a number. */
export async function chunkLineage(
  client: Client,
  fileId: number,
  { after, most }: { after: number; most: number },
): Promise<ChunkLineage[]> {
  const rows = await run(client, 'chunks/chunk-lineage', [fileId, after, most]);
  return rows.map((row) => ({ ...row, parts: row.parts as readonly ListedPart[] }));
}
