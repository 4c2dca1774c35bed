/**
 * The progress protocol's messages (documented in docs/progress.md) and the state they describe.
 * The state is always derivable from the ledger; ticks only make it move between commits.
 */

export type FileState =
  | 'discovered'
  | 'scanning'
  | 'loading'
  | 'finalising'
  | 'done'
  | 'failed'
  | 'duplicate'
  | 'undone' // it was done, and has been taken out again
  | 'unknown'; // no such dataset: left where it is

const finished: ReadonlySet<FileState> = new Set(['done', 'failed', 'duplicate', 'undone']);

/** True for states that a file does not leave by itself. */
export function isFinished(state: FileState): boolean {
  return finished.has(state);
}

/** Whether all bytes of a file are committed, and what is left are its checks: they have no rate and no time left. */
export function isChecking({
  state,
  bytes,
  bytesCommitted,
}: Pick<FileProgress, 'state' | 'bytes' | 'bytesCommitted'>): boolean {
  return state === 'finalising' || (state === 'loading' && bytes > 0 && bytesCommitted >= bytes);
}

/** Fewer rows than this are loaded in so little time that a rate says nothing. */
const fewRows = 1000;

/** Whether a rate of rows is worth showing. */
export function hasRate({ parsed }: Pick<RowCounts, 'parsed'>): boolean {
  return parsed >= fewRows;
}

export interface RowCounts {
  readonly parsed: number;
  readonly loaded: number;
  readonly rejected: number;
  readonly deduplicated: number;
}

export const noRows: RowCounts = { parsed: 0, loaded: 0, rejected: 0, deduplicated: 0 };

export interface FileProgress {
  readonly fileId: number;
  readonly dataset: string;
  readonly name: string;
  readonly state: FileState;
  readonly bytes: number;
  /** Bytes of committed chunks. */
  readonly bytesCommitted: number;
  /** bytesCommitted plus what workers have read of chunks in flight (from ticks). */
  readonly bytesSeen: number;
  readonly chunks: number;
  readonly chunksCommitted: number;
  readonly rows: RowCounts;
  readonly parts: number;
  /** Rows a second over the last few seconds; 0 when idle. */
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Seconds until the file is done, its end included, at its pace so far; null when unknown, and while it is checked. */
  readonly etaSeconds: number | null;
  /** ISO 8601 UTC. */
  readonly landedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** The file that this one comes from; null for one that comes from no other. */
  readonly link: FileLink | null;
  /** How its columns differ from the definition's; null where they do not, or are not known yet. */
  readonly drift: Drift | null;
  /** The versions of the reference tables that its rows are joined with, by name; null: none, or not planned yet. */
  readonly references: Readonly<Record<string, ReferenceVersion>> | null;
  /** Checks that do not hold and did not fail the file. */
  readonly findings: readonly Finding[];
  /** Whether its rows are events of keys: `/api/files/ID` says how many of them are current. */
  readonly keyed: boolean;
  /** What went wrong and what to do, for failed and unknown files. */
  readonly error: { readonly code: string; readonly message: string; readonly fix: string } | null;
}

/** How long a file took. */
export interface LoadSpan {
  readonly fileId: number;
  /** From the first claim of a chunk to the last commit. */
  readonly loadMs: number;
  /** From the last commit until the file was done: checks, rollups, what is put away. */
  readonly endMs: number;
}

/** A version of a reference table: what it had when a file was planned. */
export interface ReferenceVersion {
  /** 16 hex digits: a hash of its bytes and of how they are read. The ledger has it under this. */
  readonly version: string;
  readonly rows: number;
}

/** A check that does not hold, of which people are told. */
export interface Finding {
  readonly name: string;
  readonly severity: 'warn' | 'info';
  /** The first row that the check found, as JSON; or why it cannot be run. */
  readonly detail: string;
}

/** How a file's columns differ from those of its dataset's definition. */
export interface Drift {
  /** Columns that the definition does not know, as the file calls them; at most 100 of them. */
  readonly unknown: readonly string[];
  /** Optional columns that the file lacks. */
  readonly missing: readonly string[];
  /** Its columns stand in another order than in the definition. */
  readonly reordered: boolean;
  /** Columns that the file calls by one of their aliases. */
  readonly renamed: readonly Renamed[];
  /** Unknown columns that may be missing ones under another name: perhaps an alias is wanted. */
  readonly suggested: readonly Renamed[];
}

export interface Renamed {
  /** As the file says it. */
  readonly from: string;
  /** Column of the definition. */
  readonly to: string;
}

