/**
 * The ledger's part of doing many small files at once. Each function is a statement or a transaction for all
 * of them, and leaves out those that need a second look: these go the way of a single file.
 */
import type pg from 'pg';
import { inTransaction } from '../platform/database/transaction.ts';
import type { ChunkJob, FileLayout, Receipt } from '../platform/types.ts';
import { toJson } from './json.ts';
import type { NewFile } from './requests.ts';
import {
  type LedgerChunk,
  type LedgerFile,
  type LedgerPart,
  toChunk,
  toChunkJob,
  toFile,
  toPart,
} from './rows.ts';
import { sql } from './sql.ts';

/** A file that landed. */
export type Landed = Pick<NewFile, 'dataset' | 'name' | 'url' | 'bytes' | 'fingerprint'>;

/** What a file of one chunk is planned with. */
export interface SmallPlan {
  readonly fileId: number;
  readonly contentHash: string;
  readonly layout: FileLayout;
}

/** What the ledger knows of one file. */
export interface FileAccount {
  readonly file: LedgerFile;
  readonly chunks: LedgerChunk[];
  readonly parts: LedgerPart[];
  readonly rejectsByCode: Record<string, number>;
}

/** See Ledger.landFiles. `files`: no two of the same address. */
export async function landFiles(
  pool: pg.Pool,
  scope: string,
  files: readonly Landed[],
): Promise<LedgerFile[]> {
  const columns = (['dataset', 'name', 'url', 'bytes', 'fingerprint'] as const).map((name) =>
    files.map((file) => file[name]),
  );
  return (await pool.query(sql('files/land-files'), [...columns, scope])).rows.map(toFile);
}

/**
 * Ledger.planFile for many files of one dataset that are one chunk each: the chunk jobs of those that could
 * be planned. `plans`: no two of the same content or name. Throws where another process plans the same
 * content at the same moment; then nothing is planned.
 */
export async function planGroup(
  pool: pg.Pool,
  { dataset, definitionVersion }: Pick<ChunkJob, 'dataset' | 'definitionVersion'>,
  plans: readonly SmallPlan[],
): Promise<ChunkJob[]> {
  const columns = (some: readonly SmallPlan[]) => [
    some.map(({ fileId }) => fileId),
    some.map(({ contentHash }) => contentHash),
  ];
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query(sql('groups/lock-group'), columns(plans));
    const free = new Set(rows.map((row) => row.file_id));
    const planned = plans.filter(({ fileId }) => free.has(fileId));
    if (planned.length === 0) return [];
    const layouts = planned.map(({ layout }) => toJson(layout));
    const chunks = await client.query(sql('groups/plan-group'), [
      definitionVersion,
      ...columns(planned),
      layouts,
    ]);
    return chunks.rows.map((row) => toChunkJob(toChunk(row), { dataset, definitionVersion }));
  });
}

/** What the ledger has of these files. Not of one moment: nothing changes any more once all chunks have ended. */
export async function fileAccounts(pool: pg.Pool, fileIds: readonly number[]): Promise<FileAccount[]> {
  const ask = async (statement: string) => (await pool.query(statement, [fileIds])).rows;
  const [files, chunks, parts, rejects] = await Promise.all([
    ask(sql('groups/group-files')),
    ask(sql('groups/group-chunks')),
    ask(sql('groups/group-parts')),
    ask(sql('groups/group-reject-counts')),
  ]);
  const accounts = new Map<number, FileAccount>();
  for (const row of files)
    accounts.set(row.file_id, { file: toFile(row), chunks: [], parts: [], rejectsByCode: {} });
  for (const row of chunks) accounts.get(row.file_id)?.chunks.push(toChunk(row));
  for (const row of parts) accounts.get(row.file_id)?.parts.push(toPart(row));
  for (const row of rejects) {
    const account = accounts.get(row.file_id);
    if (account) account.rejectsByCode[row.code] = Number(row.count);
  }
  return [...accounts.values()];
}

/** Ends files of one chunk as done, in the caller's transaction; the ids of those that are. */
export async function finishGroup(client: pg.ClientBase, receipts: readonly Receipt[]): Promise<Set<number>> {
  const ids = receipts.map(({ fileId }) => fileId);
  const texts = receipts.map((receipt) => toJson(receipt));
  const { rows } = await client.query(sql('groups/finish-group'), [ids, texts]);
  return new Set(rows.map((row) => row.file_id));
}

/** Those of the files whose name another loaded file has. */
export async function versionedFiles(
  client: pg.ClientBase,
  fileIds: readonly number[],
): Promise<Set<number>> {
  const { rows } = await client.query(sql('files/versioned-files'), [fileIds]);
  return new Set(rows.map((row) => row.file_id));
}

/** Notes where files are about to be moved. Throws where another one is being moved to such a place; then none is. */
export async function noteMoves(
  pool: pg.Pool,
  moves: readonly { readonly fileId: number; readonly to: string }[],
): Promise<void> {
  const ids = moves.map(({ fileId }) => fileId);
  if (moves.length === 0) return;
  await pool.query(sql('archive/note-moves'), [ids, moves.map(({ to }) => to)]);
}

/** Stored files lie elsewhere by now. */
export async function noteMoved(
  pool: pg.Pool,
  moves: readonly { readonly from: string; readonly to: string; readonly fingerprint: string }[],
): Promise<void> {
  const columns = (['from', 'to', 'fingerprint'] as const).map((name) => moves.map((move) => move[name]));
  if (moves.length > 0) await pool.query(sql('archive/moved-files'), columns);
}
