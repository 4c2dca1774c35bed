/**
 * A sink is a place that the rows of datasets are written to. The lake and the Postgres star are sinks.
 *
 *   open ─▶ write … write ─▶ prepare ─▶ (the ledger's row) ─▶ publish ─▶ (commit)
 *             └──────────────────┴── abort, from anywhere before publish
 *
 * A chunk is written to every sink of its dataset. `prepare` makes its rows durable where no reader sees them: in
 * staging, or in the chunk's transaction. It returns an account of what was written. After all sinks have prepared,
 * the ledger writes the chunk's row with the accounts in that transaction, and so locks the row. Then every sink
 * publishes, and the transaction commits. Only the ledger commits. What is published but not committed is not
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
import type { RowLimit } from './row-limits.ts';

export type { PreparedAccount as Account } from '../ledger/ledger.ts';

/** What is known of a sink without connecting to it. */
export interface SinkKind {
  /** The name under which the ledger keeps the sink's accounts. It never changes. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Whether the definition writes to this sink. */
  takes(definition: StoredDefinition): boolean;
  /** The SQL that creates what the dataset's rows need in this sink, as `landfall ddl` prints it. May be empty. */
  ddl(dataset: CompiledDataset): readonly string[];
  /** What a row must not exceed: one that does is rejected before any sink gets it. */
  limits(dataset: CompiledDataset): readonly RowLimit[];
}

export interface Sink extends SinkKind {
  /**
   * Creates what the dataset's rows need, before its first file, and alters what an earlier definition created. May
   * be repeated. Processes that call it at the same time wait for each other. Throws errors that a person has to fix.
   */
  setUp(dataset: CompiledDataset): Promise<void>;
  /** Opens a chunk. Readers see nothing of it before it commits. */
  open(chunk: ChunkToWrite & { readonly transaction: ChunkTransaction }): Promise<SinkChunk>;
  /** Opens a group: many small chunks of one dataset that commit together. They may share what they are written to. */
  openGroup(dataset: CompiledDataset): SinkGroup;

  /**
   * Counts what the sink holds of each file. With `recount`, every row is counted where it is stored. Otherwise the
   * counts that were taken while writing are used where counting again would take long.
   */
  count(files: readonly FileToCount[], options: { readonly recount: boolean }): Promise<SinkCount[]>;
  /**
   * Whether the files of the dataset end one after another in this sink, because what the end of one changes depends
   * on the others. Without this function they do not.
   */
  inTurn?(definition: StoredDefinition): boolean;
  /**
   * What is left to do for files of one definition in the transaction in which they become done. No other transaction
   * ends or undoes a file of the dataset at the same time.
   */
  end?(
    client: pg.ClientBase,
    definition: StoredDefinition,
    files: readonly EndingFile[],
    snapshotId: number,
  ): Promise<EndedNotes>;
  /** Called after a transaction in which files of the definition became done. May be left out. Does not fail. */
  ended?(definition: StoredDefinition): Promise<void>;
  /**
   * Removes a file's rows, as far as a transaction can, in the transaction in which the ledger removes them. Returns
   * what a person has dropped with all of the file's rows in it, in words; otherwise null.
   */
  remove(client: pg.ClientBase, file: WrittenFile): Promise<string | null>;
  /** Removes the rest after that transaction. May be repeated, also for a file that was never loaded. */
  sweep(file: Pick<LedgerFile, 'fileId' | 'dataset'>): Promise<void>;
  /**
   * For a sink in which rows must wait until their file is done. A sink whose readers do not see rows of unfinished
   * files has no need of it.
   */
  readonly versions?: SinkVersions;
}

export interface SinkVersions {
  /** Whether the rows of a file wait in a table of their own. `link`: how it comes from another file. */
  waits(definition: StoredDefinition, link: LedgerFile['link']): boolean;
  /**
   * Called before the file is planned, if its rows wait. May be repeated. For a child of a file, in the transaction that
   * plans both (`client`).
   */
  makeStaging(definition: StoredDefinition, file: LedgerFile, client?: pg.ClientBase): Promise<void>;
  /** Called in the transaction in which a file that replaces another one becomes done. */
  moveStaged(client: pg.ClientBase, definition: StoredDefinition, file: LedgerFile): Promise<void>;
  /** Drops what is no longer needed because its file has ended. */
  dropStaging(): Promise<void>;
}

/** A file that was written with this definition, completely or in part. */
export interface WrittenFile {
  readonly file: Pick<LedgerFile, 'fileId' | 'dataset'>;
  readonly definition: StoredDefinition;
  readonly chunkIds: readonly number[];
  /** Whether it was done, so that what `end` did for it is taken back. */
  readonly ended: boolean;
  /** The snapshot in which it is undone, where files end in turn. Null otherwise, and for a file that never ended. */
  readonly snapshotId: number | null;
}

