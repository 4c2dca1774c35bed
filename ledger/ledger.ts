/**
 * The ledger: what has happened to each file and chunk, and the one source of truth. states.ts has the states
 * and the transitions between them. Every change of state is announced on the channel `landfall_change`.
 *
 * What can be asked of the ledger is in the modules of tables/, and each statement that they run is a file of
 * ddl/statements. This class binds to a pool what most of Landfall needs.
 */

import type pg from 'pg';
import type { RangeScan } from '../kernel/types.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import type { Receipt } from '../platform/file-receipt.ts';
import type { FileLayout } from '../platform/layout.ts';
import type { FileProgress, LoadSpan, MartReport, Totals } from '../platform/progress/progress.ts';
import type { ChunkJob, ScanJob } from '../platform/queue/contract.ts';
import type { StreamScan } from '../platform/stream-scan.ts';
import { saveDefinition } from './definition.ts';
import type { FileChange, FileFilter, FilePlan, NewFile } from './requests.ts';
import type {
  Claim,
  ErrorDescription,
  LedgerChunk,
  LedgerFile,
  LedgerPart,
  LedgerScan,
  StoredReject,
  WaitingFile,
} from './rows.ts';
import { storedEnd } from './statements/stored-files.ts';
import { unfinishedStates } from './states.ts';
import * as chunks from './tables/chunks.ts';
import {
  addRejects,
  type ChunkCommit,
  type ChunkRejects,
  commitChunk,
  commitChunks,
} from './tables/commit.ts';
import { type EndpointReport, endpointReports, noteFileEvents, type Wanting } from './tables/deliveries.ts';
import * as files from './tables/files.ts';
import * as groups from './tables/groups.ts';
import { partsOf } from './tables/lake/parts.ts';
import * as marts from './tables/marts.ts';
import { type OnChild, planFile } from './tables/plan.ts';
import * as progress from './tables/progress.ts';
import * as rejects from './tables/rejects.ts';
import * as scans from './tables/scans.ts';
import { failFile, noteFailure } from './tables/undo.ts';

export type { ChildPlan, FileChange, FileFilter, FilePlan, NewFile, PlannedChunk } from './requests.ts';
export type {
  Account,
  Accounts,
  Claim,
  ErrorDescription,
  LedgerChunk,
  LedgerFile,
  LedgerFileState,
  LedgerPart,
  LedgerReject,
  LedgerScan,
  OpenReject,
  StoredReject,
  WaitingFile,
} from './rows.ts';
export type { ChunkCommit, PreparedAccount } from './tables/commit.ts';

/**
 * The channel of changes. Payload: {"fileId", "kind": "file" | "chunk", "chunkNumber"?: of a commit}, or {"kind": "mart"}:
 * a mart fails, or no longer does.
 */
export const changeChannel = 'landfall_change';

/** How a file ends with a receipt. */
const endings = { done: 'finish', failed: 'unload', duplicate: 'duplicate' } as const;

export class Ledger {
  private readonly pool: pg.Pool;
  private readonly endpoints: readonly Wanting[];

  /** `endpoints`: of webhooks, which are told of files that end. */
  constructor(pool: pg.Pool, endpoints: readonly Wanting[] = []) {
    this.pool = pool;
    this.endpoints = endpoints;
  }

  /** Keeps a definition under its version, as it was last used. */
  saveDefinition(version: string, dataset: string, definition: unknown): Promise<void> {
    return saveDefinition(this.pool, version, dataset, definition);
  }

  /** Notes a landed file. One that is in flight already (same scope, url, fingerprint) is returned as it is. */
  addFile(file: NewFile): Promise<LedgerFile> {
    return files.addFile(this.pool, file);
  }

  /** As addFile, for files of the landing folder; not those that have ended and are just being put away. */
  landFiles(scope: string, landed: readonly files.Landed[]): Promise<LedgerFile[]> {
    return files.landFiles(this.pool, scope, landed);
  }

  /** Takes a noted file back if it was put away under an earlier number; says whether it was. */
  forgetFile(fileId: number): Promise<boolean> {
    return files.forgetFile(this.pool, fileId);
  }

  file(fileId: number): Promise<LedgerFile | null> {
    return files.fileOf(this.pool, fileId);
  }

  /** A file and, after it, its children: no files if there is no such file. */
  withChildren(fileId: number): Promise<LedgerFile[]> {
    return groups.withChildren(this.pool, fileId);
  }

  /** Files in the order in which they landed. */
  files(filter: FileFilter = {}): Promise<LedgerFile[]> {
    return files.filesLike(this.pool, filter);
  }

  /** The highest number of a file; 0 where there is none. */
  newestFile(): Promise<number> {
    return files.newestFile(this.pool);
  }