/**
 * How a file comes from another:
 *   corrects     the other's rejects, corrected by a person      replays  the other's rejects, tried again
 *   reloads   the other as a whole, which failed or was undone
 *   replaces  a new version; the other is undone when this is done
 *   follows   a new version; the other stays
 */
export interface FileLink {
  readonly kind: 'corrects' | 'replays' | 'reloads' | 'replaces' | 'follows';
  readonly fileId: number;
  readonly name: string;
}

export interface WorkerProgress {
  readonly workerId: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly rssBytes: number;
  /** CPU seconds a second over the last tick interval. */
  readonly cpu: number;
  readonly rowsPerSecond: number;
  readonly slots: readonly SlotProgress[];
}

/** A worker that stopped reporting without a last word: what it said last. Its process may have been killed, or be cut off. */
export interface SilentWorker extends WorkerProgress {
  /** When it was last heard from, ISO 8601 UTC. */
  readonly heardAt: string;
}

/** Which chunk of which file. */
export interface ChunkAddress {
  readonly fileId: number;
  readonly chunkNumber: number;
}

/** A chunk that was committed, as it was announced. */
export interface ChunkCommit extends ChunkAddress {
  /** Null: nobody knows. */
  readonly worker: string | null;
  /** Time since that worker took it, in ms. */
  readonly tookMs: number | null;
  /** Rows that were parsed. */
  readonly rows: number;
  readonly rejected: number;
}

export interface SlotProgress {
  readonly fileId: number;
  readonly chunkNumber: number;
  /** `waiting`: for outage to be gone. */
  readonly step: 'reading' | 'loading' | 'committing' | 'waiting';
  readonly bytesRead: number;
  readonly bytes: number;
  readonly rows: number;
}