/** What the end of files has shown that their receipts say, by file. */
export type EndedNotes = ReadonlyMap<number, EndedNote>;

export interface EndedNote {
  /**
   * Events with the key, the order and the deletion of another one, and other content: the content decides between
   * them. At most three places: a chunk, and a row among those that were loaded of it, from 0. Absent if there are none.
   */
  readonly ties?: {
    readonly count: number;
    readonly sample: readonly { readonly chunkId: number; readonly row: number }[];
  };
  /** What has turned out about how rollups are kept. Each is said once, by one of the files that end together. */
  readonly rollups?: readonly string[];
}

/** A file that becomes done. */
export interface EndingFile {
  readonly file: LedgerFile;
  readonly chunkIds: readonly number[];
}

export interface FileToCount {
  readonly definition: StoredDefinition;
  readonly chunks: readonly LedgerChunk[];
  /** As listed in the manifest. */
  readonly parts: readonly LedgerPart[];
}

export interface SinkCount {
  readonly rows: number;
  readonly bytes: number;
  /**
   * Counts of these rows by the name of what was counted. All must equal the number of rows that the ledger has as
   * loaded.
   */
  readonly counts: Readonly<Record<string, number>>;
  /** Of rows that were counted again by chunk: the numbers of chunks that have other rows than were written. */
  readonly wrongChunks?: readonly number[];
  /** For a sink that keeps objects: a message for each that is missing or damaged. */
  readonly faults?: readonly string[];
}

export interface Capabilities {
  /**
   * True if its rows are part of the chunk's transaction, so that they appear when it commits. Otherwise they appear
   * when they are published, and the ledger says which of them count.
   */
  readonly transactional: boolean;
}

/** Where a chunk comes from, and what its writer may use. */
export interface ChunkToWrite {
  readonly dataset: CompiledDataset;
  readonly file: Pick<LedgerFile, 'fileId' | 'name' | 'link'>;
  readonly chunkId: number;
  readonly chunkNumber: number;
  /** The number of this attempt. Two attempts never use the same staging name. */
  readonly fencingToken: number;
  /** The chunk's range of bytes in the file, or in the unpacked file. */
  readonly byteStart: number;
  readonly byteEnd: number;
  /** The kernel of the chunk's slot. No other chunk uses it at the same time. */
  readonly kernel: Kernel;
  readonly stopwatch: { lap(stage: WriteStage): void };
  /** Aborts when the chunk is given back. Long steps then throw its reason. */
  readonly signal: AbortSignal;
}

/** The stages that a sink's time is attributed to. */
export type WriteStage = 'lake' | 'dimensions' | 'rollups' | 'encode' | 'copy';

/** A chunk that is being written to a sink. Calls do not overlap, except with those to other sinks. */
export interface SinkChunk {
  /** Takes the batch's rows. The vectors may be overwritten once it settles. */
  write(batch: Batch): Promise<void>;
  /** Takes rejected rows, for a sink that shows them. The ledger records all of them in any case. */
  writeRejects?(rejects: readonly LedgerReject[]): Promise<void>;
  /** Makes all rows durable and returns their account. In a group, completes the chunk in memory or in staging. */
  prepare(): Promise<PreparedAccount>;
  /** Makes the chunk visible, unless the commit does. Not called for a chunk of a group. */
  publish(): Promise<void>;
  /** Drops what is staged. Does not fail. Not called after `publish`. */
  abort(): Promise<void>;
}

/** Accounts by the numbers of chunks. */
export type GroupAccounts = ReadonlyMap<number, PreparedAccount>;

/**
 * Many chunks that commit together. A chunk that fails is aborted, without effect on the others. Each is prepared or
 * aborted before the next is opened.
 *
 *   (open ─▶ write … ─▶ prepare) of each ─▶ prepare ─▶ (ledger) ─▶ publish ─▶ (commit)      abort, from anywhere
 */
export interface SinkGroup {
  open(chunk: ChunkToWrite): Promise<SinkChunk>;
  /**
   * Makes the rows of all prepared chunks durable. `transaction`: that of the group. Returns the accounts of chunks that
   * did not have all of theirs when they were prepared.
   */
  prepare(transaction: ChunkTransaction): Promise<GroupAccounts>;
  publish(): Promise<void>;
  /** Drops what is still staged, of all chunks. What is published stays. Does not fail. */
  abort(): Promise<void>;
}
