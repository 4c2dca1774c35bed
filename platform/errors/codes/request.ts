/** What is wrong with a call, a setting or a request. */
import type { ErrorEntries } from './entry.ts';

export const requestCodes = {
  LF_CONFIG: {
    message: 'The settings have mistakes: {mistakes}',
    fix: 'Fix each setting that is named; `landfall doctor` shows the settings in force.',
    retry: 'never',
  },
  LF_ATTENTION_UNKNOWN: {
    message: 'There is no notice of the kind {kind} about {key}.',
    fix: '/api/attention lists what needs a person. It may have been dealt with.',
    retry: 'never',
  },
  LF_HTTP_API_PAGE: {
    message: 'The page on which the API can be tried needs @fastify/swagger-ui, which is not installed.',
    fix: 'Run `npm install @fastify/swagger-ui` in this folder, or with -g beside a global landfall. /api/openapi.json describes the API without it.',
    retry: 'never',
  },
  LF_HTTP_CONSOLE: {
    message: 'The console of the queue cannot be shown: {reason}.',
    fix: '{what}.',
    retry: 'never',
  },
  LF_HTTP_HOST: {
    message: 'This server does not answer to the name {host}.',
    fix: 'Use the address that the server printed when it started, or localhost.',
    retry: 'never',
  },
  LF_HTTP_METHOD: {
    message: '{path} does not accept {method} requests.',
    fix: 'It accepts {allow}. /api/openapi.json lists every address.',
    retry: 'never',
  },
  LF_HTTP_NOT_FOUND: {
    message: 'There is nothing at {path}.',
    fix: '/api/openapi.json lists every address.',
    retry: 'never',
  },
  LF_HTTP_ORIGIN: {
    message: 'This server does not accept connections from another site ({origin}).',
    fix: 'Open the page that this server serves.',
    retry: 'never',
  },
  LF_HTTP_ROLE: {
    message: 'The token {name} has the role {role}; this request needs the role {needed}.',
    fix: 'Use a token with that role. LANDFALL_TOKENS sets the roles, where the server runs.',
    retry: 'never',
  },
  LF_HTTP_PAGE: {
    message: 'The page is not built: {folder} does not exist.',
    fix: 'Run `npm run build`.',
    retry: 'never',
  },
  LF_HTTP_PORT: {
    message: 'Another program is using {host}:{port}.',
    fix: 'Stop that program, or choose another port with --port or LANDFALL_PORT.',
    retry: 'never',
  },
  LF_HTTP_REQUEST: {
    message: 'Invalid request: {mistakes}',
    fix: '/api/openapi.json says what this address accepts.',
    retry: 'never',
  },
  LF_WEBHOOK_DELIVERY: {
    message: 'There is no delivery {delivery}.',
    fix: '`landfall webhooks list` shows deliveries with their numbers. It may have been pruned.',
    retry: 'never',
  },
  LF_WEBHOOK_UNKNOWN: {
    message: 'The settings have no endpoint {name}. Known endpoints: {known}.',
    fix: 'Name one of them, or add it to LANDFALL_WEBHOOKS (docs/operations/webhooks.md).',
    retry: 'never',
  },
  LF_HTTP_STANDBY: {
    message: 'This coordinator stands by and cannot forward requests to the leader. {why}',
    fix: 'Wait until a coordinator leads. If one does, check that this host reaches its port (LANDFALL_HOST).',
    retry: 'never',
  },
  LF_HTTP_TOKEN: {
    message: 'This server requires a token.',
    fix: 'Send `Authorization: Bearer TOKEN`, or open /?token=TOKEN. TOKEN is the value of LANDFALL_TOKEN where the server runs.',
    retry: 'never',
  },
  LF_WATCH_TOKEN: {
    message: 'The coordinator at {url} {asks} token.',
    fix: 'Set LANDFALL_TOKEN to the token of that coordinator.',
    retry: 'never',
  },
  LF_DUCKDB_MISSING: {
    message: '--lake asks the lake with DuckDB, which is not installed.',
    fix: 'Run `npm install @duckdb/node-api` in this folder, or with -g beside a global landfall.',
    retry: 'never',
  },
  LF_DUCKDB_S3: {
    message: 'DuckDB cannot read {lake}: {reason}',
    fix: 'DuckDB needs its extension httpfs, which it downloads once from extensions.duckdb.org, and credentials as Landfall has them.',
    retry: 'never',
  },
  LF_PSQL_MISSING: {
    message: 'There is no psql on the PATH.',
    fix: 'Install the client of PostgreSQL (apt-get install postgresql-client, brew install libpq), or use `landfall query`.',
    retry: 'never',
  },
  LF_SQL_FAILED: {
    message: 'The query failed: {reason}',
    fix: 'Fix the SQL and ask again.',
    retry: 'never',
  },
  LF_SQL_OUTPUT: {
    message: 'The answer cannot be written to {file}: {reason}',
    fix: 'Choose another file with --out; its folder must exist.',
    retry: 'never',
  },
  LF_SQL_READ_ONLY: {
    message: '`landfall query` only reads: {reason}.',
    fix: 'Use `landfall psql` for statements that change something.',
    retry: 'never',
  },
  LF_SQL_TABLE: {
    message: 'The query failed: {reason}. There are: {tables}',
    fix: 'Query one of the tables and views that are named. A table is created when the first file of its dataset lands.',
    retry: 'never',
  },
  LF_SQL_TIMEOUT: {
    message: 'The query took longer than {seconds} s and was stopped.',
    fix: 'Ask for less, or allow more time with --timeout; 0 sets no limit.',
    retry: 'never',
  },
  LF_SQL_VALUE: {
    message: 'The column {column} has a value that {format} cannot hold: {value}',
    fix: 'Cast the column to text in the SQL, or choose another format.',
    retry: 'never',
  },
  LF_DEFINITION_PLACE: {
    message: 'There is no folder for definitions: LANDFALL_DATASETS names none.',
    fix: 'Name a folder in LANDFALL_DATASETS that the coordinator can write to, or save the definition yourself.',
    retry: 'never',
  },
  LF_UPLOAD_BUSY: {
    message: 'Another piece of {file} is being received, or the file is moving.',
    fix: 'Send one piece after another. After a cut, wait a moment and ask where to continue.',
    retry: 'never',
  },
  LF_UPLOAD_CHILD: {
    message: '{dataset} has no files of its own: its rows come from the files of {parent}.',
    fix: 'Upload the file for {parent}.',
    retry: 'never',
  },
  LF_UPLOAD_CONTENT: {
    message: 'The upload of {file} does not match what was announced: {reason}.',
    fix: 'Send what is missing, or upload it again.',
    retry: 'never',
  },
  LF_UPLOAD_EXISTS: {
    message: '{file} is in the landing folder already.',
    fix: 'Wait until it is loaded, or give the upload another name.',
    retry: 'never',
  },
  LF_UPLOAD_MANY: {
    message: '{most} uploads have not ended, which is as many as may wait.',
    fix: 'Finish some of them, or drop them. Each is dropped a day after its last piece.',
    retry: 'never',
  },
  LF_UPLOAD_NAME: {
    message: '{file} cannot be the name of an upload: {reason}.',
    fix: 'Rename the file.',
    retry: 'never',
  },
  LF_UPLOAD_OFFSET: {
    message: 'The upload has {has|byte}, and the piece begins at {offset}.',
    fix: 'Send the piece that begins there.',
    retry: 'never',
  },
  LF_UPLOAD_SPACE: {
    message: 'The upload has {bytes|byte}, and half of the free disk space is {free|byte}.',
    fix: 'Free space where LANDFALL_HOME is, or copy the file into the landing folder yourself.',
    retry: 'never',
  },
  LF_UPLOAD_UNKNOWN: {
    message: 'There is no upload {upload}.',
    fix: 'It has landed, was dropped, or had no piece for a day. Begin again with POST /api/uploads.',
    retry: 'never',
  },
  LF_UPLOAD_SIZE: {
    message: 'The upload has more than the {most|byte} that it may have.',
    fix: 'Send less at once, or drop the file into the landing folder.',
    retry: 'never',
  },
  LF_USAGE: {
    message: 'Invalid usage: {problem}.',
    fix: '`landfall COMMAND --help` shows the arguments, with an example.',
    retry: 'never',
  },
} as const satisfies ErrorEntries;
