/** The last statements of a chunk's transaction. */
import type pg from 'pg';
import type { RowCounts } from '../platform/progress/progress.ts';
import type { Part } from '../platform/types.ts';
import { storable } from './json.ts';
import type { Account, Accounts, LedgerReject } from './rows.ts';
import { sql } from './sql.ts';

/** Rejects and whose they are. */
export interface ChunkRejects {
  readonly chunkId: number;
  readonly fileId: number;
  readonly definitionVersion: string;
  readonly rejects: readonly LedgerReject[];
}

export interface ChunkCommit extends ChunkRejects {
  /** As claimChunk gave it. */
  readonly fencingToken: number;
  readonly rows: RowCounts;
  /** Of every sink that the chunk was written to, by its name. */
  readonly accounts: Readonly<Record<string, PreparedAccount>>;
}

/** A sink's account; with it, of the lake, the parts that the manifest is to list. */
export interface PreparedAccount extends Account {
  readonly parts?: readonly Part[];
}

/** Rejects in one statement: at 8 KiB of raw text each, 16 MiB at most. */
const rejectsPerStatement = 2000;

/** See Ledger.commitChunk. */
export async function commitChunk(client: pg.ClientBase, commit: ChunkCommit): Promise<boolean> {
  const { chunkId, fileId, fencingToken, rows } = commit;
  const counts = [rows.parsed, rows.loaded, rows.rejected, rows.deduplicated];
  const fenced = await client.query(sql('chunks/commit-chunk'), [
    chunkId,
    fileId,
    fencingToken,
    ...counts,
    storedAccounts(commit),
    partsOf(commit).length,
  ]);
  if (fenced.rowCount !== 1) return false;
  await addParts(client, [commit]);
  await addRejects(client, commit);
  return true;
}

/**
 * Commits the chunks of many files in the caller's transaction: all, or the answer is false and the caller
 * must roll back.
 */
export async function commitChunks(client: pg.ClientBase, commits: readonly ChunkCommit[]): Promise<boolean> {
  const counts = (['parsed', 'loaded', 'rejected', 'deduplicated'] as const).map((name) =>
    commits.map(({ rows }) => rows[name]),
  );
  const fenced = await client.query(sql('groups/commit-chunks'), [
    commits.map(({ chunkId }) => chunkId),
    commits.map(({ fileId }) => fileId),
    commits.map(({ fencingToken }) => fencingToken),
    ...counts,
    commits.map(storedAccounts),
    commits.map((commit) => partsOf(commit).length),
  ]);
  if (fenced.rowCount !== commits.length) return false;
  await addParts(client, commits);
  for (const commit of commits) await addRejects(client, commit);
  return true;
}

/** As JSON. Parts have rows of their own. */
function storedAccounts({ accounts }: ChunkCommit): string {
  const stored = Object.entries(accounts).map(([sink, { rows, bytes }]) => [sink, { rows, bytes }]);
  return JSON.stringify(Object.fromEntries(stored) satisfies Accounts);
}

function partsOf({ accounts }: ChunkCommit): Part[] {
  return Object.values(accounts).flatMap(({ parts = [] }) => parts);
}

async function addParts(client: pg.ClientBase, commits: readonly ChunkCommit[]): Promise<void> {
  const rows = commits.flatMap((commit) => {
    const { chunkId, fileId } = commit;
    return partsOf(commit).map((part) => ({ chunkId, fileId, ...part }));
  });
  if (rows.length === 0) return;
  const columns = (['chunkId', 'fileId', 'path', 'rows', 'bytes'] as const).map((name) =>
    rows.map((row) => row[name]),
  );
  await client.query(sql('parts/add-parts'), columns);
}

/** See Ledger.addRejects. */
export async function addRejects(client: pg.ClientBase, chunk: ChunkRejects): Promise<void> {
  for (let start = 0; start < chunk.rejects.length; start += rejectsPerStatement) {
    const rejects = chunk.rejects.slice(start, start + rejectsPerStatement);
    await client.query(sql('rejects/add-rejects'), [
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
