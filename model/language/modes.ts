/**
 * Load modes: what the star shows of the rows that a dataset's files bring. docs/modes.md describes each of them.
 * `N`: names of columns and enrichments.
 */

/** The instant of a file, read from its name. */
export interface FileInstant {
  readonly pattern: string;
}

/** Rows whose keys contain a null are rejected (LF_REJECT_KEY), or nulls are equal to each other. */
type NullKeys = 'reject' | 'equal';

/** Names of columns that the star adds, in time zone UTC: any names, and at least one. */
export interface Seen {
  /** When a file with the key first landed. */
  readonly created?: string;
  /** When a file with the row as it is now first landed. */
  readonly updated?: string;
}

export interface AppendOptions<N extends string = string> {
  /** Columns that identify an event, or 'row': all columns of the file. */
  readonly dedupe?: readonly N[] | 'row';
  /** Which of the events with the same key the star shows. Default: 'last'. */
  readonly keep?: 'last' | 'first';
  /** Decides which event is first and last. Default: a hash of the content, so any, but always the same one. */
  readonly orderBy?: N;
  /** Default: 'reject'. */
  readonly nullKeys?: NullKeys;
  /** Columns that say when files brought a row. With `dedupe` alone. */
  readonly seen?: Seen;
}

export interface UpsertOptions<N extends string = string> {
  readonly key: readonly N[];
  /** The event with the greatest value is current. */
  readonly orderBy: N;
  /** A boolean column: true deletes the key. Null is false. */
  readonly deleted?: N;
  /** 'keep': each column shows the latest value that is not null. Default: 'set'. */
  readonly nulls?: 'set' | 'keep';
  /** Default: 'reject'. */
  readonly nullKeys?: NullKeys;
  /** Columns that say when files brought a row. */
  readonly seen?: Seen;
}

export interface SnapshotOptions<N extends string = string> {
  readonly key: readonly N[];
  /** When the data of a file was taken: `fromName('customers_{date}.csv')`. */
  readonly asOf: FileInstant;
  /** A file is complete for each combination of these columns that it contains. Default: for the dataset. */
  readonly scope?: readonly N[];
  /** A file that would delete more than this share of a scope's keys fails. Default: any. */
  readonly maxDeleted?: number;
  /** Default: 'reject'. */
  readonly nullKeys?: NullKeys;
  /** Columns that say when files brought a row. */
  readonly seen?: Seen;
}

export interface HistoryOptions<N extends string = string> {
  readonly key: readonly N[];
  /** Orders the events of a key. Versions are valid from and to its values. */
  readonly orderBy: N;
  /** A boolean column: true closes the last version of the key. Null is false. */
  readonly deleted?: N;
  /** A version lasts while these columns stay equal. */
  readonly track: readonly N[];
  /** Columns that show their latest value in every version. */
  readonly overwrite?: readonly N[];
  /** Default: 'reject'. */
  readonly nullKeys?: NullKeys;
  /** Columns that say when files brought a row. */
  readonly seen?: Seen;
}

/** A load mode as a builder returns it. The compiler checks it. */
export type Mode<N extends string = string> =
  | { readonly mode: 'append'; readonly options: AppendOptions<N> }
  | { readonly mode: 'upsert'; readonly options: UpsertOptions<N> }
  | { readonly mode: 'snapshot'; readonly options: SnapshotOptions<N> }
  | { readonly mode: 'history'; readonly options: HistoryOptions<N> };

/** Every row is a fact. With `dedupe`, one event for each key. */
export function append(): Mode<never>;
export function append<const N extends string>(options: AppendOptions<N>): Mode<N>;
export function append(options: AppendOptions = {}): Mode {
  return { mode: 'append', options };
}

/** The latest event of each key; none if that event is a deletion. */
export function upsert<const N extends string>(options: UpsertOptions<N>): Mode<N> {
  return { mode: 'upsert', options };
}

/** The rows of the newest complete file. A key that it lacks is deleted. */
export function snapshot<const N extends string>(options: SnapshotOptions<N>): Mode<N> {
  return { mode: 'snapshot', options };
}

/** All versions of each key, with the columns `valid_from` and `valid_to`. */
export function history<const N extends string>(options: HistoryOptions<N>): Mode<N> {
  return { mode: 'history', options };
}

/** The instant in a file's name. `{date}` stands for it, and `*` for any characters. docs/modes.md has the forms. */
export function fromName(pattern: string): FileInstant {
  return { pattern };
}
