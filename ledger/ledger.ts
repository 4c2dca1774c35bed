/**
 * The ledger: what has happened to each file and chunk, and the one source of truth. Its states and
 * the ways between them are drawn in ddl/migrations/0001-ledger.sql; each statement is a file of
 * ddl/statements. Every change of state is announced on the channel `landfall_change`.
 */

import type pg from 'pg';
import type { RangeScan } from '../kernel/types.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { crashPoint } from '../platform/errors/crash-points.ts';
import { LandfallError } from '../platform/errors/errors.ts';
import {
  type FileProgress,
  isFinished,
  type RejectSample,
  type Totals,
} from '../platform/progress/progress.ts';
import type { ChunkJob, FileLayout, Receipt, ScanJob, StreamScan } from '../platform/types.ts';
import { claimChunk, endHolders } from './claim.ts';
import { addRejects, type ChunkCommit, type ChunkRejects, commitChunk, commitChunks } from './commit.ts';
import { type Landed, landFiles } from './groups.ts';
import { toJson } from './json.ts';
import { takeRejects } from './rejects.ts';
import type { Claim, FileChange, FileFilter, FilePlan, NewFile } from './requests.ts';
import {
  type ErrorDescription,
  type LedgerChunk,
  type LedgerFile,
  type LedgerFileState,
  type LedgerPart,
  type LedgerScan,
  type Row,
  type StoredReject,
  toChunk,
  toChunkJob,
  toFile,
  toPart,
  toProgress,
  toReject,
  toRejectSample,
  toScan,
  toTotals,
  toWaiting,
  type WaitingFile,
} from './rows.ts';
import { sql } from './sql.ts';

import { forgetKeys } from './unique.ts';

export type { ChunkCommit, PreparedAccount } from './commit.ts';
export type { Claim, FileChange, FileFilter, FilePlan, NewFile, PlannedChunk } from './requests.ts';
export type {
  Account,
  Accounts,
  ErrorDescription,
  LedgerChunk,
  LedgerFile,
  LedgerFileState,
  LedgerPart,
  LedgerReject,
  LedgerScan,
  StoredReject,
  WaitingFile,
} from './rows.ts';

/** The channel of changes. Payload: {"fileId", "kind": "file" | "chunk", "chunkNumber"?: of a commit}. */
export const changeChannel = 'landfall_change';

/** Finished files that count as recent. */
const recentFiles = 100;

export class Ledger {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** Keeps a definition under its version, as it was last used (see definition.ts). */
  async saveDefinition(version: string, dataset: string, definition: unknown): Promise<void> {
    await this.run('definitions/save-definition', [version, dataset, toJson(definition)]);
  }

  /** Notes a landed file. One that is in flight already (same scope, url, fingerprint) is returned as it is. */
  async addFile(file: NewFile): Promise<LedgerFile> {
    const { dataset, name, url, scope, origin, bytes, fingerprint, link } = file;
    const known = [dataset, name, url, scope, origin, bytes, fingerprint];
    return toFile((await this.run('files/add-file', [...known, link?.kind, link?.fileId]))[0]);
  }

  /** As addFile, for files of the landing folder; not those that have ended and are just being put away. */
  landFiles(scope: string, files: readonly Landed[]): Promise<LedgerFile[]> {
    return landFiles(this.pool, scope, files);
  }

  /** Takes a noted file back if it was put away under an earlier number; says whether it was. */
  async forgetFile(fileId: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(sql('files/forget-file'), [fileId]);
    return rowCount === 1;
  }

  async file(fileId: number): Promise<LedgerFile | null> {
    const [row] = await this.run('files/file', [fileId]);
    return row ? toFile(row) : null;
  }

  /** Files in the order in which they landed. */
  async files(filter: FileFilter = {}): Promise<LedgerFile[]> {
    const { dataset, scope, name, url, states, limit } = filter;
    return (await this.run('files/files', [dataset, scope, name, url, states, limit ?? 10_000])).map(toFile);
  }

  /** Files of a scope that have not ended, in the order in which they landed. */
  async unfinishedFiles(scope: string): Promise<LedgerFile[]> {
    const states = ['discovered', 'scanning', 'loading', 'finalising'] as const;
    return this.files({ scope, states, limit: 1_000_000 });
  }

