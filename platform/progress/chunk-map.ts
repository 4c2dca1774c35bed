/** What has become of each chunk of a file, as `/api/files/ID/chunks` says it: a list for each fact, so that it is short. */
export interface ChunkMap {
  readonly fileId: number;
  /** The instant from which times are counted, ISO 8601 UTC. */
  readonly since: string;
  /** When this was said, by the same clock. */
  readonly at: string;
  /** Names of workers. */
  readonly workers: readonly string[];
  /** Of each chunk, by its number, a letter: `p` planned, `c` committed, `f` failed, `u` undone. */
  readonly states: string;
  readonly bytes: readonly number[];
  /** Rows that were parsed; 0 before the chunk is committed. */
  readonly rows: readonly number[];
  readonly rejected: readonly number[];
  /** Which of the workers has it, or had it last; -1: none, or it was given back. */
  readonly worker: readonly number[];
  /** How many times a worker has taken it. */
  readonly attempts: readonly number[];
  /** How many of those workers died. */
  readonly lost: readonly number[];
  /** When it was last taken, and when it was committed, in ms after `since`; null: not yet. */
  readonly claimedMs: readonly (number | null)[];
  readonly committedMs: readonly (number | null)[];
  /** Why the last attempt failed, by the numbers of the chunks. */
  readonly errors: Readonly<Record<string, { readonly code: string; readonly message: string }>>;
}
