import type { FileLayout } from './layout.ts';
import type { Drift, FileLink, RowCounts } from './progress/progress.ts';

/** A comparison or a check, and whether it holds. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Of a check that does not fail the file. */
  readonly severity?: 'warn' | 'info';
}

/** A mart that does not show a file yet. */
export interface MartBehind {
  readonly name: string;
  /** When its refresh first failed; otherwise when the file was done. ISO 8601 UTC. */
  readonly since: string;
  /** When it may be refreshed, as its `maxStale` says; null where that is not what it waits for. */
  readonly due: string | null;
  /** Why it cannot be refreshed; null if it only has not been yet. */
  readonly error: { readonly code: string; readonly message: string; readonly fix: string } | null;
}

/** The reconciled account of one finished file. */
export interface Receipt {
  readonly file: string;
  readonly fileId: number;
  readonly dataset: string;
  readonly definitionVersion: string;
  readonly contentHash: string;
  readonly status: 'done' | 'failed' | 'duplicate';
  readonly bytes: number;
  readonly chunks: number;
  readonly rows: RowCounts;
  readonly parts: number;
  readonly lakeRows: number;
  readonly lakeBytes: number;
  /** Null for a dataset with the lake alone. */
  readonly starRows: number | null;
  readonly rejectsByCode: Readonly<Record<string, number>>;
  readonly layout: FileLayout | null;
  /** How the file's columns differ from the definition's; null where they do not, or are not known. */
  readonly drift: Drift | null;
  /**
   * Of a dataset that shows one event of a key: events for which another one has the same key and order and other
   * content. At most three places: a chunk, and a row among those that were loaded of it, from 0. Not there if there
   * are none.
   */
  readonly ties?: {
    readonly count: number;
    readonly sample: readonly { readonly chunk: number; readonly row: number }[];
  };
  /** What the end of the file has shown about how rollups are kept. Not there if that is nothing. */
  readonly rollups?: readonly string[];
  readonly checks: readonly CheckResult[];
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** Members of dimensions that keep other attributes than rows of the file have. Absent where there are none. */
  readonly members?: DifferingMembers;
  /** The file that this one comes from, where it comes from one. */
  readonly link?: FileLink;
  /** The file whose records its rows were taken from. Absent where it landed itself. */
  readonly parent?: RelatedFile;
  /** The files that took their rows from its records, and ended with it. Absent where there are none. */
  readonly children?: readonly RelatedFile[];
  /** Set when the file was undone later; what is above is what it was. */
  readonly undone?: { readonly at: string; readonly reason: string };
  /** Marts that do not show the file, when the receipt was asked for; absent where all do. Not stored. */
  readonly marts?: readonly MartBehind[];
  readonly error?: { readonly code: string; readonly message: string; readonly fix: string };
}

/** What became of a file: one line of `ingest --json`, and of `replay --json`. */
export interface IngestResult {
  readonly file: string;
  readonly dataset: string | null;
  readonly status: Receipt['status'];
  readonly rows: Receipt['rows'];
  readonly bytes: number;
  readonly parts: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** Null for a file that is not in the ledger. */
  readonly receipt: Receipt | null;
  readonly error?: { readonly code: string; readonly message: string; readonly fix: string };
}

/** A file that ends in the same moment as another one. */
export interface RelatedFile {
  readonly fileId: number;
  readonly dataset: string;
}

/** Members that have other attributes than rows of a file. */
export interface DifferingMembers {
  /** In each chunk once. */
  readonly differing: number;
  /** Three of them, as examples. */
  readonly sample: readonly DifferingMember[];
}

/** A member by its natural key, the attributes that it has, and those of a row. */
export interface DifferingMember {
  readonly table: string;
  readonly member: string;
  readonly has: string;
  readonly given: string;
}
