/** What goes wrong when a table of another PostgreSQL database is fetched. */
import type { ErrorEntries } from './entry.ts';

export const sourceTableCodes = {
  LF_SOURCE_COLUMN: {
    message: 'Source {source}: the table {table} has no column {column}. It has: {columns}.',
    fix: 'Correct the name in the definition (`key`, `cursor`, `columns`), or undo the change of the table. The run resumes where it stopped when it is started again.',
    retry: 'never',
  },
  LF_SOURCE_CURSOR: {
    message: 'Source {source}: PostgreSQL refuses the cursor of the table {table}: {reason}.',
    fix: 'Correct the expression in `cursor`. It may use the columns of the table.',
    retry: 'never',
  },
  LF_SOURCE_DATABASE_CHANGED: {
    message: 'Source {source}: the table was changed while it was read: {reason}.',
    fix: 'Nothing needs to be done: the run resumes where it stopped and reads the table as it is then.',
    retry: 'again',
  },
  LF_SOURCE_DATABASE_DENIED: {
    message: 'Source {source}: its database denies access: {reason}.',
    fix: 'Grant the role CONNECT on the database, USAGE on the schema and SELECT on the table.',
    retry: 'never',
  },
  LF_SOURCE_DATABASE_LOST: {
    message: 'Source {source}: its database is out of reach: {reason}.',
    fix: 'Start the server again, or fix the connection. The run resumes by itself where it stopped.',
    retry: 'outage',
  },
  LF_SOURCE_DATABASE_REFUSED: {
    message: 'Source {source}: its database refuses the connection: {reason}.',
    fix: 'Check the user, the password, the database name and the TLS parameters in the environment variable that has the address, and pg_hba.conf on the server.',
    retry: 'again',
  },
  LF_SOURCE_DATABASE_STATEMENT: {
    message: 'Source {source}: its database cannot run a query on the table {table}: {reason}.',
    fix: 'Correct what the message names: a value that the expression in `cursor` cannot read, or a limit of the server.',
    retry: 'again',
  },
  LF_SOURCE_TABLE: {
    message: 'Source {source}: there is no table {table} in its database, or the role may not see it.',
    fix: 'Correct `table` in the definition (schema.table), or grant the role USAGE on the schema.',
    retry: 'never',
  },
  LF_SOURCE_NO_WINDOWS: {
    message: 'Source {source}: a window of the table {table} cannot be fetched: {reason}.',
    fix: 'Give the source a cursor that is a time (an expression may convert one), or run it without a window: `landfall run`.',
    retry: 'never',
  },
  LF_SOURCE_SWEEP: {
    message: 'Source {source}: the table {table} cannot be swept: its cursor is of the type {type}.',
    fix: 'Give the source a cursor that is a time: `cursor: { sql: "to_timestamp(t.updated, \'YY-MM-DD HH24:MI:SS\')" }`, or remove `sweep`.',
    retry: 'never',
  },
} as const satisfies ErrorEntries;
