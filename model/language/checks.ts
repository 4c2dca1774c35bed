/** Checks of what a file brings, in SQL. docs/definitions/checks.md describes them. */
import type { SqlText } from './star.ts';

/** What a check that does not hold means: the file fails, or people are told. */
export type Severity = 'block' | 'warn' | 'info';

/** The rows that a check is about: those of the file, the groups that the file touches, or the whole star. */
export type CheckedRows = 'file' | 'groups' | 'star';

/** A check as written. */
export interface Check {
  readonly kind: 'check';
  readonly sql: SqlText;
  readonly severity: Severity;
  readonly over: CheckedRows;
}

/**
 * A select that must return no row when a file is done. `severity`: 'block' (the default) fails the file; 'warn' and
 * 'info' are told of, in the receipt and on the page. `over`: 'file' is about the rows of the file, which the SQL
 * names `{facts}`; 'groups' about the groups that it touches: `… where {touched(region_key)}`; 'star', the default,
 * about the whole star.
 */
export function check(
  sql: SqlText,
  options: { readonly severity?: Severity; readonly over?: CheckedRows } = {},
): Check {
  const { severity = 'block', over = 'star', ...unknown } = options;
  return { ...unknown, kind: 'check', sql, severity, over };
}