  /** Files of a scope that have not ended, in the order in which they landed; without the children of files. */
  async unfinishedFiles(scope: string): Promise<LedgerFile[]> {
    const unfinished = await this.files({ scope, states: unfinishedStates, limit: 1_000_000 });
    return unfinished.filter(({ parentId }) => parentId === null);
  }

  /** What endpoints of webhooks have not been told. */
  refusedReports(): Promise<EndpointReport[]> {
    return endpointReports(this.pool);
  }

  /** Marts that cannot be refreshed, the longest first. */
  async failingMarts(): Promise<MartReport[]> {
    const failing = await marts.failingMarts(this.pool);
    return failing.map(({ dataset, name, since, error }) => {
      return { dataset, name, since: since.toISOString(), ...error! };
    });
  }

  /** Files of a dataset that landed since a time; see arrivalsSince of files.ts for those that are left out. */
  arrivals(dataset: string, since: Date): Promise<files.Arrival[]> {
    return files.arrivalsSince(this.pool, dataset, since);
  }

  /** Files that come from a file, in the order in which they landed. */
  linkedFiles(fileId: number): Promise<LedgerFile[]> {
    return files.linkedFiles(this.pool, fileId);
  }

  /** Another file of the dataset with these bytes that is loaded or being loaded. */
  findContent(dataset: string, contentHash: string, exceptFileId: number): Promise<LedgerFile | null> {
    return files.findContent(this.pool, dataset, contentHash, exceptFileId);
  }

  /** Moves a discovered file on to scanning. Nothing where it is past that. */
  startScan(fileId: number, definitionVersion: string, layout: FileLayout): Promise<void> {
    return scans.startScan(this.pool, fileId, definitionVersion, layout);
  }

  /** Keeps what a worker found in the pieces of one range, or in a whole stream; a repeat replaces it. */
  saveScan(job: ScanJob, blockHashes: Buffer, result: readonly RangeScan[] | StreamScan): Promise<void> {
    return scans.saveScan(this.pool, job, blockHashes, result);
  }

  /** Scans of a file by number. */
  scans(fileId: number): Promise<LedgerScan[]> {
    return scans.scansOf(this.pool, fileId);
  }

  /** Writes the plan of a file and its children and moves them on to loading; see planFile of plan.ts. */
  planFile(fileId: number, plan: FilePlan, onChild?: OnChild): Promise<ChunkJob[]> {
    return planFile(this.pool, fileId, plan, onChild);
  }

  /** Takes a chunk for a worker: no earlier claim of it commits any more. Null: it is not to be had. */
  claimChunk(chunkId: number, worker: string, options: { again?: boolean } = {}): Promise<Claim | null> {
    return chunks.claimChunk(this.pool, chunkId, worker, options);
  }

  /** Takes chunks of files that have one, for a group: those that nobody has and that no worker was lost to. */
  claimChunks(chunkIds: readonly number[], worker: string): Promise<Map<number, Claim>> {
    return groups.claimChunks(this.pool, chunkIds, worker);
  }

  /** Gives chunks of a group back that the worker has taken and not committed. */
  releaseChunks(chunkIds: readonly number[], worker: string): Promise<void> {
    return groups.releaseChunks(this.pool, chunkIds, worker);
  }

  /** Says why the worker that has a chunk did not load it. It `keeps` it, or gives it back. */
  releaseChunk(
    chunkId: number,
    worker: string,
    outcome: { error?: ErrorDescription; keeps: boolean },
  ): Promise<void> {
    return chunks.releaseChunk(this.pool, chunkId, worker, outcome);
  }

  /** Ends the transactions in which workers still load these chunks: nothing of them is to be committed. */
  endChunks(chunkIds: readonly number[]): Promise<void> {
    return chunks.endHolders(this.pool, chunkIds);
  }

  /** Commits a chunk in the caller's transaction, as its last statements. False: fenced off; roll back. */
  commitChunk(client: pg.ClientBase, commit: ChunkCommit): Promise<boolean> {
    return commitChunk(client, commit);
  }

  /** commitChunk for the chunks of many files: all of them, or false. */
  commitChunks(client: pg.ClientBase, commits: readonly ChunkCommit[]): Promise<boolean> {
    return commitChunks(client, commits);
  }

  /** Writes rejects of a chunk before it commits, in its transaction: where it has more than are kept in memory. */
  addRejects(client: pg.ClientBase, chunk: ChunkRejects): Promise<void> {
    return addRejects(client, chunk);
  }

  /** Gives a planned chunk up for good; with `worker`, unless another has taken it over since. */
  failChunk(chunkId: number, error: ErrorDescription, worker?: string): Promise<void> {
    return chunks.failChunk(this.pool, chunkId, error, worker);
  }

