/** Natural keys as texts, and single values as PostgreSQL reads them, for use as parameters. */
import { isValid, type Vector } from '../../../kernel/columns/vectors.ts';
import type { LogicalType } from '../../../model/compiled.ts';
import { typeOf } from '../../../model/types/column-types.ts';

/** The values of one column as texts. */
export interface TextColumn {
  readonly vector: Vector;
  /** The value of a row as PostgreSQL reads it, or null. */
  text(row: number): string | null;
}

/** Looks up the column's type once. `text` is then called row by row. */
export function textColumn(vector: Vector, logical: LogicalType): TextColumn {
  const { text } = typeOf(logical);
  return { vector, text: (row) => (isValid(vector, row) ? text(vector, logical, row) : null) };
}

/**
 * The texts of a key's columns, each followed by NUL, which no Postgres text contains. A null column is two NULs.
 * Null if all columns are null.
 */
export function naturalText(columns: readonly TextColumn[], row: number): string | null {
  if (columns.length === 1) return columns[0].text(row);
  let joined = '';
  let given = 0;
  for (const column of columns) {
    const text = column.text(row);
    if (text !== null) given++;
    joined += text === null ? '\0\0' : `${text}\0`;
  }
  return given === 0 ? null : joined;
}
