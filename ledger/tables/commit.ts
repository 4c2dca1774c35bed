/** The last statements of a chunk's transaction: only the latest claim of the chunk commits. */
import type pg from 'pg';
import type { RowCounts } from '../../platform/progress/progress.ts';
import { type Json, storable, toJson } from '../json.ts';
import type { Account, Accounts, LedgerReject, SharedWhole, WrittenPart } from '../rows.ts';
import { count, run } from '../statements/run.ts';
import { listShared } from './lake/compaction.ts';
import { addParts, type ChunkPart } from './lake/parts.ts';

/** Rejects, and the chunk that they belong to. */
export interface ChunkRejects {
  readonly chunkId: number;
  readonly fileId: number;
  readonly definitionVersion: string;
  readonly rejects: readonly LedgerReject[];
}

export interface ChunkCommit extends ChunkRejects {
  /** From claimChunk. */
  readonly fencingToken: number;
  readonly rows: RowCounts;
  /** Of every sink that the chunk was written to, by its name. */
  readonly accounts: Readonly<Record<string, PreparedAccount>>;
}

/** A sink's account; the lake's also has the parts for the manifest. */
export interface PreparedAccount extends Account {
  readonly parts?: readonly WrittenPart[];
}

/** Rejects in one statement: at 8 KiB of raw text each, 16 MiB at most. */
const rejectsPerStatement = 2000;

/**
 * Writes the chunk's part of the ledger inside the caller's transaction, which holds its facts.
 * False: fenced off (claimed again since, committed, or the file failed); the caller must roll back.
 * Call it last: the file's row is locked against a change of state until the transaction ends.
 */
export async function commitChunk(client: pg.ClientBase, commit: ChunkCommit): Promise<boolean> {
  const { chunkId, fileId, fencingToken, rows } = commit;
  const committed = await count(client, 'chunks/commit-chunk', [
    chunkId,
    fileId,
    fencingToken,
    rows.parsed,
    rows.loaded,
    rows.rejected,
    rows.deduplicated,
    storedAccounts(commit),
    partsOf(commit).length,
  ]);
  if (committed !== 1) return false;
  await addParts(client, partsOfChunks([commit]));
  await addRejects(client, commit);
  return true;
}

/**
 * commitChunk for the chunks of many files, and the parts that they share. False: at least one is fenced off, or somebody
 * has taken this process for dead and deleted such a part; the caller must roll back.
 */
export async function commitChunks(client: pg.ClientBase, commits: readonly ChunkCommit[]): Promise<boolean> {
  const committed = await count(client, 'groups/commit-chunks', [
    commits.map(({ chunkId }) => chunkId),
    commits.map(({ fileId }) => fileId),
    commits.map(({ fencingToken }) => fencingToken),
    commits.map(({ rows }) => rows.parsed),
    commits.map(({ rows }) => rows.loaded),
    commits.map(({ rows }) => rows.rejected),
    commits.map(({ rows }) => rows.deduplicated),
    commits.map(storedAccounts),
    commits.map((commit) => partsOf(commit).length),
  ]);
  if (committed !== commits.length || !(await listShared(client, sharedBy(commits)))) return false;
  await addParts(client, partsOfChunks(commits));
  for (const commit of commits) await addRejects(client, commit);
  return true;
}

/** As JSON. Parts have rows of their own. */
function storedAccounts({ accounts }: ChunkCommit): Json {
  const stored = Object.entries(accounts).map(([sink, { parts: _, ...account }]) => [sink, account]);
  return toJson(Object.fromEntries(stored) satisfies Accounts);
}

function partsOf({ accounts }: ChunkCommit): WrittenPart[] {
  return Object.values(accounts).flatMap(({ parts = [] }) => parts);
}

/** Each part once. */
function sharedBy(commits: readonly ChunkCommit[]): SharedWhole[] {
  const shared = new Map<number, SharedWhole>();
  for (const commit of commits)
    for (const part of partsOf(commit)) if (part.shared) shared.set(part.shared.sharedId, part.shared);
  return [...shared.values()];
}

function partsOfChunks(commits: readonly ChunkCommit[]): ChunkPart[] {
  return commits.flatMap((commit) => {
    const { chunkId, fileId } = commit;
    return partsOf(commit).map((part) => ({ chunkId, fileId, ...part }));
  });
}

/**
 * Writes rejects of a chunk before it commits, inside the caller's transaction: for a chunk that has
 * more of them than are kept in memory. commitChunk adds the rest.
 */
export async function addRejects(client: pg.ClientBase, chunk: ChunkRejects): Promise<void> {
  for (let start = 0; start < chunk.rejects.length; start += rejectsPerStatement) {
    const rejects = chunk.rejects.slice(start, start + rejectsPerStatement);
    await run(client, 'rejects/add-rejects', [
      chunk.fileId,
      chunk.chunkId,
      chunk.definitionVersion,
      rejects.map((reject) => reject.byteOffset),
      rejects.map((reject) => reject.byteLength),
      rejects.map((reject) => reject.line),
      rejects.map((reject) => reject.column),
      rejects.map((reject) => reject.code),
      rejects.map((reject) => storable(reject.message)),
      rejects.map((reject) => storable(reject.raw)),
    ]);
  }
}