export interface Totals {
  readonly files: number;
  readonly filesDone: number;
  readonly filesFailed: number;
  readonly bytes: number;
  readonly bytesCommitted: number;
  readonly rows: RowCounts;
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface RejectSample {
  readonly fileId: number;
  readonly line: number;
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
  readonly raw: string;
}

/** An outage: what is away or full, and since when. The work waits, and resumes by itself. */
export interface OutageReport {
  readonly with: 'database' | 'queue' | 'lake' | 'landing';
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  /** ISO 8601 UTC. */
  readonly since: string;
}

/** A table mart that cannot be refreshed. It keeps its old rows. */
export interface MartReport {
  readonly dataset: string;
  readonly name: string;
  /** When its refresh first failed, ISO 8601 UTC. */
  readonly since: string;
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

export type FreshnessState = 'fresh' | 'waiting' | 'late' | 'missing';

/** Whether the files of a dataset are there that its definition expects. */
export interface FreshnessReport {
  readonly dataset: string;
  readonly state: FreshnessState;
  /** The beginning of the window that the state is about, ISO 8601 UTC. */
  readonly window: string;
  /** When a file of that window is or was due. */
  readonly due: string;
  /** When the first of the windows was due that have no file until now; null if none lacks one. */
  readonly since: string | null;
  /** How many windows that were due lack a file, in a row until now. */
  readonly missed: number;
}

/** Whether a file that was due is not there. */
export function isLacking({ state }: Pick<FreshnessReport, 'state'>): boolean {
  return state === 'late' || state === 'missing';
}

/** Instants in UTC, ISO 8601; `to` is exclusive. */
interface WindowReport {
  readonly from: string;
  readonly to: string;
}

/** A run of a source, as people are shown it. */
export interface SourceRun {
  readonly kind: 'live' | 'manual' | 'backfill';
  /** Null: what the source had when it ran. */
  readonly window: WindowReport | null;
  /** `planned`: it waits for its turn, or for its next attempt. */
  readonly state: 'planned' | 'running' | 'done' | 'failed';
  /** Pages that are noted, and their bytes. */
  readonly pages: number;
  readonly bytes: number;
  /** ISO 8601 UTC. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** When it may start, if it is planned. */
  readonly dueAt: string;
  /** Why it has failed, or waits. */
  readonly error: { readonly code: string; readonly message: string; readonly fix: string } | null;
}

/** A source of a dataset: where it stands, and what became of its runs. */
export interface SourceProgress {
  readonly dataset: string;
  readonly source: string;
  readonly kind: string;
  /** When it runs, in words; null: when a person asks for it. */
  readonly schedule: string | null;
  /** Where its live runs stand, in words; null: nowhere, or there is nothing to say. */
  readonly cursor: string | null;
  /** Environment variables that it needs and the coordinator does not have. */
  readonly missing: readonly string[];
  readonly last: SourceRun | null;
  /** The run that is running, or else the one that comes next. */
  readonly next: SourceRun | null;
  /** Runs that have not ended. */
  readonly waiting: number;
  /** The window of its schedule that ends next. */
  readonly scheduled: WindowReport | null;
  /** The end of the first window that should have been fetched by now; null: none is late. */
  readonly lateSince: string | null;
  /** Why the queue of its notifications cannot be read; null: it can, or there is none. */
  readonly queueFault: SourceRun['error'];
}

/** Why the newest run of a source has failed, or waits for its next attempt, or else why its queue cannot be read. */
export function faultOf({ last, next, queueFault }: SourceProgress): SourceRun['error'] {
  return next?.error ?? (last?.state === 'failed' ? last.error : queueFault);
}

/** Whether a source is late, has failed or lacks a variable. */
export function needsCare(source: SourceProgress): boolean {
  return faultOf(source) !== null || source.lateSince !== null || source.missing.length > 0;
}

/** A definition that cannot be used. The files of its dataset wait; all others are loaded. */
export interface BrokenDefinitionReport {
  /** The dataset that it stops; null where that cannot be told. */
  readonly dataset: string | null;
  /** Where the definition is. */
  readonly file: string;
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/** The definitions that are in force. */
export interface DefinitionsReport {
  /** Datasets that can be loaded, sorted. */
  readonly datasets: readonly string[];
  readonly broken: readonly BrokenDefinitionReport[];
}

export interface ProgressState {
  readonly files: readonly FileProgress[];
  readonly workers: readonly WorkerProgress[];
  readonly totals: Totals;
  /** The most recent rejects, newest first, at most 50. */
  readonly rejects: readonly RejectSample[];
  /** What the work waits for to be gone; empty when all is well. */
  readonly outages: readonly OutageReport[];
  /** Marts that cannot be refreshed, the longest first. */
  readonly marts: readonly MartReport[];
  /** Of each dataset that expects files, sorted by name. */
  readonly freshness: readonly FreshnessReport[];
  /** Of all datasets, sorted by dataset. */
  readonly sources: readonly SourceProgress[];
  readonly definitions: DefinitionsReport;
  /** Workers that have stopped reporting, for ten minutes, the latest first. */
  readonly silent: readonly SilentWorker[];
  /** Another text when `/api/attention` may say something else that is in no other part of the state. */
  readonly attention: string;
}

/** First message on a connection, and again when a client cannot be caught up. */
export interface SnapshotMessage {
  readonly type: 'snapshot';
  /** Names this run of the coordinator; sequence numbers only compare within one epoch. */
  readonly epoch: string;
  readonly seq: number;
  readonly state: ProgressState;
  /** Throughput of the last minutes, oldest first, so that a chart need not begin empty. */
  readonly history?: readonly ThroughputSample[];
}

/** Throughput of everything together at one moment; it holds until the next sample. */
export interface ThroughputSample {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly at: number;
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
}

/**
 * What changed. Items replace those with the same fileId or workerId; `gone` lists what to drop;
 * absent members did not change. `from` < `seq` − 1 where several changes were merged for a slow client.
 */
export interface ChangeMessage {
  readonly type: 'change';
  readonly epoch: string;
  /** The number this change follows on: a client at `from` that applies it is at `seq`. */
  readonly from: number;
  readonly seq: number;
  readonly files?: readonly FileProgress[];
  readonly workers?: readonly WorkerProgress[];
  readonly gone?: { readonly files?: readonly number[]; readonly workers?: readonly string[] };
  /** Chunks whose commit was announced. They are part of no state: a client that shows chunks asks once for all of them. */
  readonly commits?: readonly ChunkCommit[];
  readonly totals?: Totals;
  /** New rejects, newest first. */
  readonly rejects?: readonly RejectSample[];
  /** All that there are now, in the place of those before. */
  readonly outages?: readonly OutageReport[];
  /** All that fail now, in the place of those before. */
  readonly marts?: readonly MartReport[];
  /** Of all datasets that expect files, in the place of those before. */
  readonly freshness?: readonly FreshnessReport[];
  /** All that there are now, in the place of those before. */
  readonly sources?: readonly SourceProgress[];
  /** Those in force now, in the place of those before. */
  readonly definitions?: DefinitionsReport;
  /** All that there are now, in the place of those before. */
  readonly silent?: readonly SilentWorker[];
  /** The new version of what needs a person. */
  readonly attention?: string;
}

export type ProgressMessage = SnapshotMessage | ChangeMessage;

/**
 * A worker's periodic word between commits, and its last one (`left`) when it stops. Cheap, lossy,
 * merged. Not a message of the protocol: the hub turns it into changes.
 */
export type Tick = WorkerProgress & {
  readonly left?: true;
  /** What its slots wait for. */
  readonly outages?: readonly OutageReport[];
};
