/** Rules over several columns, row by row. */
import type { Ref, ValueOf } from './refs.ts';

/** A rule as written: true for a row that may be loaded. */
export interface Rule {
  readonly inputs: readonly Ref[];
  readonly test: (...values: never[]) => boolean;
}

/**
 * A rule over columns: `rule([c.start, c.stop], (start, stop) => start <= stop)`. It is not asked about
 * rows in which one of the columns is null.
 */
export function rule<const R extends readonly Ref[]>(
  inputs: R,
  test: (...values: { [I in keyof R]: ValueOf<R[I]> }) => boolean,
): Rule {
  return { inputs, test: test as (...values: never[]) => boolean };
}
