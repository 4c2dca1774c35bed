/** The ledger's rows as the rest of Landfall sees them. */
import type { RangeScan } from '../kernel/types.ts';
import type { Receipt } from '../platform/file-receipt.ts';
import type { FileLayout } from '../platform/layout.ts';
import type {
  FileLink,
  FileProgress,
  Finding,
  RejectSample,
  RowCounts,
  Totals,
} from '../platform/progress/progress.ts';
import type { ChunkJob } from '../platform/queue/contract.ts';
import type { StoredObject } from '../platform/storage/contract.ts';
import type { StreamScan, ZipPlace } from '../platform/stream-scan.ts';
import type {
  Account,
  Accounts,
  ChunkRow,
  ErrorDescription,
  FileRow,
  LedgerFileState,
  RejectRow,
} from './statements/row-types.ts';
import type { Row } from './statements/run.ts';

export type { Account, Accounts, ErrorDescription, LedgerFileState };

/** One part of the lake, as written and as the manifest lists it. */
export interface Part {
  /** Relative to the lake's root: trips/year=2018/month=05/f12-c3-ab12cd34.parquet */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** A part that chunks share, as a whole. */
export interface SharedWhole {
  readonly sharedId: number;
  readonly rows: number;
  readonly bytes: number;
}

/** The rows of one chunk in a part. */
export interface WrittenPart extends Part {
  /** The part that they lie in with those of other chunks. `path` is then a name of theirs alone. */
  readonly shared?: SharedWhole;
}

export interface LedgerFile {
  readonly fileId: number;
  readonly dataset: string;
  readonly name: string;
  /** Where its bytes are read now. */
  readonly url: string;
  /** Where it is being moved; null unless it is. */
  readonly movingTo: string | null;
  readonly scope: string;
  /** The run of a source that has fetched it. */
  readonly runId: number | null;
  /** `replay`: written by Landfall itself, from rejects. */
  readonly origin: 'landing' | 'ingest' | 'replay';
  readonly bytes: number;
  readonly fingerprint: StoredObject['fingerprint'];
  readonly contentHash: string | null;
  readonly duplicateOf: number | null;
  /** How it comes from the file `linkedTo`; null for one that comes from no other. */
  readonly link: FileLink['kind'] | null;
  readonly linkedTo: number | null;
  /** The file whose records its rows are taken from; null for one that landed. */
  readonly parentId: number | null;
  readonly definitionVersion: string | null;
  readonly layout: FileLayout | null;
  readonly state: LedgerFileState;
  readonly chunks: number;
  readonly receipt: Receipt | null;
  readonly error: ErrorDescription | null;
  /** Whether a person has said that it is to be loaded although its snapshot lacks many keys. */
  readonly accepted: boolean;
  /** Of a file that failed: what was checked. */
  readonly failedChecks: Receipt['checks'] | null;
  readonly landedAt: Date;
  /** When it landed. Of a file that is loaded again, or that has the rejects of another one: when that one did. */
  readonly seenAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** When its object was given up (`landfall prune`); null: it is where `url` says. */
  readonly prunedAt: Date | null;
}

export interface LedgerChunk {
  readonly chunkId: number;
  readonly fileId: number;
  readonly number: number;
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly lineStart: number;
  readonly state: 'planned' | 'committed' | 'failed' | 'undone';
  readonly fencingToken: number;
  /** How many workers took it and died. */
  readonly lost: number;
  readonly worker: string | null;
  readonly rows: RowCounts;
  /** What each sink counted while it wrote the chunk, by the sink's name; none before it is committed. */
  readonly accounts: Accounts;
  readonly parts: number;
  readonly error: ErrorDescription | null;
  readonly claimedAt: Date | null;
  readonly committedAt: Date | null;
}

export interface Claim {
  /** Hand it to commitChunk. A later claim of the chunk makes it worthless. */
  readonly fencingToken: number;
  /** How many workers took the chunk and were lost. */
  readonly lost: number;
  readonly lineStart: number;
  /** Of a compressed file: the chunk's place in what that unpacks to. */
  readonly unpacked?: { readonly start: number; readonly end: number };
  /** Rows of the file's other chunks that were rejected. */
  readonly rejectedSoFar: number;
  readonly file: LedgerFile;
}

/** A file with chunks that could not be loaded and will be tried again. */
export interface WaitingFile {
  readonly fileId: number;
  readonly dataset: string;
  readonly name: string;
  readonly chunks: number;
  readonly error: ErrorDescription;
}

/** The rows of a chunk in a part. */
export interface LedgerPart extends Part {
  readonly chunkId: number;
  /** Of a part that chunks share: all of its rows and bytes, which `rows` and `bytes` are a share of. Else null. */
  readonly shared: { readonly rows: number; readonly bytes: number } | null;
}

/** A reject as a worker reports it. */
export interface LedgerReject {
  /** Offset in the file of the record's first byte. */
  readonly byteOffset: number;
  /** Bytes of the record in the file, without its line end; null where it was not noted. */
  readonly byteLength: number | null;
  /** 1-based line in the file. */
  readonly line: number;
  /** Null where the fault lies in the record as a whole. */
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
  readonly raw: string;
}

/** A reject on record. */
export interface StoredReject extends LedgerReject {
  readonly rejectId: number;
  readonly fileId: number;
  readonly chunkId: number;
  readonly definitionVersion: string;
  /** The file that corrects or replays it; null while it waits. */
  readonly takenBy: number | null;
  readonly entry?: ZipPlace;
}

/** A reject that waits. */
export interface OpenReject extends StoredReject {
  /** Where the records of its chunk are, in the file or in what that unpacks to. */
  readonly within: { readonly start: number; readonly end: number };
}

export interface LedgerScan {
  readonly number: number;
  readonly byteStart: number;
  readonly byteEnd: number;
  /** 32 bytes for each block. */
  readonly blockHashes: Buffer;
  /** Of its pieces, in order. */
  readonly result: readonly RangeScan[];
  /** Instead of that, for a file that can only be read from its start. */
  readonly stream: StreamScan | null;
}

export function toFile(row: FileRow): LedgerFile {
  return {
    fileId: row.file_id,
    dataset: row.dataset,
    name: row.name,
    url: row.url,
    movingTo: row.moving_to,
    scope: row.scope,
    runId: row.run_id,
    origin: row.origin,
    bytes: row.bytes,
    fingerprint: row.fingerprint,
    contentHash: row.content_hash,
    duplicateOf: row.duplicate_of,
    link: row.link,
    linkedTo: row.linked_to,
    parentId: row.parent_id,
    definitionVersion: row.definition_version,
    layout: row.layout,
    state: row.state,
    chunks: row.chunks,
    receipt: row.receipt,
    error: row.error,
    accepted: row.accepted,
    failedChecks: row.failed_checks,
    landedAt: row.landed_at,
    seenAt: row.seen_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    prunedAt: row.pruned_at,
  };
}

export function toChunk(row: ChunkRow): LedgerChunk {
  return {
    chunkId: row.chunk_id,
    fileId: row.file_id,
    number: row.number,
    byteStart: row.byte_start,
    byteEnd: row.byte_end,
    lineStart: row.line_start,
    state: row.state,
    fencingToken: row.fencing_token,
    lost: row.lost,
    worker: row.worker,
    rows: toRowCounts(row),
    accounts: row.accounts,
    parts: row.parts,
    error: row.error,
    claimedAt: row.claimed_at,
    committedAt: row.committed_at,
  };
}

/** What a worker is told of a chunk. */
export function toChunkJob(
  chunk: LedgerChunk,
  file: { dataset: string; definitionVersion: string },
): ChunkJob {
  const { fileId, chunkId, number, byteStart, byteEnd } = chunk;
  const { dataset, definitionVersion } = file;
  return { fileId, chunkId, number, byteStart, byteEnd, dataset, definitionVersion };
}

/** What workers are told of chunks of a file that is planned. */
export function toChunkJobs(
  { dataset, definitionVersion }: Pick<LedgerFile, 'dataset' | 'definitionVersion'>,
  chunks: readonly LedgerChunk[],
): ChunkJob[] {
  const about = { dataset, definitionVersion: definitionVersion ?? '' };
  return chunks.map((chunk) => toChunkJob(chunk, about));
}

export function toClaim(row: Row<'chunks/claim-chunk'> | Row<'groups/claim-chunks'>): Claim {
  const { fencing_token: fencingToken, lost, line_start: lineStart } = row;
  const unpacked = placeInUnpacked(row);
  return {
    ...{ fencingToken, lost, lineStart },
    ...(unpacked && { unpacked }),
    rejectedSoFar: Number(row.rejected_so_far),
    file: toFile(row),
  };
}

/** Of a chunk of a compressed file: its place in what that unpacks to. */
export function placeInUnpacked(
  row: Pick<ChunkRow, 'unpacked_start' | 'unpacked_end'>,
): { start: number; end: number } | null {
  const { unpacked_start: start, unpacked_end: end } = row;
  return start === null ? null : { start, end: end! };
}

export function toWaiting(row: Row<'chunks/waiting-chunks'>): WaitingFile {
  const { file_id: fileId, ...rest } = row;
  return { fileId, ...rest };
}

export function toPart(row: Row<'parts/parts'>): LedgerPart {
  const { path, rows, bytes, chunk_id: chunkId, shared_rows: sharedRows, shared_bytes: sharedBytes } = row;
  const shared = sharedRows === null ? null : { rows: sharedRows, bytes: sharedBytes! };
  return { path, rows, bytes, chunkId, shared };
}

/** Where in a zip file a reject stands. */
type RejectPlace = Pick<Row<'rejects/rejects'>, 'entry' | 'line_in_entry'>;

export function toReject(row: RejectRow & Partial<RejectPlace>): StoredReject {
  return {
    rejectId: row.reject_id,
    fileId: row.file_id,
    chunkId: row.chunk_id,
    byteOffset: row.byte_offset,
    byteLength: row.byte_length,
    line: row.line,
    column: row.column_name,
    code: row.code,
    message: row.message,
    raw: row.raw,
    definitionVersion: row.definition_version,
    takenBy: row.taken_by,
    ...(row.entry && { entry: { name: row.entry, line: row.line_in_entry! } }),
  };
}

export function toOpenReject(row: Row<'rejects/open-rejects'>): OpenReject {
  return { ...toReject(row), within: { start: row.chunk_start, end: row.chunk_end } };
}

export function toRejectSample(row: RejectRow): RejectSample & { readonly rejectId: number } {
  const { rejectId, fileId, line, column, code, message, raw } = toReject(row);
  return { rejectId, fileId, line, column, code, message, raw };
}

export function toScan(row: Row<'scans/scans'>): LedgerScan {
  return {
    number: row.number,
    byteStart: row.byte_start,
    byteEnd: row.byte_end,
    blockHashes: row.block_hashes,
    result: 'length' in row.result ? row.result : [],
    stream: 'length' in row.result ? null : row.result,
  };
}

/** Characters of a finding that the progress stream has. */
const findingLength = 300;

/** Progress by commits alone: rates and what is in flight come from ticks. */
export function toProgress(row: Row<'progress/file-progress'>): FileProgress {
  return {
    fileId: row.file_id,
    dataset: row.dataset,
    name: row.name,
    state: row.state,
    bytes: row.bytes,
    bytesCommitted: row.bytes_committed,
    bytesSeen: row.bytes_committed,
    chunks: row.chunks,
    chunksCommitted: row.chunks_committed,
    rows: toRowCounts(row),
    parts: row.parts,
    rowsPerSecond: 0,
    bytesPerSecond: 0,
    etaSeconds: null,
    landedAt: row.landed_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    drift: row.drift as FileProgress['drift'],
    references: row.references as FileProgress['references'],
    findings: toFindings(row.findings),
    keyed: row.keyed,
    link: row.link && { kind: row.link, fileId: row.linked_to!, name: row.linked_name! },
    error: row.error,
  };
}

/** Checks of a receipt that do not hold. */
function toFindings(checks: unknown): readonly Finding[] {
  const broken = (checks ?? []) as Receipt['checks'];
  return broken.flatMap(({ name, severity, detail }) =>
    severity === undefined ? [] : [{ name, severity, detail: detail.slice(0, findingLength) }],
  );
}

export function toTotals(row: Row<'progress/totals'>): Totals {
  return {
    files: row.files,
    filesDone: row.files_done,
    filesFailed: row.files_failed,
    bytes: row.bytes,
    bytesCommitted: row.bytes_committed,
    rows: toRowCounts(row),
    rowsPerSecond: 0,
    bytesPerSecond: 0,
  };
}

type Sums = Pick<FileRow, 'rows_parsed' | 'rows_loaded' | 'rows_rejected' | 'rows_deduplicated'>;

function toRowCounts(row: Sums): RowCounts {
  return {
    parsed: row.rows_parsed,
    loaded: row.rows_loaded,
    rejected: row.rows_rejected,
    deduplicated: row.rows_deduplicated,
  };
}
