import pg from 'pg';

/**
 * What every session of ours depends on, whatever role, database and server are set to: how values are read and
 * written, where names are looked up, isolation, and no limits but those that we set ourselves. A server that does not
 * hear from this machine any more, because it has lost power or a firewall has dropped the connection, releases what the
 * session holds after half a minute, not after two hours; if its process is frozen in a transaction, after two minutes.
 */
const settings = [
  ...[`datestyle = 'ISO, MDY'`, `intervalstyle = 'postgres'`, `timezone = 'UTC'`, 'extra_float_digits = 1'],
  ...[`bytea_output = 'hex'`, 'standard_conforming_strings = on', 'array_nulls = on'],
  ...['quote_all_identifiers = off', 'transform_null_equals = off'],
  ...[`default_transaction_isolation = 'read committed'`, 'default_transaction_read_only = off'],
  // Rows that a policy hides would be missing without a word: the server refuses the statement.
  'row_security = off',
  // Tables that are of another kind may not be able to update rows.
  'default_table_access_method = heap',
  ...['lock_timeout = 0', 'idle_session_timeout = 0'],
  `idle_in_transaction_session_timeout = '2min'`,
  ...['tcp_keepalives_idle = 10', 'tcp_keepalives_interval = 5', 'tcp_keepalives_count = 3'],
  `tcp_user_timeout = '25s'`,
];

/** Before the others, which have to end in time, too. Servers before PostgreSQL 17 lack one of them. */
const limits = [
  'set statement_timeout = 0',
  `select set_config('transaction_timeout', '0', false) where current_setting('transaction_timeout', true) is not null`,
];

/** One of which several values are safe, and one that needs a privilege. */
const conditional = [
  `set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
  // Otherwise triggers do not run. Only a superuser can have given it to the role, and may have to take it away.
  `set_config('session_replication_role', 'origin', false) where current_setting('session_replication_role') <> 'origin'`,
];

/** As the server has it by default: names without a schema in definitions mean the same everywhere. */
const usualPath = '"$user", public';

/** What a session says of itself at its beginning. */
export interface SessionFacts {
  /** Whose privileges count: of the user, unless an administrator has given it another role. */
  readonly role: string;
  /** Of the database: `UTF8`. */
  readonly encoding: string;
  /** How many sessions the role may have here: what server, database and role allow. */
  readonly connections: number;
  /** The server's process. Where a pooler is in between, the driver was told another one. */
  readonly pid: number;
}

const facts = `
  select current_user as role, current_setting('server_encoding') as encoding, pg_backend_pid() as pid, least(
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
      - coalesce(current_setting('reserved_connections', true), '0')::integer,
    nullif(rolconnlimit, -1), nullif(datconnlimit, -1)) as connections
  from pg_roles, pg_database where rolname = session_user and datname = current_database()`;

/** The statements that a session begins with. The last one gives a row: SessionFacts. */
export function sessionSql(searchPath?: string): string {
  const path = searchPath === undefined ? usualPath : pg.escapeIdentifier(searchPath);
  return [
    ...limits,
    ...[...settings, `search_path = ${path}`].map((setting) => `set ${setting}`),
    ...conditional.map((setting) => `select ${setting}`),
    facts,
  ].join(';');
}
