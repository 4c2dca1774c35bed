/**
 * What happens to the work that an error stopped.
 *
 *   never    The same work would fail the same way. The file fails at once.
 *   outage   Something around Landfall is away or full. The work waits and resumes; no attempt is used up
 *            until the outage timeout is over.
 *   again    The work is tried again, a few times at most (attemptsMost in retry.ts). Then the file fails.
 */
export type Retry = 'never' | 'outage' | 'again';

/** One code of the table. Words in {braces} are filled in; `{rows|row}` becomes `1 row` or `2,000 rows`. */
export interface ErrorEntry {
  /** What happened, and where. */
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
  readonly retry: Retry;
}

/** A part of the table: what lacks a member does not compile. */
export type ErrorEntries = Readonly<Record<`LF_${string}`, ErrorEntry>>;
