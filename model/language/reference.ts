/** Reference tables: small tables that rows are joined with by a key while they are loaded. docs/definitions/references.md. */
import type { Columns, Dialect } from './define.ts';
import type { SecretText } from './define-sources.ts';
import type { SqlText } from './star.ts';

interface AnyReference<C extends Columns> {
  /** What receipts and errors call it. */
  readonly name: string;
  /** The column that a row is found by: text, smallint, integer or bigint. No two rows have the same. */
  readonly key: keyof C & string;
  /** Its columns, read as those of files are. */
  readonly columns: C;
}

export type ReferenceOptions<C extends Columns = Columns> =
  | (AnyReference<C> & {
      /** A CSV file, on the coordinator's machine: `new URL(…, import.meta.url)`. */
      readonly csv: URL;
      readonly dialect?: Dialect | 'auto';
    })
  | (AnyReference<C> & {
      /** A select, or the file that has it. Its columns have the names of `columns`. */
      readonly query: SqlText;
      /** postgres://… */
      readonly url: SecretText;
    });

/** A reference table, as `join` takes it. */
export interface Reference<C extends Columns = Columns> {
  readonly reference: ReferenceOptions<C>;
}

/**
 * A table that rows are joined with by a key: a CSV file or the result of a query. It is read when a file is planned,
 * and all rows of the file are joined with what it had then.
 */
export function reference<const C extends Columns>(options: ReferenceOptions<C>): Reference<C> {
  return { reference: options };
}
