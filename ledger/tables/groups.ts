/**
 * Several files at once: a file and its children, or many small files. For these, each function is one statement or
 * transaction for all of them, and leaves out those that need a second look: they are handled one by one.
 */
import type pg from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { toJson } from '../json.ts';
import {
  type Claim,
  type LedgerChunk,
  type LedgerFile,
  type LedgerPart,
  toChunk,
  toChunkJob,
  toClaim,
  toPart,
} from '../rows.ts';
import { type Client, run } from '../statements/run.ts';
import { runFiles, storedEnd } from '../statements/stored-files.ts';

/** What a file of one chunk is planned with. */
export interface SmallPlan {
  readonly fileId: number;
  readonly contentHash: string;
  readonly layout: FileLayout;
}

export interface FileChunks {
  readonly file: LedgerFile;
  readonly chunks: LedgerChunk[];
}

/** What a file has on record: its parts in the manifest, and how many rejects of each code. */
export interface FileOutput {
  readonly parts: LedgerPart[];
  readonly rejectsByCode: Record<string, number>;
}

/**
 * planFile for many files of one dataset that have one chunk each. Returns the chunk jobs of those that could
 * be planned. `plans`: no two of the same content or name. Throws where another process plans the same
 * content at the same moment; then nothing is planned.
 */
export async function planGroup(
  pool: pg.Pool,
  { dataset, definitionVersion }: Pick<ChunkJob, 'dataset' | 'definitionVersion'>,
  plans: readonly SmallPlan[],
): Promise<ChunkJob[]> {
  return inTransaction(pool, async (client) => {
    const free = new Set(
      (await run(client, 'groups/lock-group', [idsOf(plans), hashesOf(plans)])).map((row) => row.file_id),
    );
    const planned = plans.filter(({ fileId }) => free.has(fileId));
    if (planned.length === 0) return [];
    const chunks = await run(client, 'groups/plan-group', [
      definitionVersion,
      idsOf(planned),
      hashesOf(planned),
      planned.map(({ layout }) => toJson(layout)),
    ]);
    return chunks.map((row) => toChunkJob(toChunk(row), { dataset, definitionVersion }));
  });
}

function idsOf(plans: readonly SmallPlan[]): number[] {
  return plans.map(({ fileId }) => fileId);
}

function hashesOf(plans: readonly SmallPlan[]): string[] {
  return plans.map(({ contentHash }) => contentHash);
}

/**
 * Claims chunks for a group, of files that have one chunk each: those that no worker has, and that no worker was
 * lost with. The result is by chunk id; the others are claimed one by one.
 */
export async function claimChunks(
  client: Client,
  chunkIds: readonly number[],
  worker: string,
): Promise<Map<number, Claim>> {
  const rows = await run(client, 'groups/claim-chunks', [chunkIds, worker]);
  return new Map(rows.map((row) => [row.chunk_id, toClaim(row)]));
}

/** Gives back the chunks of a group that the worker has claimed and not committed. */
export async function releaseChunks(
  client: Client,
  chunkIds: readonly number[],
  worker: string,
): Promise<void> {
  await run(client, 'groups/release-chunks', [chunkIds, worker]);
}

/** A file and, after it, its children: no files if there is no such file. */
export async function withChildren(client: Client, fileId: number): Promise<LedgerFile[]> {
  return await runFiles(client, 'groups/with-children', [fileId]);
}

/** As withChildren, locked against any change of their states until the caller's transaction ends. */
export async function lockWithChildren(client: pg.ClientBase, fileId: number): Promise<LedgerFile[]> {
  return await runFiles(client, 'groups/lock-with-children', [fileId]);
}

/** These files by id, each with its chunks by number. */
export async function filesAndChunks(client: Client, fileIds: readonly number[]): Promise<FileChunks[]> {
  const [files, chunks] = await Promise.all([
    runFiles(client, 'groups/group-files', [fileIds]),
    run(client, 'groups/group-chunks', [fileIds]),
  ]);
  const found = new Map(files.map((file) => [file.fileId, { file, chunks: [] as LedgerChunk[] }]));
  for (const row of chunks) found.get(row.file_id)?.chunks.push(toChunk(row));
  return [...found.values()];
}

/** Of each of these files, in their order. Ask when all chunks have ended: then nothing of it changes. */
export async function partsAndRejects(client: Client, fileIds: readonly number[]): Promise<FileOutput[]> {
  const [parts, rejects] = await Promise.all([
    run(client, 'groups/group-parts', [fileIds]),
    run(client, 'groups/group-reject-counts', [fileIds]),
  ]);
  const outputs = new Map(fileIds.map((id): [number, FileOutput] => [id, { parts: [], rejectsByCode: {} }]));
  for (const row of parts) outputs.get(row.file_id)!.parts.push(toPart(row));
  for (const row of rejects) outputs.get(row.file_id)!.rejectsByCode[row.code] = row.count;
  return [...outputs.values()];
}

/** A file that was loaded into several datasets: in one of them, and how it is there. */
export interface FamilyMember {
  readonly fileId: number;
  readonly dataset: string;
  readonly state: LedgerFile['state'];
}

/** The files with which these were loaded into other datasets: each parent with its children. */
export async function families(client: Client, fileIds: readonly number[]): Promise<FamilyMember[][]> {
  const found = new Map<number, FamilyMember[]>();
  for (const { root, file_id: fileId, ...rest } of await run(client, 'groups/families', [fileIds])) {
    const members = found.get(root) ?? [];
    found.set(root, members);
    members.push({ fileId, ...rest });
  }
  return [...found.values()];
}

/** A file that is to be done. */
export interface FileEnd {
  /** As it is while it is loaded. */
  readonly file: LedgerFile;
  readonly receipt: Receipt;
}

/** Ends files of one chunk each as done, in the caller's transaction. Returns the ids of those that it has ended. */
export async function finishGroup(client: pg.ClientBase, ended: readonly FileEnd[]): Promise<Set<number>> {
  const stored = ended.map(({ file, receipt }) => storedEnd(file, receipt));
  const rows = await run(client, 'groups/finish-group', [
    ended.map(({ file }) => file.fileId),
    stored.map(({ receipt }) => receipt),
    stored.map(({ commonId }) => commonId),
    stored.map(({ common }) => common),
  ]);
  return new Set(rows.map((row) => row.file_id));
}
