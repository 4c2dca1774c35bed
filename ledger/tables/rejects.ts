/**
 * Rejects: read, summed up, and handed from file to file.
 *
 *   waiting ─▶ taken by a file that corrects or replays them ─▶ waiting again when that fails or is undone
 *
 * A row waits in one place or is loaded, never both: rejects are handed over in the transaction that plans the file
 * that takes them, and returned in the one in which it fails or is undone.
 */
import type pg from 'pg';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLink, RejectSample } from '../../platform/progress/progress.ts';
import type { ZipPlace } from '../../platform/stream-scan.ts';
import {
  type LedgerFile,
  type LedgerFileState,
  type OpenReject,
  type StoredReject,
  toOpenReject,
  toReject,
  toRejectSample,
} from '../rows.ts';
import { type Client, count, type Row, run } from '../statements/run.ts';
import { shareFile } from './files.ts';

/** Rejects read at a time: at 8 KiB of raw text each, 8 MiB at most. */
const page = 1000;

/** Rejects of the file that wait, in the order of its bytes. */
export async function* openRejects(client: Client, fileId: number): AsyncGenerator<OpenReject> {
  const borders = await run(client, 'rejects/open-reject-borders', [fileId, page]);
  let after = -1;
  for (const to of [...borders.map((row) => row.byte_offset), Number.MAX_SAFE_INTEGER]) {
    const rows = await run(client, 'rejects/open-rejects', [fileId, after, to]);
    yield* rows.map(toOpenReject);
    after = to;
  }
}

/** Rejects of a file in the order of its bytes. */
export async function rejectsOf(
  client: Client,
  fileId: number,
  { limit = 1000 }: { limit?: number } = {},
): Promise<StoredReject[]> {
  return (await run(client, 'rejects/rejects', [fileId, limit])).map(toReject);
}

/** Where the rows of a chunk begin that were rejected because another row has their key. */
export async function repeatsOfChunk(client: Client, chunkId: number): Promise<ReadonlySet<number>> {
  const rows = await run(client, 'rejects/repeats-of-chunk', [chunkId]);
  return new Set(rows.map((row) => row.byte_offset));
}

/** How many rejects a file has, by code. */
export async function rejectCounts(client: Client, fileId: number): Promise<Record<string, number>> {
  const rows = await run(client, 'rejects/reject-counts', [fileId]);
  return Object.fromEntries(rows.map((row) => [row.code, row.count]));
}

/** A reject as it is pushed, with its number. */
export type RecentReject = RejectSample & { readonly rejectId: number };

/** The newest rejects of all files, newest first. */
export async function recentRejects(client: Client, limit: number): Promise<RecentReject[]> {
  return (await run(client, 'rejects/recent-rejects', [limit])).map(toRejectSample);
}

/** Addresses of the files to which a file's rejects were exported for a replay. */
export async function replayUrls(client: Client, fileId: number): Promise<string[]> {
  return (await run(client, 'rejects/replays-of', [fileId])).map(({ url }) => url);
}

/** How many rejects of the file wait, and how many bytes their records have. */
export async function waitingRejects(
  client: Client,
  fileId: number,
): Promise<Row<'rejects/waiting-rejects'>> {
  const [row] = await run(client, 'rejects/waiting-rejects', [fileId]);
  return row;
}

/** Waiting rejects of one code and column. */
export interface RejectKind {
  readonly code: string;
  /** Null where the fault lies in the records as a whole. */
  readonly column: string | null;
  readonly count: number;
  readonly examples: readonly RejectExample[];
}

export interface RejectExample {
  readonly line: number;
  readonly byteOffset: number;
  readonly message: string;
  readonly raw: string;
  readonly entry?: ZipPlace;
}

/** Waiting rejects of the file by kind, most frequent first, each with up to `examples` of them, at least one. */
export async function rejectKinds(client: Client, fileId: number, examples: number): Promise<RejectKind[]> {
  const rows = await run(client, 'rejects/reject-summary', [fileId, examples]);
  return rows.map(({ code, column_name: column, count, ...row }) => {
    return { code, column, count, examples: row.examples as RejectExample[] };
  });
}

/** A file that took rejects over. */
export interface RejectTaker {
  readonly fileId: number;
  readonly name: string;
  readonly link: FileLink['kind'];
  readonly state: LedgerFileState;
  readonly rejects: number;
}

export async function rejectTakers(client: Client, fileId: number): Promise<RejectTaker[]> {
  const rows = await run(client, 'rejects/reject-takers', [fileId]);
  return rows.map(({ file_id: fileId, ...taker }) => ({ fileId, ...taker }));
}

/**
 * Hands rejects of `from` over to `taker`, in the transaction that plans it. `byteOffsets`: distinct.
 * Throws LF_CORRECTION_ORIGINAL when `from` is not loaded, LF_CORRECTION_TAKEN when another file has some of them,
 * LF_CORRECTION_UNKNOWN when some are not rejects of it.
 */
export async function takeRejects(
  client: pg.ClientBase,
  taker: LedgerFile,
  { from, byteOffsets }: { from: number; byteOffsets: readonly number[] },
): Promise<void> {
  // An undo of `from` waits for this, or has ended before it.
  const original = (await shareFile(client, from))!;
  if (original.state !== 'done') {
    const { name, state } = original;
    throw new LandfallError('LF_CORRECTION_ORIGINAL', { file: taker.name, original: name, state });
  }
  const taken = await count(client, 'rejects/take-rejects', [from, byteOffsets, taker.fileId]);
  if (taken === byteOffsets.length) return;
  const missing = byteOffsets.length - taken;
  const others = await run(client, 'rejects/reject-holders', [from, byteOffsets, taker.fileId]);
  const values = { file: taker.name, original: original.name, rows: missing };
  if (others.length === 0) throw new LandfallError('LF_CORRECTION_UNKNOWN', values);
  const holders = others.map(({ name, file_id: fileId }) => `${name} (file ${fileId})`).join(', ');
  throw new LandfallError('LF_CORRECTION_TAKEN', { ...values, others: holders });
}

/**
 * Ends a replay: rows that still do not fit wait again with the file that they belong to, each with its new reason.
 * `pairs`: the row's byte offset there, and in the replay. In the transaction that ends the replay.
 */
export async function returnRejects(
  client: pg.ClientBase,
  replay: number,
  pairs: readonly { readonly origin: number; readonly replay: number }[],
): Promise<void> {
  const origins = pairs.map((pair) => pair.origin);
  const offsets = pairs.map((pair) => pair.replay);
  const returned = await count(client, 'rejects/return-rejects', [replay, origins, offsets]);
  if (returned === pairs.length) return;
  const reason = `${returned} of ${pairs.length} rejects of replay ${replay} found their way back`;
  throw new LandfallError('LF_INTERNAL', { reason });
}

/** Rejects of a dataset by code. */
export type EndedRejects = Row<'rejects/ended-rejects'>;

/** How many rejects files and their children had when they ended, by dataset and code. */
export function endedRejects(client: Client, fileIds: readonly number[]): Promise<EndedRejects[]> {
  return run(client, 'rejects/ended-rejects', [fileIds]);
}