  /** Moves a discovered file on to scanning. Nothing where it is past that. */
  async startScan(fileId: number, definitionVersion: string, layout: FileLayout): Promise<void> {
    await this.run('scans/start-scan', [fileId, definitionVersion, toJson(layout)]);
  }

  /** Keeps what a worker found in the pieces of one range, or in a whole stream; a repeat replaces it. */
  async saveScan(
    job: ScanJob,
    blockHashes: Buffer,
    result: readonly RangeScan[] | StreamScan,
  ): Promise<void> {
    const { fileId, number, byteStart, byteEnd } = job;
    await this.run('scans/save-scan', [fileId, number, byteStart, byteEnd, blockHashes, toJson(result)]);
  }

  /** Scans of a file by number. */
  async scans(fileId: number): Promise<LedgerScan[]> {
    return (await this.run('scans/scans', [fileId])).map(toScan);
  }

  /** Another file of the dataset with these bytes that is loaded or being loaded. */
  async findContent(dataset: string, contentHash: string, exceptFileId: number): Promise<LedgerFile | null> {
    const [row] = await this.run('files/find-content', [dataset, contentHash, exceptFileId]);
    return row ? toFile(row) : null;
  }

  /**
   * Writes a file's plan and moves it on to loading, in one transaction. A second call returns the plan
   * that is stored. For a file that is finished nothing is planned: the result is what was planned before.
   * @throws LandfallError LF_FILE_DUPLICATE when a file with the same content was planned since
   *   findContent was asked; ask again. LF_CORRECTION_ORIGINAL, LF_CORRECTION_TAKEN, LF_CORRECTION_UNKNOWN: see takeRejects
   */
  async planFile(fileId: number, plan: FilePlan): Promise<ChunkJob[]> {
    return inTransaction(this.pool, async (client) => {
      const [row] = (await client.query(sql('files/lock-file'), [fileId])).rows;
      if (!row) throw new LandfallError('LF_FILE_UNKNOWN', { file: fileId });
      let file = toFile(row);
      if (file.state === 'discovered' || file.state === 'scanning')
        file = await this.writePlan(client, file, plan);
      const chunks = (await client.query(sql('chunks/chunks'), [fileId])).rows.map(toChunk);
      const { dataset, definitionVersion } = file;
      return chunks.map((chunk) =>
        toChunkJob(chunk, { dataset, definitionVersion: definitionVersion ?? '' }),
      );
    });
  }

  /**
   * Takes a chunk for a worker; an earlier claim of it can no longer commit, and a transaction that one
   * has left open is ended. Null: the chunk is committed already or failed, or its file is not being
   * loaded any more; with `again`, also where another worker has taken it since.
   */
  async claimChunk(
    chunkId: number,
    worker: string,
    options: { again?: boolean } = {},
  ): Promise<Claim | null> {
    const row = await claimChunk(this.pool, [chunkId, worker, options.again ?? false]);
    return row ? toClaim(row) : null;
  }

  /**
   * Takes chunks of files that have one, for a group: those that nobody has and that no worker was lost to.
   * The result is by chunk id; the others are to be taken one by one.
   */
  async claimChunks(chunkIds: readonly number[], worker: string): Promise<Map<number, Claim>> {
    const rows = await this.run('groups/claim-chunks', [chunkIds, worker]);
    return new Map(rows.map((row) => [row.chunk_id, toClaim(row)]));
  }

  /** Gives chunks of a group back that the worker has taken and not committed. */
  async releaseChunks(chunkIds: readonly number[], worker: string): Promise<void> {
    await this.run('groups/release-chunks', [chunkIds, worker]);
  }

  /** Says why the worker that has a chunk did not get on with it. It `keeps` it, or gives it back. */
  async releaseChunk(
    chunkId: number,
    worker: string,
    { error, keeps }: { error?: ErrorDescription; keeps: boolean },
  ): Promise<void> {
    await this.run('chunks/release-chunk', [chunkId, worker, json(error), keeps]);
  }

  /** Ends the transactions in which workers still load these chunks: nothing of them is to be committed. */
  async endChunks(chunkIds: readonly number[]): Promise<void> {
    await endHolders(this.pool, chunkIds);
  }

