/**
 * What ending and undoing files do with the events of a keyed dataset.
 *
 * Each event is in one of two tables: `F_current` (fact table F; one row a key, or the events that begin or close a
 * version), or `F_superseded`. Until its file ends it waits in a staging table. What is in which table is a function
 * of the set of files that are done: not of the order in which they ended.
 */

/** Rows of the fact table, as people are shown them. */
export interface Relation {
  /** A select with the shown columns of the fact table, for `from (sql) f`. Valid until the transaction ends. */
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** The rows that entered and that left what the star shows. A row that did both may be in both. */
export interface Delta {
  readonly added: readonly Relation[];
  readonly removed: readonly Relation[];
  /** Set where `added` is all facts of these chunks and `removed` is empty: workers may have added them up. */
  readonly chunkIds?: readonly number[];
  /** Set where `removed` is all facts of these chunks. Datasets whose rows are all facts remove no others. */
  readonly removedChunks?: readonly number[];
  /** The file of each of these chunks, which is undone as a whole. Where it is not set, each chunk is on its own. */
  readonly chunkFiles?: readonly number[];
}

/** A file that becomes done in the caller's transaction, or that is undone in it. */
export interface EventFile {
  readonly fileId: number;
  readonly chunkIds: readonly number[];
  /** Snapshots: the instant of the file, as PostgreSQL reads a timestamp with time zone. Otherwise null. */
  readonly asOf: string | null;
  /** The hash of the file's content: the greater one is shown of two snapshots of one instant. */
  readonly contentHash: string;
  /** When the content first landed. */
  readonly seenAt: Date;
}

/** The place of an event: its chunk, and its number among the accepted rows of the chunk, from 0. */
export interface EventPlace {
  readonly chunkId: number;
  readonly row: number;
}

/** Events that have the key and the order of another event and other content, so that the content decided. */
export interface Ties {
  readonly count: number;
  /** At most three, in order of their places. */
  readonly sample: readonly EventPlace[];
}

/** The keys of the snapshot before another one, in the scope of which that one lacks the largest share. */
export interface Shrunk {
  readonly keys: number;
  /** Those that the later snapshot lacks. */
  readonly absent: number;
}

/** What is worth a line in the receipt. */
export interface EventNotes {
  /** Of each file that has any. */
  readonly ties: readonly (Ties & { readonly fileId: number })[];
  /**
   * Of each snapshot, compared with the one before it. The caller compares it with `maxDeleted`: without that, only
   * snapshots that are shown instead of others are compared.
   */
  readonly shrunk: readonly (Shrunk & { readonly fileId: number })[];
}

export interface Applied {
  readonly delta: Delta;
  readonly notes: EventNotes;
}

export interface EventOptions {
  /** False where nobody reads the delta: then it is empty, and the file ends sooner. Default: true. */
  readonly delta?: boolean;
}

/** Events of files by whether they are current. */
export interface EventCounts {
  readonly current: number;
  readonly superseded: number;
}
