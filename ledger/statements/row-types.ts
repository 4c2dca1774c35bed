/** The rows of the ledger's tables, as the driver returns them. A test compares them with the migrations. */
import type { RangeScan } from '../../kernel/types.ts';
import type { DifferingMembers, Receipt } from '../../platform/file-receipt.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { FileLink, FileState } from '../../platform/progress/progress.ts';
import type { StreamScan } from '../../platform/stream-scan.ts';

/** The states of files in the ledger; files of unknown datasets are not there. */
export type LedgerFileState = Exclude<FileState, 'unknown'>;

export interface ErrorDescription {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/** What a sink has written of a chunk. */
export interface Account {
  readonly rows: number;
  /** As the sink writes them: of parts, or of COPY rows. */
  readonly bytes: number;
  /** Members that keep other attributes than rows of the chunk have. Absent where there are none. */
  readonly members?: DifferingMembers;
}

/** Accounts of a chunk by the names of the sinks. */
export type Accounts = Readonly<Record<string, Account>>;

export interface FileRow {
  readonly file_id: number;
  readonly dataset: string;
  /** As landed, relative to landing/<dataset>/. */
  readonly name: string;
  readonly url: string;
  readonly scope: string;
  readonly origin: 'landing' | 'ingest' | 'replay';
  readonly bytes: number;
  readonly fingerprint: string;
  readonly content_hash: string | null;
  readonly duplicate_of: number | null;
  readonly definition_version: string | null;
  readonly layout: FileLayout | null;
  readonly state: LedgerFileState;
  readonly chunks: number;
  readonly chunks_committed: number;
  readonly bytes_committed: number;
  readonly parts: number;
  readonly rows_parsed: number;
  readonly rows_loaded: number;
  readonly rows_rejected: number;
  readonly rows_deduplicated: number;
  readonly receipt: Receipt | null;
  readonly error: ErrorDescription | null;
  readonly landed_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly link: FileLink['kind'] | null;
  readonly linked_to: number | null;
  readonly unswept: boolean;
  readonly moving_to: string | null;
  readonly failed_checks: Receipt['checks'] | null;
  readonly accepted: boolean;
  readonly run_id: number | null;
  readonly seen_at: Date;
  readonly parent_id: number | null;
  readonly pruned_at: Date | null;
  readonly pruning: boolean | null;
  readonly common_id: string | null;
  readonly away: boolean | null;
}

/** A run of a source. */
export interface RunRow {
  readonly run_id: number;
  readonly dataset: string;
  readonly source: string;
  /** `manual`: a person asked for it. It is a live run otherwise. */
  readonly kind: 'live' | 'manual' | 'backfill';
  readonly window_from: Date | null;
  readonly window_to: Date | null;
  readonly folder: string;
  readonly state: 'planned' | 'running' | 'done' | 'failed';
  readonly position: unknown;
  readonly pages: number;
  readonly bytes: number;
  readonly fencing_token: number;
  readonly attempts: number;
  readonly waits_since: Date | null;
  readonly parallel: number;
  readonly error: ErrorDescription | null;
  readonly planned_at: Date;
  readonly due_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly skipped_from: Date | null;
}

export interface ChunkRow {
  readonly chunk_id: number;
  readonly file_id: number;
  readonly number: number;
  readonly byte_start: number;
  readonly byte_end: number;
  readonly line_start: number;
  readonly state: 'planned' | 'committed' | 'failed' | 'undone';
  readonly fencing_token: number;
  readonly worker: string | null;
  readonly rows_parsed: number;
  readonly rows_loaded: number;
  readonly rows_rejected: number;
  readonly rows_deduplicated: number;
  readonly parts: number;
  readonly error: ErrorDescription | null;
  readonly claimed_at: Date | null;
  readonly committed_at: Date | null;
  readonly unpacked_start: number | null;
  readonly unpacked_end: number | null;
  readonly lost: number;
  readonly keyed: boolean;
  readonly entry: string | null;
  readonly entry_line: number | null;
  readonly accounts: Accounts;
}

export interface ScanRow {
  readonly file_id: number;
  readonly number: number;
  readonly byte_start: number;
  readonly byte_end: number;
  readonly block_hashes: Buffer;
  /** Of each of its pieces in order; or of a stream, which is one piece. */
  readonly result: readonly RangeScan[] | StreamScan;
}

export interface RejectRow {
  readonly reject_id: number;
  readonly file_id: number;
  readonly chunk_id: number;
  readonly byte_offset: number;
  readonly line: number;
  readonly column_name: string | null;
  readonly code: string;
  readonly message: string;
  readonly raw: string;
  readonly definition_version: string;
  readonly byte_length: number | null;
  readonly taken_by: number | null;
}

/** What somebody has asked for. */
export interface ActionRow {
  readonly action_id: number;
  readonly at: Date;
  readonly via: 'http' | 'cli';
  /** The name of a token, or of the user who ran the command. */
  readonly who: string | null;
  readonly role: string | null;
  readonly address: string | null;
  readonly what: string;
  readonly target: string | null;
  readonly details: unknown;
  readonly outcome: string | null;
  readonly ended_at: Date | null;
}

/** What an endpoint of a webhook is told. */
export interface DeliveryRow {
  readonly delivery_id: number;
  readonly webhook_id: string;
  readonly endpoint: string;
  readonly event: string;
  readonly subject: string;
  readonly data: unknown;
  readonly created_at: Date;
  readonly state: 'waiting' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly next_at: Date;
  readonly attempt_at: Date | null;
  readonly status: number | null;
  readonly answer: string | null;
  readonly ended_at: Date | null;
}

/** A notice that a person has dismissed. */
export interface DismissalRow {
  readonly kind: string;
  readonly key: string;
  readonly occurrence: string;
  readonly dismissed_at: Date;
  readonly dismissed_by: string | null;
}
