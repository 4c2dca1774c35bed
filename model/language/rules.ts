/** Rules over several columns of a row, and over all rows. */
import type { TypesFor } from '../types/column-types.ts';
import type { Ref, ValueOf } from './refs.ts';

/** A rule as written: true for a row that may be loaded. */
export interface Rule {
  readonly inputs: readonly Ref[];
  readonly test: (...values: never[]) => boolean;
}

/**
 * A rule over columns: `rule([c.start, c.stop], (start, stop) => start <= stop)`. It is not applied to rows in
 * which one of the columns is null.
 */
export function rule<const R extends readonly Ref[]>(
  inputs: R,
  test: (...values: { [I in keyof R]: ValueOf<R[I]> }) => boolean,
): Rule {
  return { inputs, test: test as (...values: never[]) => boolean };
}

/** Types whose equal values are the same value. */
export type KeyType = TypesFor<'key'>;

/** Columns whose values together may be in one row only. */
export interface UniqueRule {
  readonly unique: readonly Ref<KeyType>[];
  readonly scope: 'file' | 'star';
}

/**
 * No two rows that the star shows have the same values in these columns: `unique([c.order_id])`. Within a file, the
 * first row is loaded, and every later one is rejected (LF_REJECT_UNIQUE) with the place of the first. With the scope
 * 'star', the default, the content of the rows decides which one is shown of those in several files, so that their
 * order does not matter. Rows in which one of the columns is null have no key. Rows that are rejected for another
 * reason do not count.
 */
export function unique(
  columns: readonly Ref<KeyType>[],
  options: { readonly scope?: 'file' | 'star' } = {},
): UniqueRule {
  const { scope = 'star', ...unknown } = options;
  return { ...unknown, unique: columns, scope };
}
