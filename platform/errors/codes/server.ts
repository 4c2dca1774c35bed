/** What goes wrong around Landfall: database, queue, stores. */
import type { ErrorEntries } from './entry.ts';

export const serverCodes = {
  LF_COORDINATOR_RUNNING: {
    message: 'Another coordinator is already running on this database (scope {scope}).',
    fix: 'Stop the other coordinator, or give this one a database of its own. Any number of workers may share a database.',
    retry: 'never',
  },
  LF_DATABASE_CONNECTIONS: {
    message: 'The database at {address} has no connection left: {reason}',
    fix: 'Stop programs that hold connections, run fewer workers (LANDFALL_WORKERS), or raise max_connections on the server. Work that is under way waits and resumes by itself.',
    retry: 'outage',
  },
  LF_DATABASE_DENIED: {
    message: 'PostgreSQL denies a statement: {reason}.',
    fix: 'Grant the role in DATABASE_URL the right to create schemas in the database and to use those of Landfall and of the star; then drop the file again or replay it.',
    retry: 'never',
  },
  LF_DATABASE_LIMIT: {
    message: 'A limit of PostgreSQL is exceeded: {reason}.',
    fix: "A table has at most 1,600 columns, those that were dropped among them, and a row about 8 kB beside its long texts. List fewer columns in star.columns (the lake holds all of them), or say star: 'none'.",
    retry: 'never',
  },
  LF_DATABASE_LOCKED: {
    message: 'Another session of the database holds a lock on {what}: {reason}',
    fix: 'Let the session finish, or end it (`select pg_terminate_backend(PID)`). What waits resumes by itself; run a command again that has ended.',
    retry: 'outage',
  },
  LF_DATABASE_LOST: {
    message: 'The database at {address} is out of reach: {reason}',
    fix: 'Start the server again, or fix the connection. What waits resumes by itself; run a command again that has ended.',
    retry: 'outage',
  },
  LF_DATABASE_NEWER: {
    message:
      'A newer Landfall has set up this database: it has the migration {migration}, which this version does not know.',
    fix: 'Upgrade Landfall here, or point DATABASE_URL at another database.',
    retry: 'never',
  },
  LF_DATABASE_REFUSED: {
    message: 'The database at {address} refuses the connection: {reason}',
    fix: 'Check the user, the password, the database name and the TLS parameters in DATABASE_URL, and pg_hba.conf on the server.',
    retry: 'again',
  },
  LF_DATABASE_RESOURCES: {
    message: 'The database at {address} has run out of a resource: {reason}',
    fix: 'Free disk space or memory on the server (its log says more). What waits resumes by itself; run a command again that has ended.',
    retry: 'outage',
  },
  LF_DATABASE_UNREACHABLE: {
    message: 'No database answers at {address}: {reason}',
    fix: 'Check the host and the port in DATABASE_URL, and that the server is running. Without DATABASE_URL Landfall starts a server of its own.',
    retry: 'outage',
  },
  LF_DATABASE_VALUE: {
    message: 'PostgreSQL refuses a value: {reason}.',
    fix: 'Correct the value, or change what refuses it: the type of the column, a constraint that somebody has added to the table, or the SQL of a check or mart. Then drop the file again or replay it.',
    retry: 'never',
  },
  LF_DATABASE_VERSION: {
    message: 'The server at {address} is PostgreSQL {version}; Landfall needs {needed} or newer.',
    fix: 'Upgrade the server, or unset DATABASE_URL to use the one that comes with Landfall.',
    retry: 'never',
  },
  LF_EMBEDDED_ACCOUNT: {
    message: 'PostgreSQL refuses to run as root, and Landfall could not run it as another user: {reason}',
    fix: 'Run Landfall as an ordinary user, or set DATABASE_URL to a server that is already running.',
    retry: 'never',
  },
  LF_EMBEDDED_MISSING: {
    message: 'There is no embedded PostgreSQL for {platform}: {reason}',
    fix: 'Install again without --omit=optional, or set DATABASE_URL to PostgreSQL 15 or newer.',
    retry: 'never',
  },
  LF_EMBEDDED_START: {
    message: 'The embedded PostgreSQL did not start: {reason}',
    fix: 'Read {log}. To begin with an empty database, remove {home}; to use another server, set DATABASE_URL.',
    retry: 'never',
  },
  LF_LAKE_MISSING: {
    message: '{store} is not the lake that the ledger knows: its parts and the file {mark} are missing.',
    fix: 'Mount the disk again, or correct LAKE_URL. What waits resumes by itself; run a command again that has ended. If the parts are gone for good, create the empty file {mark}: Landfall then writes to this folder.',
    retry: 'outage',
  },
  LF_QUEUE_LOST: {
    message: 'The queue (Redis at {address}) is out of reach: {reason}',
    fix: 'Start Redis again, fix the connection, or give Redis more memory. What waits resumes by itself; run a command again that has ended. Jobs that Redis has lost are queued again from the ledger.',
    retry: 'outage',
  },
  LF_QUEUE_REFUSED: {
    message: 'The queue (Redis at {address}) refuses the connection: {reason}',
    fix: 'Check the user, the password and the database number in REDIS_URL.',
    retry: 'again',
  },
  LF_STORAGE: {
    message: '{store} cannot be used: {reason}',
    fix: 'Check that the store is there and reachable, and that it has room. What waits resumes by itself; run a command again that has ended.',
    retry: 'outage',
  },
  LF_STORAGE_DENIED: {
    message: '{store} cannot be used: {reason}',
    fix: 'Check the permissions of the folder, or the credentials (AWS_…) and the policy of the bucket. What waits resumes by itself; run a command again that has ended.',
    retry: 'outage',
  },
  LF_STORAGE_MISSING: {
    message: '{store} cannot be opened: {reason}',
    fix: 'Create the bucket, or name a folder: a file must not be in its place.',
    retry: 'never',
  },
  LF_STORAGE_OBJECT: {
    message: '{file} cannot be read or written: {reason}',
    fix: 'Check the permissions and the name of the file, and the disk that it is on.',
    retry: 'again',
  },
} as const satisfies ErrorEntries;
