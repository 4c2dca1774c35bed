/** Pages of files, in an order: each begins exactly where the one before ended, whatever has landed since. */
import type { LedgerFileState } from '../rows.ts';
import { type Client, run } from '../statements/run.ts';

/** What files are sorted by: when they landed, or a count. Rows and rejects of a file count as 0 until it has ended. */
export type FileOrder = 'landed' | 'name' | 'bytes' | 'rows' | 'rejected';

/** The last file of a page: its number, and what it is sorted by. */
export interface PageEnd {
  readonly fileId: number;
  /** A text that the ledger has made. */
  readonly key: string;
}

/** A member that is undefined matches every file. */
export interface FilePageRequest {
  readonly dataset?: string;
  readonly states?: readonly LedgerFileState[];
  /** A part of its name, in letters of any case. */
  readonly named?: string;
  readonly landedFrom?: Date;
  /** Exclusive. */
  readonly landedTo?: Date;
  /** Only files with rejected rows. */
  readonly withRejects?: boolean;
  readonly order: FileOrder;
  readonly descending: boolean;
  readonly after?: PageEnd;
  readonly limit: number;
}

/** The files of a page, in its order. */
export async function filePage(client: Client, request: FilePageRequest): Promise<PageEnd[]> {
  const { dataset, states, named, landedFrom, landedTo, withRejects = false, order, after } = request;
  const rows = await run(client, 'progress/file-page', [
    ...([dataset, states, named, landedFrom, landedTo, withRejects] as const),
    ...([order, request.descending, after?.key, after?.fileId, request.limit] as const),
  ]);
  return rows.map(({ file_id: fileId, sort_key: key }) => ({ fileId, key }));
}
