/**
 * Rejects on record: read, summed up, and handed from file to file.
 *
 *   waiting ─▶ taken by a file that corrects or replays them ─▶ waiting again when that fails or is undone
 *
 * A row is waiting in one place or loaded, never both: the hand-over is part of the transaction that plans
 * the taking file, its way back part of the one that takes that file out.
 */
import type pg from 'pg';
import { LandfallError } from '../platform/errors/errors.ts';
import type { FileLink } from '../platform/progress/progress.ts';
import type { ZipPlace } from '../platform/types.ts';
import { type LedgerFile, type LedgerFileState, type StoredReject, toFile, toReject } from './rows.ts';
import { sql } from './sql.ts';

type Client = pg.Pool | pg.ClientBase;

/** Rejects read at a time: at 8 KiB of raw text each, 8 MiB at most. */
const page = 1000;

/** No byte stands past it. */
const lastOffset = String(2n ** 63n - 1n);

/** Rejects of the file that wait, in the order of its bytes. */
export async function* openRejects(client: Client, fileId: number): AsyncGenerator<StoredReject> {
  const borders = await client.query(sql('rejects/open-reject-borders'), [fileId, page]);
  let after = '-1';
  for (const { byte_offset: to } of [...borders.rows, { byte_offset: lastOffset }]) {
    const { rows } = await client.query(sql('rejects/open-rejects'), [fileId, after, to]);
    yield* rows.map(toReject);
    after = to;
  }
}

/** Waiting rejects of one code and column. */
export interface RejectKind {
  readonly code: string;
  /** Null where the records as a whole are at fault. */
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

/** Most frequent first. `examples`: of each kind at most, at least one. */
export async function rejectKinds(client: Client, fileId: number, examples: number): Promise<RejectKind[]> {
  const { rows } = await client.query(sql('rejects/reject-summary'), [fileId, examples]);
  return rows.map((row) => ({
    code: row.code,
    column: row.column_name,
    count: Number(row.count),
    examples: row.examples,
  }));
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
  const { rows } = await client.query(sql('rejects/reject-takers'), [fileId]);
  return rows.map((row) => ({ ...row, fileId: row.file_id, rejects: Number(row.rejects) }));
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
  const original = toFile((await client.query(sql('files/share-file'), [from])).rows[0]);
  if (original.state !== 'done') {
    const { name, state } = original;
    throw new LandfallError('LF_CORRECTION_ORIGINAL', { file: taker.name, original: name, state });
  }
  const taken = await client.query(sql('rejects/take-rejects'), [from, byteOffsets, taker.fileId]);
  if (taken.rowCount === byteOffsets.length) return;
  const missing = byteOffsets.length - (taken.rowCount ?? 0);
  const others = (await client.query(sql('rejects/reject-holders'), [from, byteOffsets, taker.fileId])).rows;
  const values = { file: taker.name, original: original.name, rows: missing };
  if (others.length === 0) throw new LandfallError('LF_CORRECTION_UNKNOWN', values);
  const holders = others.map(({ name, file_id: fileId }) => `${name} (file ${fileId})`).join(', ');
  throw new LandfallError('LF_CORRECTION_TAKEN', { ...values, others: holders });
}

/**
 * Ends a replay: what still does not fit waits again with the file that it belongs to, with their current reasons.
 * `pairs`: where each stands there, and in the replay. In the transaction that ends the replay.
 */
export async function returnRejects(
  client: pg.ClientBase,
  replay: number,
  pairs: readonly { readonly origin: number; readonly replay: number }[],
): Promise<void> {
  const origins = pairs.map((pair) => pair.origin);
  const offsets = pairs.map((pair) => pair.replay);
  const { rowCount } = await client.query(sql('rejects/return-rejects'), [replay, origins, offsets]);
  if (rowCount === pairs.length) return;
  const reason = `${rowCount} of ${pairs.length} rejects of replay ${replay} found their way back`;
  throw new LandfallError('LF_INTERNAL', { reason });
}
