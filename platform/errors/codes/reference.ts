/** What goes wrong when a reference table is read, before a file that is joined with it is planned. */
import type { ErrorEntries } from './entry.ts';

export const referenceCodes = {
  LF_REFERENCE_DATABASE: {
    message: 'Reference table {reference}: its database is out of reach: {reason}.',
    fix: 'Start the server again, or fix the connection (`url`). Files that need the table wait, and resume by themselves.',
    retry: 'outage',
  },
  LF_REFERENCE_ENV: {
    message: 'Reference table {reference} of {dataset} needs {names}, which the environment does not have.',
    fix: 'Set it for the coordinator, and start the coordinator again; `landfall doctor` names what is missing. Then run `landfall replay` for the file.',
    retry: 'never',
  },
  LF_REFERENCE_FILE: {
    message: 'Reference table {reference}: {csv} cannot be read: {reason}.',
    fix: 'Put the file there, or correct `csv` in the definition. Then run `landfall replay` for the file.',
    retry: 'never',
  },
  LF_REFERENCE_KEY: {
    message: 'Reference table {reference}: each row needs a key ({key}) of its own, but {what}.',
    fix: 'Correct the table. Then run `landfall replay` for the file.',
    retry: 'never',
  },
  LF_REFERENCE_LARGE: {
    message: 'Reference table {reference} has more than {most}, the most that workers keep in memory.',
    fix: 'Leave out rows and columns that no file is joined with; or load it as a dataset of its own, and join it in SQL.',
    retry: 'never',
  },
  LF_REFERENCE_QUERY: {
    message: 'Reference table {reference}: its database cannot run the query: {reason}.',
    fix: 'Correct `query` in the definition, or grant its role SELECT on the tables. Then run `landfall replay` for the file.',
    retry: 'never',
  },
  LF_REFERENCE_REFUSED: {
    message: 'Reference table {reference}: its database refuses the connection: {reason}.',
    fix: 'Check the user, the password, the database name and the TLS parameters in `url`, and pg_hba.conf on the server. Then run `landfall replay` for the file.',
    retry: 'again',
  },
  LF_REFERENCE_ROW: {
    message: 'Reference table {reference}: in line {line}, {what}: {raw}.',
    fix: 'Correct the row, or the columns of the reference in the definition. Then run `landfall replay` for the file.',
    retry: 'never',
  },
} as const satisfies ErrorEntries;
