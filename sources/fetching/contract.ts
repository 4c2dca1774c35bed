/**
 * The contract of what fetches: it reads a source, and yields the files of one run, page by page.
 *
 * The coordinator stores each page in the landing folder, and notes it in the ledger in the transaction that moves the
 * run's position. A run that was interrupted is resumed at the position of the last page that was noted.
 */
import type { CompiledSource } from '../../model/compiled-source.ts';
import type { Held } from '../../model/events/held.ts';
import type { Log } from '../../platform/log/log.ts';

/** A value that JSON can store. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [member: string]: Json | undefined };

/** Instants in UTC, ISO 8601; `to` is exclusive. */
export interface FetchWindow {
  readonly from: string;
  readonly to: string;
}

export interface FetchTask<Source extends CompiledSource = CompiledSource> {
  readonly dataset: string;
  readonly source: Source;
  /** Null: what the source has now. */
  readonly window: FetchWindow | null;
  /** Of a backfill the cursor is of no concern: it is null, and one that is returned is ignored. */
  readonly backfill: boolean;
  /** Where the live runs of the source stand; null at first. */
  readonly cursor: Json;
  /** The position of the last page that was noted; null at the beginning of the run. */
  readonly position: Json;
  /** Those of the identities of which the source's live runs have noted a page. */
  readonly marked: (marks: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Fills in the holes of a template: `{env:NAME}`, `{from}`, `{to}`. `encode`: for each value, such as
   * encodeURIComponent. */
  readonly fill: (template: string, encode?: (value: string) => string) => string;
  /** The text without the values of environment variables that the source names. */
  readonly redact: (text: string) => string;
  /** Aborted when the coordinator closes. Whatever waits ends then. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** What the star holds of the dataset. */
  readonly held: Held;
}

/** A page of a run. */
export interface FetchedFile {
  /** The last part of the file's name, such as `0001.csv`. It follows from what the page covers. */
  readonly page: string;
  /** Read once, before the next page is asked for. What it throws, the run throws, and nothing of the page is kept. */
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * Where the run resumes when this page is noted; called after the body has been read to its end. `cursor`: where the
   * live runs of the source stand then; undefined: where they stood. `skip`: the page contains nothing that is worth a
   * file.
   */
  readonly settle: () => Settled;
}

export interface Settled {
  readonly position: Json;
  readonly cursor?: Json;
  readonly skip?: boolean;
  /** The identity of what the page contains, which `marked` finds from now on. Ignored in a backfill. */
  readonly mark?: string;
}

/** Something that moves position or cursor and is not a file. */
export interface FetchedNothing extends Settled {
  readonly page: null;
}

export type Fetched = FetchedFile | FetchedNothing;

export interface Fetcher<Source extends CompiledSource = CompiledSource> {
  /**
   * Yields the pages from the task's position on, and ends when the window is complete. Throws coded errors: `outage`
   * for a source that is away, `again` for what another attempt may fix, `never` for what a person must fix.
   */
  fetch(task: FetchTask<Source>): AsyncIterable<Fetched>;
}
