/**
 * The one table of coded errors. `message` says what happened, `fix` what to do about it; words in
 * {braces} are filled in. docs/errors.md is checked against this table by a test.
 * Reject codes (LF_REJECT_…) name why a row was not loaded; they are not thrown.
 */
export const errorTable = {
  LF_CONFIG: {
    message: 'The settings have mistakes: {mistakes}',
    fix: 'Mend each named setting; `landfall doctor` shows what is in force.',
  },
  LF_DATABASE_NEWER: {
    message:
      'The database was set up by a newer Landfall: it has the migration {migration}, which this one does not know.',
    fix: 'Upgrade this Landfall, or point DATABASE_URL at another database.',
  },
  LF_DATABASE_UNREACHABLE: {
    message: 'No database answers at {address}: {reason}',
    fix: 'Check DATABASE_URL (host, port, user, password, database name) and that the server runs; without DATABASE_URL Landfall starts a server of its own.',
  },
  LF_DATABASE_VERSION: {
    message: 'The server at {address} is PostgreSQL {version}; Landfall needs {needed} or newer.',
    fix: 'Upgrade that server, or unset DATABASE_URL to use the one that comes with Landfall.',
  },
  LF_DATASET_UNKNOWN: {
    message: 'There is no dataset {dataset}.',
    fix: 'Name a dataset that is defined; give the folder of your definitions in LANDFALL_DATASETS, also to the workers.',
  },
  LF_DEFINITION_MISMATCH: {
    message: 'The file was planned with version {planned} of {dataset}; this worker has version {present}.',
    fix: 'Start workers and coordinator from the same definitions; then replay the file.',
  },
  LF_EMBEDDED_ACCOUNT: {
    message: 'PostgreSQL refuses to run as root, and Landfall could not run it as another user: {reason}',
    fix: 'Run Landfall as an ordinary user, or set DATABASE_URL to a server that runs already.',
  },
  LF_EMBEDDED_MISSING: {
    message: 'There is no embedded PostgreSQL for {platform}: {reason}',
    fix: 'Install again without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.',
  },
  LF_EMBEDDED_START: {
    message: 'The embedded PostgreSQL did not start: {reason}',
    fix: 'Read {log}; remove {home} to begin again with an empty database, or set DATABASE_URL.',
  },
  LF_FILE_CHANGED: {
    message: '{file} changed while it was being read.',
    fix: 'Drop files by rename, or leave them alone once they are in the landing folder; drop this one again.',
  },
  LF_FILE_DUPLICATE: {
    message: '{file} holds what another file of its dataset holds, and that one is loaded or being loaded.',
    fix: 'Nothing needs to be done: the rows are there once.',
  },
  LF_FILE_MISSING: {
    message: '{file} is not there.',
    fix: 'Check the path; if it was moved while it was being read, drop it again.',
  },
  LF_FILE_UNKNOWN: {
    message: 'The ledger knows no file {file}.',
    fix: '`landfall status` lists the files it knows.',
  },
  LF_GENERATOR_UNKNOWN: {
    message: 'There is no generator for {dataset}.',
    fix: 'Generators: {known}.',
  },
  LF_HTTP_HOST: {
    message: 'This server does not answer to the name {host}.',
    fix: 'Open it by the address it printed at its start, or by localhost; a page elsewhere may not stand in for it.',
  },
  LF_HTTP_NOT_FOUND: {
    message: 'There is nothing at {path}.',
    fix: '/api/openapi.json lists what there is.',
  },
  LF_HTTP_ORIGIN: {
    message: 'A page of {origin} may not read the progress of this server.',
    fix: 'Open the page that this server itself serves.',
  },
  LF_HTTP_PAGE: {
    message: 'The page is not built: {folder} is missing.',
    fix: 'Run `npm run build`.',
  },
  LF_HTTP_PORT: {
    message: '{host}:{port} is taken by another program.',
    fix: 'Stop that program, or choose another with --port or LANDFALL_PORT.',
  },
  LF_HTTP_REQUEST: {
    message: 'The request does not fit: {mistakes}',
    fix: '/api/openapi.json says what this address takes.',
  },
  LF_HTTP_TOKEN: {
    message: 'This server wants its token.',
    fix: 'Send `Authorization: Bearer TOKEN`, or open /?token=TOKEN; TOKEN is what LANDFALL_TOKEN was set to where the server runs.',
  },
  LF_INIT: {
    message: 'No definition could be written from the file: {reason}',
    fix: 'Give a CSV file with a header line and at least one record, or write the definition by hand (README, `A dataset of your own`).',
  },
  LF_INIT_EXISTS: {
    message: '{out} exists already.',
    fix: 'Give another --out, or remove it first; `landfall init` overwrites nothing.',
  },
  LF_INTERNAL: {
    message: 'Something went wrong inside Landfall: {reason}',
    fix: 'Nothing half-loaded counts. Try again; if it comes back, report it with this text.',
  },
  LF_KEY_OUTSIDE: {
    message: 'The name {key} leads out of {store}.',
    fix: 'Use names below that folder: relative, without `..`.',
  },
  LF_QUERY_FAILED: {
    message: 'The query {query} of {dataset} failed: {reason}',
    fix: 'Mend its SQL in the definition of {dataset}.',
  },
  LF_QUERY_TIMEOUT: {
    message: 'The query {query} of {dataset} took longer than {seconds} s and was stopped.',
    fix: 'Ask for less (a shorter time, one region), or run its SQL in psql.',
  },
  LF_REJECT_AMBIGUOUS_TIME: {
    message: '{column}: {value} happened twice on the clocks of {zone}.',
    fix: 'Say in the definition which is meant: `ambiguous: earlier` or `later`.',
  },
  LF_REJECT_ENCODING: {
    message: '{column} holds bytes that are not UTF-8.',
    fix: 'Convert the file to UTF-8 and drop it again.',
  },
  LF_REJECT_FIELD_COUNT: {
    message: 'The row has {found} fields, not {expected}.',
    fix: 'Look for an unquoted delimiter or a cut line in the raw text.',
  },
  LF_REJECT_MISSING: {
    message: '{column} is required and has no value.',
    fix: 'Fill it in, or make the column optional in the definition.',
  },
  LF_REJECT_QUOTE: {
    message: 'The row has a quote that is not closed, or text after a closing quote.',
    fix: 'Double the quotes inside quoted values, and close each of them.',
  },
  LF_REJECT_RANGE: {
    message: '{column}: {value} is out of range for {type}.',
    fix: 'Correct the value, or give the column a wider type in the definition.',
  },
  LF_REJECT_SKIPPED_TIME: {
    message: '{column}: {value} never happened on the clocks of {zone}.',
    fix: 'Say in the definition how to read it: `skipped: earlier` or `later`.',
  },
  LF_REJECT_TOO_LONG: {
    message: 'The row is too long to be read.',
    fix: 'Look for a quote that is never closed; a record is at most a few MiB long.',
  },
  LF_REJECT_TYPE: {
    message: '{column}: {value} is not a {type}.',
    fix: 'Correct the value, or add its format or null token to the definition.',
  },
  LF_STORAGE: {
    message: '{store} cannot be used: {reason}',
    fix: 'Check that it exists, that the credentials are set (AWS_…) and that it may be read and written.',
  },
  LF_SYMLINK: {
    message: '{file} is a symbolic link; Landfall does not follow links.',
    fix: 'Copy or move the file itself there.',
  },
  LF_USAGE: {
    message: 'The call is wrong: {problem}.',
    fix: '`landfall COMMAND --help` shows what it takes, with an example.',
  },
} as const satisfies Record<string, { message: string; fix: string }>;

export type ErrorCode = keyof typeof errorTable;

/** Fills `{name}` in a text from `values`. */
function fill(text: string, values: Record<string, unknown>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** An error with a code from the table, its words filled in, and the way out. */
export class LandfallError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;
  constructor(code: ErrorCode, values: Record<string, unknown> = {}, options?: { cause?: unknown }) {
    super(fill(errorTable[code].message, values), options);
    this.name = 'LandfallError';
    this.code = code;
    this.fix = fill(errorTable[code].fix, values);
  }

  toJSON(): { code: ErrorCode; message: string; fix: string } {
    return { code: this.code, message: this.message, fix: this.fix };
  }
}

/** Anything thrown, as the triple that ledger, page and terminal show. */
export function describeError(error: unknown): { code: string; message: string; fix: string } {
  if (error instanceof LandfallError) return error.toJSON();
  const reason = error instanceof Error ? error.message : String(error);
  return new LandfallError('LF_INTERNAL', { reason }, { cause: error }).toJSON();
}