  /**
   * Writes the chunk's part of the ledger inside the caller's transaction, which holds its facts.
   * False: fenced off (claimed again since, committed, or the file failed); the caller must roll back.
   * Call it last: the file's row is locked against a change of state until the transaction ends.
   */
  commitChunk(client: pg.ClientBase, commit: ChunkCommit): Promise<boolean> {
    return commitChunk(client, commit);
  }

  /** commitChunk for the chunks of many files: all of them, or false. */
  commitChunks(client: pg.ClientBase, commits: readonly ChunkCommit[]): Promise<boolean> {
    return commitChunks(client, commits);
  }

  /**
   * Writes rejects of a chunk before it commits, inside the caller's transaction: for a chunk that has
   * more of them than are kept in memory. Those given to commitChunk come on top.
   */
  addRejects(client: pg.ClientBase, chunk: ChunkRejects): Promise<void> {
    return addRejects(client, chunk);
  }

  /** Gives a planned chunk up for good; with `worker`, unless another has taken it over since. */
  async failChunk(chunkId: number, error: ErrorDescription, worker?: string): Promise<void> {
    await this.run('chunks/fail-chunk', [chunkId, toJson(error), worker]);
  }

  /** Files with chunks that wait to be tried again, and the reason of the latest. */
  async waitingFiles(): Promise<WaitingFile[]> {
    return (await this.run('chunks/waiting-chunks', [])).map(toWaiting);
  }

  async chunks(fileId: number): Promise<LedgerChunk[]> {
    return (await this.run('chunks/chunks', [fileId])).map(toChunk);
  }

  /** The file's parts in the manifest, by path. */
  async parts(fileId: number): Promise<LedgerPart[]> {
    return (await this.run('parts/parts', [fileId])).map(toPart);
  }

  /** Rejects in the order of the file's bytes. */
  async rejects(fileId: number, options: { limit?: number } = {}): Promise<StoredReject[]> {
    return (await this.run('rejects/rejects', [fileId, options.limit ?? 1000])).map(toReject);
  }

  async rejectCounts(fileId: number): Promise<Record<string, number>> {
    const rows = await this.run('rejects/reject-counts', [fileId]);
    return Object.fromEntries(rows.map((row) => [row.code, Number(row.count)]));
  }

  /** The newest rejects of all files, newest first. */
  async recentRejects(limit: number): Promise<(RejectSample & { readonly rejectId: number })[]> {
    return (await this.run('rejects/recent-rejects', [limit])).map(toRejectSample);
  }

  /** Progress of these files, or of all unfinished and the recently finished ones, in order of landing. */
  async fileProgress(fileIds: readonly number[] | 'recent'): Promise<FileProgress[]> {
    const asked = fileIds === 'recent' ? await this.recentIds(this.pool) : fileIds;
    return asked.length === 0 ? [] : (await this.run('files/file-progress', [asked])).map(toProgress);
  }

  /** Sums over all files. */
  async totals(): Promise<Totals> {
    return toTotals((await this.run('files/totals', [[]]))[0]);
  }

  /** All unfinished and the recently finished files, and the sums over all others, at one moment. */
  async recentProgress(): Promise<{ files: FileProgress[]; base: Totals }> {
    return inTransaction(this.pool, async (client) => {
      await client.query('set transaction isolation level repeatable read, read only');
      const ids = await this.recentIds(client);
      const files = (await client.query(sql('files/file-progress'), [ids])).rows.map(toProgress);
      const base = toTotals((await client.query(sql('files/totals'), [ids])).rows[0]);
      return { files, base };
    });
  }

  /**
   * Moves a file on. A finished file stays done, failed, duplicate or undone; its url and the like may change.
   * False: there is no such file, or it is finished in another way.
   */
  async setFileState(fileId: number, state: LedgerFileState, change: FileChange = {}): Promise<boolean> {
    return changeFile(this.pool, fileId, state, change);
  }

  /** Ends a file with its receipt, in the caller's transaction where one is given. False as with setFileState. */
  async finishFile(
    fileId: number,
    receipt: Receipt,
    state: 'done' | 'failed' | 'duplicate',
    client: pg.Pool | pg.ClientBase = this.pool,
  ): Promise<boolean> {
    return changeFile(client, fileId, state, receipt.error ? { receipt, error: receipt.error } : { receipt });
  }

  /** Files that come from a file, in the order in which they landed. */
  async linkedFiles(fileId: number): Promise<LedgerFile[]> {
    return (await this.run('files/linked-files', [fileId])).map(toFile);
  }

