/** Rejects of a file as people are shown them: sums by code and column, and pages. */
import { type StoredReject, toReject } from '../rows.ts';
import { type Client, run } from '../statements/run.ts';

/** Rejects of one code and column. */
export interface RejectSum {
  readonly code: string;
  /** Null where the fault lies in the records as a whole. */
  readonly column: string | null;
  readonly count: number;
  /** Those that no other file corrects or replays. */
  readonly waiting: number;
}

/** Rejects of the file by kind, most frequent first. */
export async function rejectSums(client: Client, fileId: number): Promise<RejectSum[]> {
  const rows = await run(client, 'rejects/reject-sums', [fileId]);
  return rows.map(({ column_name: column, ...sum }) => ({ column, ...sum }));
}

export interface RejectPageRequest {
  /** Undefined: all codes. */
  readonly code?: string;
  /** Undefined: all columns; empty: rejects without one. */
  readonly column?: string;
  /** The last reject of the page before. */
  readonly after?: Pick<StoredReject, 'byteOffset' | 'rejectId'>;
  readonly limit: number;
}

/** Rejects in the order of the file's bytes. */
export async function rejectPage(
  client: Client,
  fileId: number,
  { code, column, after, limit }: RejectPageRequest,
): Promise<StoredReject[]> {
  const { byteOffset, rejectId } = after ?? {};
  return (await run(client, 'rejects/reject-page', [fileId, code, column, byteOffset, rejectId, limit])).map(
    toReject,
  );
}
