import type { Arena } from '../sides/arena.ts';

/** Another tool, and the part of the work that it does. */
export interface Peer {
  readonly name: string;
  readonly does: string;
  /** The command that installs it. */
  readonly install: string;
  /** Null if it is not installed. */
  version(): string | null;
  /** The number of rows: all, or a sample if all would take hours. */
  rows(arena: Arena): number;
  /** Runs one round over this many trips and checks the result. Returns the seconds that it took. */
  run(arena: Arena, rows: number): Promise<number>;
}