  /**
   * Fails a file and takes it out of the accounts, in the caller's transaction: its parts leave the
   * manifest, its committed chunks no longer count as loaded, its rejects stay on record and
   * those that it had taken over wait again. From here on no chunk of it commits; delete its facts after this call, before the transaction ends.
   * @returns why it has failed: of two who fail it at once, the first one's reason. Null: it has ended otherwise,
   * and nothing has changed
   */
  async failFile(
    client: pg.ClientBase,
    fileId: number,
    error: ErrorDescription,
  ): Promise<ErrorDescription | null> {
    const [file] = (await client.query(sql('files/lock-file'), [fileId])).rows;
    if (file !== undefined && file.state !== 'failed' && isFinished(file.state)) return null;
    await client.query(sql('chunks/unload-chunks'), [fileId]);
    await client.query(sql('parts/unload-parts'), [fileId]);
    await client.query(sql('rejects/release-rejects'), [[fileId]]);
    // Those of a replay are the same rows as the ones that wait again.
    if (file?.link === 'replays') await client.query(sql('rejects/undo-rejects'), [[fileId]]);
    await forgetKeys(client, [fileId]);
    const reason: ErrorDescription = (file?.state === 'failed' && file.error) || error;
    await changeFile(client, fileId, 'failed', { error: reason });
    return reason;
  }

  private async writePlan(client: pg.ClientBase, file: LedgerFile, plan: FilePlan): Promise<LedgerFile> {
    const { contentHash, definitionVersion, layout, chunks } = plan;
    const change = [file.fileId, contentHash, definitionVersion, toJson(layout), chunks.length];
    await client.query(sql('files/plan-file'), change).catch((cause) => {
      if (cause.constraint !== 'file_by_content') throw cause;
      throw new LandfallError('LF_FILE_DUPLICATE', { file: file.name }, { cause });
    });
    const columns = (['number', 'byteStart', 'byteEnd', 'lineStart'] as const).map((name) =>
      chunks.map((chunk) => chunk[name]),
    );
    const unpacked = (['unpackedStart', 'unpackedEnd'] as const).map((name) =>
      chunks.map((chunk) => chunk[name] ?? null),
    );
    const entries = (['name', 'line'] as const).map((name) =>
      chunks.map(({ entry }) => entry?.[name] ?? null),
    );
    await client.query(sql('chunks/plan-chunks'), [file.fileId, ...columns, ...unpacked, ...entries]);
    if (plan.link)
      await client.query(sql('files/link-file'), [file.fileId, plan.link.kind, plan.link.fileId]);
    if (plan.takes) {
      await takeRejects(client, file, { from: plan.link!.fileId, byteOffsets: plan.takes });
      crashPoint('plan.rejects-taken');
    }
    return { ...file, definitionVersion };
  }

  private async recentIds(client: pg.Pool | pg.ClientBase): Promise<number[]> {
    return (await client.query(sql('files/recent-files'), [recentFiles])).rows.map((row) => row.file_id);
  }

  private async run(name: string, values: unknown[]): Promise<Row[]> {
    return (await this.pool.query(sql(name), values)).rows;
  }
}

function toClaim(row: Row): Claim {
  const { fencing_token: fencingToken, lost, line_start: lineStart, rejected_so_far: rejectedSoFar } = row;
  const { unpacked_start: start, unpacked_end: end } = row;
  return {
    fencingToken,
    lost,
    lineStart: Number(lineStart),
    ...(start !== null && { unpacked: { start: Number(start), end: Number(end) } }),
    rejectedSoFar: Number(rejectedSoFar),
    file: toFile(row),
  };
}

async function changeFile(
  client: pg.Pool | pg.ClientBase,
  fileId: number,
  state: LedgerFileState,
  change: FileChange,
): Promise<boolean> {
  const { url, error, receipt, duplicateOf, contentHash, definitionVersion, layout } = change;
  const values = [url, json(error), json(receipt), duplicateOf, contentHash, definitionVersion, json(layout)];
  const { rowCount } = await client.query(sql('files/set-file-state'), [fileId, state, ...values]);
  return rowCount === 1;
}

function json(value: unknown): string | undefined {
  return value === undefined ? undefined : toJson(value);
}
