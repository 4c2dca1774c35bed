import { rejectTable } from './reject-codes.ts';

/**
 * The one table of coded errors. `message` says what happened, `fix` what to do about it; words in
 * {braces} are filled in. docs/errors.md is checked against this table by a test.
 */
export const errorTable = {
  ...rejectTable,
  LF_CHECK: {
    message: 'The data check {check} found rows that must not be there, first of all: {row}',
    fix: 'Fix the data in {file} and drop it again, or fix the check; nothing of this file was kept.',
  },
  LF_CHUNK_KILLS: {
    message:
      'Chunk {chunk} of {file} (bytes {byteStart} to {byteEnd}) was given up: {deaths} workers took it, one after another, and each of them ended before it was done.',
    fix: "Look at the workers' logs and the system's (out of memory?) for how they ended, and at those bytes of the file; an enrichment that crashes or fills the memory does this. Nothing of this file was kept: fix it and drop it again.",
  },
  LF_CHUNK_LOST: {
    message: 'Chunk {chunk} of {file} was given up: every worker that took it ended without a word.',
    fix: "Look at the workers' logs; memory is the usual cause. Nothing of this file was kept: drop it again.",
  },
  LF_CONFIG: {
    message: 'The settings have mistakes: {mistakes}',
    fix: 'Fix each named setting; `landfall doctor` shows what is in force.',
  },
  LF_COORDINATOR_RUNNING: {
    message: 'Another coordinator is at work on this database (scope {scope}).',
    fix: 'Stop the other one first, or give this one a database of its own; workers may be as many as you like.',
  },
  LF_DATABASE_CONNECTIONS: {
    message: 'The database takes no more connections: {reason}',
    fix: 'End programs that hold connections to it, run fewer workers (LANDFALL_WORKERS), or raise max_connections on its server. What runs already waits, and goes on by itself.',
  },
  LF_DATABASE_LOST: {
    message: 'The database is out of reach: {reason}',
    fix: 'Start the server again, or fix the connection; loading resumes by itself.',
  },
  LF_DATABASE_NEWER: {
    message:
      'The database was set up by a newer Landfall: it has the migration {migration}, which this one does not know.',
    fix: 'Upgrade this Landfall, or point DATABASE_URL at another database.',
  },
  LF_DATABASE_RESOURCES: {
    message: 'The database lacks what it needs: {reason}',
    fix: 'Make room on its server (disk or memory; its log says more): the work waits, and goes on by itself.',
  },
  LF_DATABASE_UNREACHABLE: {
    message: 'No database answers at {address}: {reason}',
    fix: 'Check DATABASE_URL (host, port, user, password, database name) and that the server runs; without DATABASE_URL Landfall starts a server of its own.',
  },
  LF_DATABASE_VERSION: {
    message: 'The server at {address} is PostgreSQL {version}; Landfall needs {needed} or newer.',
    fix: 'Upgrade that server, or unset DATABASE_URL to use the one that comes with Landfall.',
  },
  LF_DATASET_UNCLEAR: {
    message: 'It is not clear which dataset {file} is of: {reason}.',
    fix: 'Say it with --dataset NAME, or write a definition with `landfall init {file}`.',
  },
  LF_DATASET_UNKNOWN: {
    message: 'There is no dataset {dataset}; there are {known}.',
    fix: 'Name one of them, or give the folder of your definitions in LANDFALL_DATASETS, also to the workers.',
  },
  LF_DEFINITION: {
    message: 'The definition of {dataset} has mistakes:\n{mistakes}',
    fix: 'Fix each of them in the definition; every line says where and how.',
  },
  LF_DEFINITION_CHANGED: {
    message: 'The definition of {dataset} changed while {file} was half loaded.',
    fix: 'Nothing of this file was kept: drop it again, and it is loaded with the definition of now.',
  },
  LF_DEFINITION_FILE: {
    message: '{file} gives no dataset: {reason}',
    fix: 'A definition file exports what defineDataset returns: `export default defineDataset({ … })`.',
  },
  LF_DEFINITION_MISMATCH: {
    message: 'The file was planned with version {planned} of {dataset}; this worker has version {present}.',
    fix: 'Start workers and coordinator from the same definitions. Until LANDFALL_OUTAGE_TIMEOUT is over, the chunk waits for a worker that has the version; replay the file if it failed.',
  },
  LF_DIALECT_AMBIGUOUS: {
    message: '{file} can be read in more than one way, equally well: {candidates}.',
    fix: 'Say which in the definition: dialect: { delimiter: …, quote: …, comment: …, header: …, encoding: … }.',
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
  LF_ENRICHMENT: {
    message: 'The enrichment {enrichment} of {dataset} failed: {reason}',
    fix: 'Fix the function in the definition: it is called with every value there is, and must give a value of its type or null.',
  },
  LF_DRIFT: {
    message: 'The columns of {file} are not those of {dataset}: {differences}.',
    fix: 'Fix the file, or allow it in the definition of {dataset}: `drift` says what is allowed; then drop the file again.',
  },
  LF_DRIFT_WIDE: {
    message: '{file} has {columns} columns that the definition does not know; at most {most} are kept.',
    fix: "Add those that matter to the definition, or leave the others out with `drift: { unknown: 'ignore' }`.",
  },
  LF_FILE_BINARY: {
    message: '{file} is not text but {what}.',
    fix: 'Unpack or convert it to CSV and drop it again.',
  },
  LF_FILE_BUSY: {
    message: '{file} is on its way ({state}).',
    fix: 'Wait until it has ended (`landfall watch`) and try again.',
  },
  LF_FILE_CHANGED: {
    message: '{file} changed while it was being read.',
    fix: 'Drop files by rename, or leave them alone once they are in the landing folder; drop this one again.',
  },
  LF_FILE_DUPLICATE: {
    message: '{file} holds what another file of its dataset holds, and that one is loaded or being loaded.',
    fix: 'Nothing needs to be done: the rows are there once.',
  },
  LF_FILE_EMPTY: {
    message: '{file} is empty.',
    fix: 'Drop it again when there is something in it; a file of a header alone is fine.',
  },
  LF_FILE_ENCODING: {
    message: '{file} is in {encoding}, not in {declared} as its definition says.',
    fix: "Say dialect: { encoding: '{encoding}' } or encoding: 'auto' in the definition, or convert the file (`iconv`), and drop it again.",
  },
  LF_FILE_KIND: {
    message: '{file} is a folder or a device, not a file.',
    fix: 'Name the files, as in `landfall ingest FOLDER/*.csv`.',
  },
  LF_FILE_MISSING: {
    message: '{file} is not there.',
    fix: 'Check the path; if it was moved while it was being read, drop it again.',
  },
  LF_FILE_NOT_LOADED: {
    message: 'Nothing of {file} is loaded: it is {state}.',
    fix: '`landfall status` shows which files are done; only those can be undone.',
  },
  LF_FILE_UNCLEAR: {
    message: '{file} is the name of several files: {files}.',
    fix: 'Name the one you mean by its number, or by dataset/name.',
  },
  LF_FILE_UNKNOWN: {
    message: 'The ledger knows no file {file}.',
    fix: '`landfall status` lists the files it knows.',
  },
  LF_FILE_VERSION: {
    message: '{file} is another version of file {version}, and {reason}.',
    fix: 'Undo file {version} first (`landfall undo {version}`), drop the file under another name, or change `versions` in the definition.',
  },
  LF_FOOTER_LONG: {
    message: 'The last {lines} lines of {file} take more than {bytes} bytes.',
    fix: 'Check skipFooterLines in the definition, and that the file has the line ends that it says.',
  },
  LF_GENERATOR_UNKNOWN: {
    message: 'There is no generator for {dataset}.',
    fix: 'Generators: {known}.',
  },
  LF_HEADER: {
    message: 'The header does not fit {dataset}: {mistakes}. The file has: {fields}.',
    fix: 'Give the column the header text as an alias, or make it `optional: true`, in the definition of {dataset}; then drop the file again.',
  },
  LF_HEADER_LONG: {
    message: 'The first record of {file} does not end within {bytes} bytes.',
    fix: 'Check the quotes of its first lines: one that is never closed swallows the rest of the file.',
  },
  LF_HEADER_WIDE: {
    message: 'The first record of {file} has {fields} fields; at most {most} are read.',
    fix: 'Check the delimiter in its definition, or cut the file into narrower ones.',
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
  LF_INGEST_ABANDONED: {
    message: 'The `landfall ingest` that loaded {file} ended before it was done.',
    fix: 'Nothing of this file was kept: run it again.',
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
  LF_KEY_COLLISION: {
    message: 'Two members of {table} have the same hashed key: {members}.',
    fix: "Take keys: 'hashed' out of the dimension, under another name of the table; then members are counted.",
  },
  LF_KEY_LONG: {
    message: 'A key of {table} is too long for the index of its members: {reason}.',
    fix: 'Say maxLength: 600 for the texts that the dimension is looked up by, or look it up by shorter columns.',
  },
  LF_LANDING_KIND: {
    message: '{file} in the landing folder is not a regular file.',
    fix: 'Put the file itself there.',
  },
  LF_LANDING_LINK: {
    message: '{file} in the landing folder is a symbolic link; links are not followed.',
    fix: 'Move or copy the file itself there, or load it where it is with `landfall ingest`.',
  },
  LF_LANDING_UNKNOWN: {
    message: '{file} lies {where}, which no dataset is for.',
    fix: 'Write a definition with `{command}`, or move the file to the folder of its dataset.',
  },
  LF_MART: {
    message: 'The marts of {dataset} cannot be made: {reason}.',
    fix: 'Fix the SQL of its marts (`landfall ddl {dataset}` shows it), then drop the file again or replay it.',
  },
  LF_MART_HELD: {
    message: 'The marts of {dataset} cannot be made anew: {reason}.',
    fix: 'Drop what was built on them (it is not of Landfall), try again, and build it again.',
  },
  LF_CORRECTION_ORIGINAL: {
    message: '{file} corrects rejects of {original}, which is {state}: its other rows are not loaded.',
    fix: 'Load {original} as a whole (`landfall replay {original}`), and fix what is rejected then.',
  },
  LF_CORRECTION_TAKEN: {
    message: '{rows} of the rows of {file} were corrected or replayed before, by {others}.',
    fix: 'Export the rejects of {original} again and fix what still waits; or undo the file that has the others.',
  },
  LF_CORRECTION_UNKNOWN: {
    message: '{rows} rows of {file} say that they fix rejects of {original} that are not on record.',
    fix: 'Export the rejects again and fix those. To load the rows as a file of its own, remove the columns that begin with _landfall_.',
  },
  LF_PARTITION_NAME: {
    message:
      'The partition folder {folder} has a name of {bytes} bytes; 255 is the most that file systems take.',
    fix: 'Partition the lake by a column with shorter values, or shorten them in an enrichment.',
  },
  LF_PARTITIONS: {
    message: 'Chunk {chunk} of dataset {dataset} falls into more than {limit} partitions of the lake.',
    fix: 'Partition by columns with fewer values, e.g. year and month rather than the full time.',
  },
  LF_QUERY_EMPTY: {
    message: 'Nothing of {dataset} has been loaded yet: {reason}',
    fix: 'Drop a file into the landing folder of {dataset} and ask again.',
  },
  LF_QUERY_FAILED: {
    message: 'The query {query} of {dataset} failed: {reason}',
    fix: 'Fix its SQL in the definition of {dataset}.',
  },
  LF_QUERY_TIMEOUT: {
    message: 'The query {query} of {dataset} took longer than {seconds} s and was stopped.',
    fix: 'Ask for less (a shorter time, one region), or run its SQL in psql.',
  },
  LF_RECONCILE: {
    message: 'The accounts of {file} do not agree: {differences}.',
    fix: 'Nothing of this file was kept. Drop it again; if it comes back, report it with this text.',
  },
  LF_QUEUE_LOST: {
    message: 'The queue is out of reach: {reason}',
    fix: 'Start its Redis again, or give it memory: the work waits, and goes on by itself; what the queue has forgotten is queued again from the ledger.',
  },
  LF_REJECT_LIMIT: {
    message: '{rejected} of {parsed} rows of {file} were rejected, more than the limit ({limit}).',
    fix: '`landfall rejects {file}` shows why; fix the file or the definition, or raise the limit, and drop it again.',
  },
  LF_REJECTS_CUT: {
    message:
      '{rows} rejected rows of {file} are longer than what is kept of them, and {url} does not hold them any more.',
    fix: 'Put the file back to where it was, unchanged, and export again.',
  },
  LF_RULE: {
    message: '{place} of {dataset} failed: {reason}',
    fix: 'Fix the function in the definition: it must give an answer for every value that the columns allow.',
  },
  LF_STAR_CHANGED: {
    message: 'The star of {dataset} does not fit its definition: {differences}.',
    fix: 'Undo that change of the definition (what is new may have a new name){byHand}. Then drop the file again or replay it.',
  },
  LF_STORAGE: {
    message: '{store} cannot be used: {reason}',
    fix: 'Check that it exists and has room, that the credentials are set (AWS_…) and that it may be read and written.',
  },
  LF_SYMLINK: {
    message: '{file} is a symbolic link; Landfall does not follow links.',
    fix: 'Copy or move the file itself there.',
  },
  LF_SCAN_KILLS: {
    message:
      'Bytes {from} to {to} of {file} could not be looked through: {deaths} workers took them, one after another, and each of them ended before it was done.',
    fix: "Look at the workers' logs and the system's (out of memory?) for how they ended, and at those bytes of the file; then drop it again.",
  },
  LF_SCAN_LOST: {
    message: 'Bytes {from} to {to} of {file} could not be looked through, however often it was tried.',
    fix: "Look at the workers' logs for the reason, fix it, and drop the file again.",
  },
  LF_UNPACK: {
    message: '{file} cannot be unpacked: {reason}.',
    fix: 'It is damaged or was cut off on its way: get it again and drop it anew. Nothing of this file was kept.',
  },
  LF_UNPACK_LIMIT: {
    message: '{file} is not unpacked: {what} than {limit}.',
    fix: 'If it is meant to be so, unpack it by hand and drop what is in it.',
  },
  LF_UNIQUE_UNKNOWN: {
    message:
      '{files} files of {dataset} (first {first}) were loaded before there was the rule {rule}, and {columns} are not in the star: their keys are not known.',
    fix: "Undo those files and load them again (`landfall undo FILE`, `landfall replay FILE`); or give the rule the scope 'file'.",
  },
  LF_USAGE: {
    message: 'The call is wrong: {problem}.',
    fix: '`landfall COMMAND --help` shows what it takes, with an example.',
  },
  LF_ZIP_EMPTY: {
    message: '{file} holds no CSV file; it holds {found}.',
    fix: 'Name the files in it .csv, .tsv, .tab, .psv, .txt or .dat.',
  },
  LF_ZIP_ENCRYPTED: {
    message: '{entry} in {file} is encrypted.',
    fix: 'Landfall knows no passwords: unpack it by hand and drop what is in it.',
  },
  LF_ZIP_HEADERS: {
    message: '{entry} in {file} has another header than the files before it: {found} instead of {expected}.',
    fix: 'Drop the files that are in it one by one.',
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
  /** What its words were filled with, for those who must tell one case from another. */
  readonly values: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, values: Record<string, unknown> = {}, options?: { cause?: unknown }) {
    super(fill(errorTable[code].message, values), options);
    this.name = 'LandfallError';
    this.code = code;
    this.values = values;
    this.fix = fill(errorTable[code].fix, values);
  }

  toJSON(): { code: ErrorCode; message: string; fix: string } {
    return { code: this.code, message: this.message, fix: this.fix };
  }
}

/** The error that a description was made of, in another process. */
export function restoreError({
  code,
  message,
  fix,
}: {
  code: string;
  message: string;
  fix: string;
}): LandfallError {
  const known = code in errorTable ? (code as ErrorCode) : 'LF_INTERNAL';
  return Object.assign(new LandfallError(known, { reason: message }), { message, fix });
}

/** What to do about a code that takes no words, as those of rejects do not. */
export function fixOf(code: string): string {
  return code in errorTable ? errorTable[code as ErrorCode].fix : '';
}

/** Anything thrown, as the triple that ledger, page and terminal show. */
export function describeError(error: unknown): { code: string; message: string; fix: string } {
  if (error instanceof LandfallError) return error.toJSON();
  const reason = error instanceof Error ? error.message : String(error);
  return new LandfallError('LF_INTERNAL', { reason }, { cause: error }).toJSON();
}
