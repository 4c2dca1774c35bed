/**
 * Parts that chunks share (ddl/migrations/0038-shared-parts.sql), and parts that they have taken the place of.
 *
 *   noted ─▶ (written) ─▶ listed, the parts before it retired ─▶ retired ─▶ (deleted) ─▶ forgotten
 *     └─────────────────▶ forgotten: its writer has died
 */
import type pg from 'pg';
import { withSessionLock } from '../../../platform/database/session-lock.ts';
import type { Part } from '../../rows.ts';
import { type Client, count, run } from '../../statements/run.ts';

/** First key of the locks under which parts of a dataset are compacted; the second is the dataset. */
const compactionLock = 0x1a4df41d;

/** Lets one process at a time compact a dataset, on a connection that has no other work. */
export function withCompactionLock<T>(
  session: pg.ClientBase,
  dataset: string,
  work: () => Promise<T>,
): Promise<T> {
  return withSessionLock(session, [compactionLock, dataset], work);
}

/** A partition, and how many parts it has. */
export interface LakeFolder {
  readonly folder: string;
  readonly parts: number;
  /** Chunks that have rows in it. */
  readonly chunks: number;
  /** Whether a file that is in flight has parts in it. */
  readonly open: boolean;
}

/** The partitions of a dataset that have parts, by their names. */
export function lakeFolders(client: Client, dataset: string): Promise<LakeFolder[]> {
  return run(client, 'parts/compact-folders', [dataset]);
}

/** The rows of a chunk in a partition, as landfall.part has them. */
export interface ChunkRows {
  /** Of the part that the chunk has written. Its rows may lie in another one now. */
  readonly ownPath: string;
  readonly chunkId: number;
  readonly fileId: number;
  /** Of the definition that the file was planned with. */
  readonly version: string;
  readonly rows: number;
  /** Of its own part, or its share of the part that it lies in. */
  readonly bytes: number;
}

/** A part as it lies in the lake, and the chunks whose rows in it count. */
export interface PlacedPart extends Part {
  readonly folder: string;
  /** Null: it has the rows of one chunk. */
  readonly sharedId: number | null;
  /** In the order of their numbers. */
  readonly chunks: readonly ChunkRows[];
}

/** The parts of files that are done in these partitions, in the order of their first chunks. */
export async function partsIn(
  client: Client,
  dataset: string,
  folders: readonly string[],
): Promise<PlacedPart[]> {
  const parts = new Map<string, PlacedPart & { readonly chunks: ChunkRows[] }>();
  for (const row of await run(client, 'parts/compact-parts', [dataset, folders])) {
    const { folder, path: ownPath, rows, bytes, shared_id: sharedId } = row;
    const chunk = { ownPath, rows, bytes, chunkId: row.chunk_id, fileId: row.file_id, version: row.version! };
    const path = row.shared_path ?? ownPath;
    const known = parts.get(path);
    if (known !== undefined) known.chunks.push(chunk);
    else {
      const size = { rows: row.shared_rows ?? rows, bytes: row.shared_bytes ?? bytes };
      parts.set(path, { folder, path, sharedId, ...size, chunks: [chunk] });
    }
  }
  return [...parts.values()];
}

/** A shared part that is noted, and perhaps written. */
export interface SharedPart {
  readonly sharedId: number;
  readonly path: string;
}

/** Notes a part that is about to be written. No other part ever has its path. */
export async function noteShared(client: Client, dataset: string, folder: string): Promise<SharedPart> {
  const [{ shared_id: sharedId, path }] = await run(client, 'parts/begin-shared', [dataset, folder]);
  return { sharedId, path };
}

/**
 * Lists a shared part in the caller's transaction. From here on nobody takes its writer for dead. False: somebody already
 * has, and the part is gone.
 */
export async function listShared(
  client: pg.ClientBase,
  { sharedId }: SharedPart,
  { rows, bytes }: Pick<Part, 'rows' | 'bytes'>,
): Promise<boolean> {
  return (await count(client, 'parts/list-shared', [sharedId, rows, bytes])) === 1;
}

/**
 * Says that the rows of these parts lie in a shared one now, in the caller's transaction, which has listed it, and retires
 * the parts that have no rows left. Rows of chunks that were undone, or written again, since the parts were read stay out
 * of it, as do those of files that somebody has locked. Returns how many rows count in it.
 */
export async function moveParts(
  client: pg.ClientBase,
  dataset: string,
  { sharedId }: SharedPart,
  whole: Pick<Part, 'rows' | 'bytes'>,
  parts: readonly PlacedPart[],
): Promise<number> {
  const moves = parts.flatMap((part) => part.chunks.map((chunk) => ({ ...chunk, was: part.sharedId })));
  const files = [...new Set(moves.map(({ fileId }) => fileId))];
  const locked = await run(client, 'parts/lock-done', [files]);
  const moved = await run(client, 'parts/move-parts', [
    sharedId,
    locked.map((row) => row.file_id),
    moves.map(({ ownPath }) => ownPath),
    moves.map(({ rows }) => rows),
    moves.map(({ bytes }) => bytes),
    moves.map(({ was }) => was),
    moves.map(({ rows }) => Math.floor((whole.bytes * rows) / whole.rows)),
  ]);
  await retireEmptied(client, dataset);
  return moved.reduce((sum, { rows }) => sum + rows, 0);
}

/** Retires shared parts of a dataset in which no rows count any more: their files were undone. Returns how many. */
export function retireEmptied(client: Client, dataset: string): Promise<number> {
  return count(client, 'parts/retire-emptied', [dataset]);
}

/** Shared parts whose writers have died, locked until the caller's transaction ends. Only under the compaction lock. */
export async function lockUnlisted(client: pg.ClientBase, dataset: string): Promise<SharedPart[]> {
  const rows = await run(client, 'parts/lock-unlisted', [dataset]);
  return rows.map(({ shared_id: sharedId, path }) => ({ sharedId, path }));
}

/**
 * Parts that were retired at least so many seconds ago, by path, at most `most`, locked until the caller's transaction
 * ends. Null: of all datasets.
 */
export function lockRetired(
  client: pg.ClientBase,
  { dataset, seconds, most }: { dataset: string | null; seconds: number; most: number },
): Promise<Pick<Part, 'path' | 'bytes'>[]> {
  return run(client, 'parts/lock-retired', [dataset, seconds, most]);
}

/** Forgets parts that are deleted from the lake. */
export async function forgetParts(client: Client, paths: readonly string[]): Promise<void> {
  await run(client, 'parts/forget-parts', [paths]);
}
