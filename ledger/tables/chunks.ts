/**
 * Chunks: claimed by a worker, given back, failed. Their commit is in commit.ts.
 *
 * The transaction of a chunk holds an advisory lock of the chunk's number until it ends. A worker that is
 * frozen, or cut off by its network, leaves that transaction open: with a COPY under way, or with the
 * chunk's row locked after its commit was prepared. No timeout of the server can tell a frozen worker from a
 * slow one, so whoever takes the chunk over ends the session that holds the lock. The lock is released
 * with the transaction, so that session has no other work.
 */
import pg from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import { type Json, toJson } from '../json.ts';
import {
  type Claim,
  type ErrorDescription,
  type LedgerChunk,
  placeInUnpacked,
  toChunk,
  toClaim,
  toWaiting,
  type WaitingFile,
} from '../rows.ts';
import { type Client, type Row, run } from '../statements/run.ts';

/** The number of lost workers after which a chunk or a scan is given up. LANDFALL_LOST_WORKERS is for tests. */
export const lostMost = Number(process.env.LANDFALL_LOST_WORKERS ?? 10);

/** First key of the advisory locks of chunks' transactions; the second is the chunk's number. */
const chunkLock = 0x1a4df415;

/** How long to wait for a commit under way before its session is ended. */
const commitMost = '3s';

/** How often to try to claim a chunk whose row others keep locking. */
const roundsMost = 3;

/** Chunks of the file by number. */
export async function chunksOf(client: Client, fileId: number): Promise<LedgerChunk[]> {
  return (await run(client, 'chunks/chunks', [fileId])).map(toChunk);
}

/** A chunk whose rows are loaded, and what is needed to read them again. */
export interface LoadedChunk {
  readonly chunk: LedgerChunk;
  /** Of a compressed file: its place in what that unpacks to. */
  readonly unpacked: { readonly start: number; readonly end: number } | null;
}

/** Chunks of a file that are committed, by number. */
export async function loadedChunks(client: Client, fileId: number): Promise<LoadedChunk[]> {
  const rows = await run(client, 'chunks/chunks', [fileId]);
  return rows
    .filter(({ state }) => state === 'committed')
    .map((row) => ({ chunk: toChunk(row), unpacked: placeInUnpacked(row) }));
}

/**
 * Claims a chunk for a worker. No earlier claim can commit any more; a commit under way is waited for, and any
 * other transaction of the chunk is ended. Null: the chunk is committed or failed, or its file is no longer being
 * loaded; with `again`, also if another worker has taken it since.
 */
export async function claimChunk(
  pool: pg.Pool,
  chunkId: number,
  worker: string,
  { again = false }: { again?: boolean } = {},
): Promise<Claim | null> {
  const row = await claimRow(pool, chunkId, worker, again);
  return row === undefined ? null : toClaim(row);
}

async function claimRow(
  pool: pg.Pool,
  chunkId: number,
  worker: string,
  again: boolean,
): Promise<Row<'chunks/claim-chunk'> | undefined> {
  for (let round = 1; ; round++) {
    try {
      const [row] = await run(pool, 'chunks/claim-chunk', [chunkId, worker, again]);
      if (row?.fencing_token > 1) await endHolders(pool, [chunkId]);
      return row;
    } catch (error) {
      if (!isLocked(error) || round === roundsMost) throw error;
      await waitForHolder(pool, chunkId);
    }
  }
}

/** Ends the sessions that have a transaction of these chunks open. */
export async function endHolders(pool: pg.Pool, chunkIds: readonly number[]): Promise<void> {
  if (chunkIds.length > 0) await run(pool, 'chunks/end-holders', [chunkLock, chunkIds]);
}

/** The first statement of a transaction of chunks; false where another transaction of one of them is open. */
export function holdChunks(chunkIds: readonly number[]): string {
  const ids = chunkIds.map(Math.trunc).join(', ');
  return `select coalesce(bool_and(pg_try_advisory_xact_lock(${chunkLock}, id)), true) as held from unnest(array[${ids}]::integer[]) as id`;
}

async function waitForHolder(pool: pg.Pool, chunkId: number): Promise<void> {
  try {
    await inTransaction(pool, async (client) => {
      await client.query(`set local lock_timeout = ${pg.escapeLiteral(commitMost)}`);
      await run(client, 'chunks/lock-chunk', [chunkId]);
    });
  } catch (error) {
    if (!isLocked(error)) throw error;
    await endHolders(pool, [chunkId]);
  }
}

/** lock_not_available */
function isLocked(error: unknown): boolean {
  return (error as { code?: string }).code === '55P03';
}

/** Says why the worker that has a chunk did not load it. It `keeps` it, or gives it back. */
export async function releaseChunk(
  client: Client,
  chunkId: number,
  worker: string,
  { error, keeps }: { error?: ErrorDescription; keeps: boolean },
): Promise<void> {
  const reason: Json | null = error === undefined ? null : toJson(error);
  await run(client, 'chunks/release-chunk', [chunkId, worker, reason, keeps]);
}

/** Gives a planned chunk up for good; with `worker`, unless another has taken it over since. */
export async function failChunk(
  client: Client,
  chunkId: number,
  error: ErrorDescription,
  worker?: string,
): Promise<void> {
  await run(client, 'chunks/fail-chunk', [chunkId, toJson(error), worker]);
}

/** Files with chunks that wait to be tried again, and the reason of the latest. */
export async function waitingFiles(client: Client): Promise<WaitingFile[]> {
  return (await run(client, 'chunks/waiting-chunks', [])).map(toWaiting);
}

/** Committed chunks of files that have not ended. */
export async function unendedChunks(client: Client): Promise<number[]> {
  return (await run(client, 'chunks/unended-chunks', [])).map((row) => row.chunk_id);
}
