/**
 * Parts that chunks share (ddl/migrations/0038-shared-parts.sql), and parts that they have taken the place of. A compaction
 * writes them, or a worker for a group of chunks.
 *
 *   noted ─▶ (written) ─▶ listed, the parts before it retired ─▶ retired ─▶ (deleted) ─▶ forgotten
 *     └─────────────────▶ forgotten: its writer has died
 */
import type pg from 'pg';
import { withSessionLock } from '../../../platform/database/session-lock.ts';
import type { Part, SharedWhole } from '../../rows.ts';
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

/** The claim that a group's parts are noted with: of its first chunk. */
export interface GroupClaim {
  readonly chunkId: number;
  readonly fencingToken: number;
}

/**
 * Notes parts that are about to be written, one in each folder. No other part ever has their paths. `claim`: null for a
 * compaction.
 */
export async function noteShared(
  client: Client,
  dataset: string,
  folders: readonly string[],
  claim: GroupClaim | null,
): Promise<SharedPart[]> {
  const { chunkId = null, fencingToken = null } = claim ?? {};
  const noted = await run(client, 'parts/begin-shared', [dataset, folders, chunkId, fencingToken]);
  const byFolder = new Map(noted.map((row) => [row.path.slice(0, row.path.lastIndexOf('/')), row]));
  return folders.map((folder) => toShared(byFolder.get(folder)!));
}

function toShared({ shared_id: sharedId, path }: { shared_id: number; path: string }): SharedPart {
  return { sharedId, path };
}

/**
 * Lists shared parts in the caller's transaction. From here on nobody takes their writer for dead. False: somebody already
 * has, and one of them is gone.
 */
export async function listShared(client: pg.ClientBase, parts: readonly SharedWhole[]): Promise<boolean> {
  if (parts.length === 0) return true;
  const listed = await count(client, 'parts/list-shared', [
    parts.map(({ sharedId }) => sharedId),
    parts.map(({ rows }) => rows),
    parts.map(({ bytes }) => bytes),
  ]);
  return listed === parts.length;
}

/**
 * Says that the rows of these parts lie in a shared one now, in the caller's transaction, which has listed it, and retires
 * the parts that have no rows left. Rows of chunks that were undone, or written again, since the parts were read stay out
 * of it, as do those of files that somebody has locked. Returns how many rows count in it.
 */
export async function moveParts(
  client: pg.ClientBase,
  dataset: string,
  { sharedId, ...whole }: SharedWhole,
  parts: readonly PlacedPart[],
  keepSeconds: number,
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
    moves.map(({ rows }) => shareOf(whole, rows)),
    keepSeconds,
  ]);
  await retireEmptied(client, dataset, keepSeconds);
  return moved.reduce((sum, { rows }) => sum + rows, 0);
}

/** About how many bytes of a shared part so many rows take. */
export function shareOf(whole: Pick<Part, 'rows' | 'bytes'>, rows: number): number {
  return Math.floor((whole.bytes * rows) / whole.rows);
}

/**
 * Retires shared parts in which no rows count any more: their files were undone. `dataset`: null for those of all
 * datasets. Returns how many.
 */
export function retireEmptied(client: Client, dataset: string | null, keepSeconds: number): Promise<number> {
  return count(client, 'parts/retire-emptied', [dataset, keepSeconds]);
}

/** Shared parts whose compaction has died, locked until the caller's transaction ends. Only under the compaction lock. */
export async function lockUnlisted(client: pg.ClientBase, dataset: string): Promise<SharedPart[]> {
  return (await run(client, 'parts/lock-unlisted', [dataset])).map(toShared);
}

/**
 * Those of the parts of a group that has failed that are not listed, locked as those of lockUnlisted. Others may have
 * deleted them already, and forgotten them, before a group that was frozen went on and wrote them.
 */
export async function lockGivenUp(
  client: pg.ClientBase,
  parts: readonly SharedPart[],
): Promise<SharedPart[]> {
  const ids = parts.map(({ sharedId }) => sharedId);
  const paths = parts.map(({ path }) => path);
  return (await run(client, 'groups/given-up-parts', [ids, paths])).map(toShared);
}

/** Parts of groups whose workers have lost their chunks, and can no longer list them; locked. */
export async function lockAbandoned(client: pg.ClientBase): Promise<SharedPart[]> {
  return (await run(client, 'groups/abandoned-parts', [])).map(toShared);
}

/** Which retired parts are old enough to be deleted. */
export interface Expired {
  /** Null: of all datasets. */
  readonly dataset: string | null;
  /** Retired at least so many seconds ago. */
  readonly seconds: number;
  /** Instead: as long ago as was said when they were retired. `seconds` counts where nothing was said. */
  readonly asPromised?: boolean;
}

/** Expired parts by path, at most `most`, locked until the caller's transaction ends. */
export function lockRetired(
  client: pg.ClientBase,
  { dataset, seconds, asPromised = false }: Expired,
  most: number,
): Promise<Pick<Part, 'path' | 'bytes'>[]> {
  return run(client, 'parts/lock-retired', [dataset, seconds, asPromised, most]);
}

/** Forgets parts that are deleted from the lake. */
export async function forgetParts(client: Client, paths: readonly string[]): Promise<void> {
  await run(client, 'parts/forget-parts', [paths]);
}