  /** Files with chunks that wait to be tried again, and the reason of the latest. */
  waitingFiles(): Promise<WaitingFile[]> {
    return chunks.waitingFiles(this.pool);
  }

  /** Chunks of the file by number. */
  chunks(fileId: number): Promise<LedgerChunk[]> {
    return chunks.chunksOf(this.pool, fileId);
  }

  /** The file's parts in the manifest, by path. */
  parts(fileId: number): Promise<LedgerPart[]> {
    return partsOf(this.pool, fileId);
  }

  /** Rejects in the order of the file's bytes. */
  rejects(fileId: number, options: { limit?: number } = {}): Promise<StoredReject[]> {
    return rejects.rejectsOf(this.pool, fileId, options);
  }

  /** How many rejects the file has, by code. */
  rejectCounts(fileId: number): Promise<Record<string, number>> {
    return rejects.rejectCounts(this.pool, fileId);
  }

  /** The newest rejects of all files, newest first. */
  recentRejects(limit: number): Promise<rejects.RecentReject[]> {
    return rejects.recentRejects(this.pool, limit);
  }

  /** Progress of these files, or of all unfinished and the recently finished ones, in order of landing. */
  fileProgress(fileIds: readonly number[] | 'recent'): Promise<FileProgress[]> {
    return progress.fileProgress(this.pool, fileIds);
  }

  /** Sums over all files. */
  totals(): Promise<Totals> {
    return progress.totals(this.pool);
  }

  /** All unfinished and the recently finished files, and the sums over all others, at one moment. */
  recentProgress(): Promise<{ files: FileProgress[]; base: Totals }> {
    return progress.recentProgress(this.pool);
  }

  /** How long files took to load and to end. */
  loadSpans(fileIds: readonly number[]): Promise<LoadSpan[]> {
    return progress.loadSpans(this.pool, fileIds);
  }

  /** Moves a file, as states.ts has it. False: there is no such file, or its state refuses the event. */
  moveFile(fileId: number, event: files.Move, change: FileChange = {}): Promise<boolean> {
    return files.moveFile(this.pool, fileId, event, change);
  }

  /**
   * Ends a file with its receipt, in the caller's transaction where one is given. What webhooks are told of it is noted
   * in the same transaction. False as with moveFile.
   */
  async finishFile(
    fileId: number,
    receipt: Receipt,
    state: 'done' | 'failed' | 'duplicate',
    client?: pg.ClientBase,
  ): Promise<boolean> {
    const { error } = receipt;
    return this.end(fileId, state, error ? { receipt, error } : { receipt }, client);
  }

  /** finishFile for a file that is done, whose receipt is stored without what other files have too. */
  finishDone(client: pg.ClientBase, { file, receipt }: groups.FileEnd): Promise<boolean> {
    return this.end(file.fileId, 'done', { end: storedEnd(file, receipt) }, client);
  }

  private async end(
    fileId: number,
    state: keyof typeof endings,
    change: FileChange,
    client?: pg.ClientBase,
  ): Promise<boolean> {
    const end = async (within: pg.Pool | pg.ClientBase) => {
      const ended = await files.moveFile(within, fileId, endings[state], change);
      if (ended) await this.noteEnded(within, [fileId]);
      return ended;
    };
    if (client !== undefined) return end(client);
    return this.endpoints.length === 0 ? end(this.pool) : inTransaction(this.pool, end);
  }

  /** Ends files of one chunk each as done, in the caller's transaction; as finishFile. Returns those that it has ended. */
  async finishGroup(
    client: pg.ClientBase,
    accounted: readonly groups.FileEnd[],
  ): Promise<ReadonlySet<number>> {
    const ended = await groups.finishGroup(client, accounted);
    await this.noteEnded(client, [...ended]);
    return ended;
  }

  private async noteEnded(client: pg.Pool | pg.ClientBase, fileIds: readonly number[]): Promise<void> {
    if (this.endpoints.length > 0 && fileIds.length > 0)
      await noteFileEvents(client, fileIds, this.endpoints);
  }

  /** Puts on record why a file fails. From here on it is failing, and cannot be done. See noteFailure of undo.ts. */
  noteFailure(
    client: pg.Pool | pg.ClientBase,
    fileId: number,
    error: ErrorDescription,
    checks?: Receipt['checks'],
  ): Promise<void> {
    return noteFailure(client, fileId, error, checks);
  }

  /** Fails a file and removes it from the accounts, in the caller's transaction. See failFile of undo.ts. */
  failFile(client: pg.ClientBase, fileId: number, error: ErrorDescription): Promise<ErrorDescription | null> {
    return failFile(client, fileId, error);
  }
}
