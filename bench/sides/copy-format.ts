/** Binary COPY around rows: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format". */
import { escapeIdentifier } from 'pg';

/** Signature, flags, length of the header's extension. */
export const copyHeader = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
/** A field count of -1. */
export const copyTrailer = Buffer.from([0xff, 0xff]);

export interface CopyTarget {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

export function copyStatement({ schema, table, columns }: CopyTarget): string {
  const list = columns.map((name) => escapeIdentifier(name)).join(', ');
  return `copy ${escapeIdentifier(schema)}.${escapeIdentifier(table)} (${list}) from stdin (format binary)`;
}
