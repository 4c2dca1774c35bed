/**
 * What a sink is: where a dataset's rows are written to. The lake and the Postgres star are two of them.
 *
 *   open ─▶ write … write ─▶ prepare ─▶ (the ledger's row) ─▶ publish ─▶ (commit)
 *             └──────────────────┴── abort, from anywhere before publish
 *
 * A chunk is written to every sink of its dataset. `prepare` makes its rows durable, where no reader sees them: in
 * staging, or in the chunk's transaction. Its account says what was written. When all sinks are prepared, the ledger
 * writes the chunk's row with the accounts in that transaction, which holds the row from then on; then every sink
 * publishes; then the transaction commits. The ledger alone commits. What was published and not committed is not
 * counted, and a repeat of the chunk overwrites it.
 */
import type pg from 'pg';
import type { Kernel } from '../kernel/types.ts';
import type { ChunkTransaction } from '../ledger/chunk-transaction.ts';
import type { StoredDefinition } from '../ledger/definition.ts';
import type { LedgerReject, PreparedAccount } from '../ledger/ledger.ts';
import type { LedgerChunk, LedgerFile, LedgerPart } from '../ledger/rows.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import type { Batch } from '../model/enrich/batch.ts';

export type { PreparedAccount as Account } from '../ledger/ledger.ts';

/** What is known of a sink without a connection to it. */
export interface SinkKind {
  /** The name under which the ledger keeps its accounts. Never changes. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Whether the definition writes to it. */
  takes(definition: StoredDefinition): boolean;
  /** SQL that makes what the dataset's rows need there: what `landfall ddl` prints. Empty where they need nothing. */
  ddl(dataset: CompiledDataset): readonly string[];
}

export interface Sink extends SinkKind {
  /**
   * Makes what the dataset's rows need there, before its first file, and alters what an earlier definition made.
   * Repeating it is harmless; processes that do it at the same time wait for each other. Throws what a person has to fix.
   */
  setUp(dataset: CompiledDataset): Promise<void>;
  /** Opens a chunk. Nothing is visible to readers before it commits. */
  open(chunk: ChunkToWrite & { readonly transaction: ChunkTransaction }): Promise<SinkChunk>;
  /** Opens a group: many small chunks of one dataset that commit together. */
  openGroup(dataset: CompiledDataset): SinkGroup;

  /**
   * What is there of each of the files. With `recount` every row is counted where it is; without, what the sink
   * counted while it wrote is believed as far as looking again would take long.
   */
  count(files: readonly FileToCount[], options: { readonly recount: boolean }): Promise<SinkCount[]>;
  /** Takes a file's rows out, in the transaction in which the ledger does: as far as a transaction can. */
  remove(client: pg.ClientBase, file: WrittenFile): Promise<void>;
  /** Removes the rest after that transaction. Repeating it is harmless; a file that was never there is no error. */
  sweep(file: Pick<LedgerFile, 'fileId' | 'dataset'>): Promise<void>;
  /**
   * Where the rows wait of a version that replaces another, until it is done. Without it readers do not see rows
   * of files that are not done, and nothing has to wait.
   */
  readonly versions?: SinkVersions;
}

export interface SinkVersions {
  /** Before the file is planned. Repeating it is harmless. */
  makeStaging(definition: StoredDefinition, file: LedgerFile): Promise<void>;
  /** In the transaction in which the file becomes done. */
  moveStaged(client: pg.ClientBase, definition: StoredDefinition, file: LedgerFile): Promise<void>;
  /** Drops what files that have ended no longer need. */
  dropStaging(): Promise<void>;
}

/** A file whose chunks were written, as far as they were, with this definition. */
export interface WrittenFile {
  readonly file: Pick<LedgerFile, 'fileId' | 'dataset'>;
  readonly definition: StoredDefinition;
  readonly chunkIds: readonly number[];
}

export interface FileToCount {
  readonly definition: StoredDefinition;
  readonly chunks: readonly LedgerChunk[];
  /** In the manifest. */
  readonly parts: readonly LedgerPart[];
}

export interface SinkCount {
  readonly rows: number;
  readonly bytes: number;
  /** Counts of these rows, each by what was counted. All must agree with the rows that the ledger says were loaded. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of a sink that keeps objects: what is missing or damaged, in words. */
  readonly faults?: readonly string[];
}

export interface Capabilities {
  /**
   * Its rows are part of the chunk's transaction: they appear with the commit, and not before. Without it they
   * appear when they are published, and the ledger says which of them count.
   */
  readonly transactional: boolean;
}

/** Where a chunk comes from, and what is lent to whoever writes it. */
export interface ChunkToWrite {
  readonly dataset: CompiledDataset;
  readonly file: Pick<LedgerFile, 'fileId' | 'name' | 'link'>;
  readonly chunkId: number;
  readonly chunkNumber: number;
  /** Number of this try. Two tries never write under the same staging name. */
  readonly fencingToken: number;
  /** The chunk's bytes in the file, or in what it unpacks to. */
  readonly byteStart: number;
  readonly byteEnd: number;
  /** Of the slot: no other chunk uses it meanwhile. */
  readonly kernel: Kernel;
  readonly stopwatch: { lap(stage: WriteStage): void };
  /** Gives the chunk back: what takes long ends with its reason. */
  readonly signal: AbortSignal;
}

/** What a sink's time is charged to. */
export type WriteStage = 'lake' | 'dimensions' | 'encode' | 'copy';

/** One chunk that is being written to a sink. Calls do not overlap, but for those of other sinks. */
export interface SinkChunk {
  /** Takes the batch's rows. The vectors may be overwritten when it settles. */
  write(batch: Batch): Promise<void>;
  /** Takes rows that were rejected, for a sink that shows them. The ledger has all of them in any case. */
  writeRejects?(rejects: readonly LedgerReject[]): Promise<void>;
  /** Makes all rows durable; what was written. In a group: completes the chunk in memory, or in staging. */
  prepare(): Promise<PreparedAccount>;
  /** Makes the chunk visible where that is not the commit's doing. Not called for a chunk of a group. */
  publish(): Promise<void>;
  /** Drops what is staged. Does not fail. Not called once `publish` was. */
  abort(): Promise<void>;
}

/**
 * Many chunks that commit together. One of them that fails is aborted, and takes nothing from the others.
 *
 *   (open ─▶ write … ─▶ prepare) of each ─▶ prepare ─▶ (ledger) ─▶ publish ─▶ (commit)      abort, from anywhere
 */
export interface SinkGroup {
  open(chunk: ChunkToWrite): Promise<SinkChunk>;
  /** Makes the rows of all chunks durable that are prepared. `transaction`: the group's. */
  prepare(transaction: ChunkTransaction): Promise<void>;
  publish(): Promise<void>;
  /** Drops all that is still staged, of all chunks; what is published stays. Does not fail. */
  abort(): Promise<void>;
}
