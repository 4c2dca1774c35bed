/** What the star holds of the rows of a source that is swept: of each key the latest event, deletions included. */

/** Rows by the beginning of md5(landfall_key): their number, and a hash that does not depend on their order. */
export type Buckets = ReadonlyMap<string, string>;

/** Digits of md5 that name a bucket: at most 65,536 of them, of 150 rows where the table has ten million. */
export const bucketDigits = 4;

export interface HeldRow {
  /** md5(landfall_key). Rows come in its order. */
  readonly hash: string;
  readonly key: string;
  /** landfall_row as md5 writes it; null for a deletion that a sweep has marked. */
  readonly row: string | null;
  /** landfall_at, `2026-11-01 06:00:00.000000`, and the microsecond after it. */
  readonly at: string;
  readonly next: string;
}

export interface Held {
  /** Resolves when every file that the source has fetched is loaded. */
  settled(source: string): Promise<void>;
  /** Of events that have a row. */
  buckets(): Promise<Buckets>;
  /** Those of the buckets, after `after`. */
  rows(buckets: readonly string[], after: string): AsyncIterable<HeldRow>;
}

/** The text of a bucket: what both sides compute is compared. */
export const bucketSql = (row: string) =>
  `count(*) || '/' || sum(('x' || left(${row}, 16))::bit(64)::bigint) || '/' || sum(('x' || right(${row}, 16))::bit(64)::bigint)`;
