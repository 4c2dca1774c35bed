import type { Arena } from '../sides/arena.ts';

/** Another tool, and which part of the work it is given. */
export interface Peer {
  readonly name: string;
  readonly does: string;
  /** How to add it where it is missing. */
  readonly install: string;
  /** Null where it is not installed. */
  version(): string | null;
  /** Rows that it is given: all, or a sample where all would take hours. */
  rows(arena: Arena): number;
  /** One round over trips of so many rows, checked; the seconds that it took. */
  run(arena: Arena, rows: number): Promise<number>;
}
