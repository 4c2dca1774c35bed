/** The database of a run: the user's own server, or the embedded one. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Config } from '../config/config.ts';
import { LandfallError } from '../errors/errors.ts';
import { databaseAddress } from './address.ts';
import { openServer } from './embedded/embedded-server.ts';
import { NamedPool } from './named.ts';
import { sharesSessions } from './pooler.ts';

export { databaseAddress } from './address.ts';

export interface Database {
  /** Holds the password: never print it. */
  readonly url: string;
  /** int8 arrives as a JavaScript number (every count and offset of ours is below 2^53). */
  readonly pool: pg.Pool;
  readonly embedded: boolean;
  /** Starts the embedded server again where it has ended. Only with one. */
  readonly restart?: () => Promise<void>;
  /** Ends the pool and leaves the embedded server, which the last process of the home to leave stops. */
  close(): Promise<void>;
}

/** The oldest server that has all we use. */
const versionNeeded = 15;
/** Connections of a coordinator or a command. With three a rebuild can go on, which holds two and asks on another. */
const maxDefault = 10;
const maxOfFewDefault = 3;

interface PoolSize {
  readonly max?: number;
  readonly maxOfFew?: number;
  readonly name?: string;
}

/** Clients that are still out then are cut off by the server, not waited for. */
const poolEndMs = 5000;

/**
 * Opens the database of these settings, starting or joining the embedded server where `databaseUrl` is
 * null.
 * `prepare` is called before anything else uses it; what it throws closes the database.
 * @throws LandfallError LF_DATABASE_CONNECTIONS, LF_DATABASE_ENCODING, LF_DATABASE_POOLER, LF_DATABASE_REFUSED, LF_DATABASE_UNREACHABLE, LF_DATABASE_VERSION, LF_EMBEDDED_…
 */
export async function openServerDatabase(
  config: Pick<Config, 'home' | 'databaseUrl'>,
  prepare: (pool: pg.Pool) => Promise<unknown>,
): Promise<Database> {
  const server = config.databaseUrl === null ? await openServer(config.home) : null;
  const database = connectDatabase(config.databaseUrl ?? server!.url);
  const close = async () => {
    await database.close();
    await server?.stop();
  };
  try {
    await checkServer(database);
    await prepare(database.pool);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...database, embedded: server !== null, ...(server && { restart: server.restart }), close };
}

/**
 * A pool on a database that somebody else has opened and migrated, for workers. Connects when first used.
 * @param options.max connections at most; `maxOfFew`: where the role may have few
 */
export function connectDatabase(
  url: string,
  { max = maxDefault, maxOfFew = Math.min(max, maxOfFewDefault), name = 'landfall' }: PoolSize = {},
): Database {
  const config = {
    connectionString: url,
    max,
    maxOfFew,
    application_name: name,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser },
  };
  const pool = new NamedPool(config, databaseAddress(url));
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= Promise.race([pool.end(), delay(poolEndMs, undefined, { ref: false })]));
  return { url, pool, embedded: false, close };
}

const parseInt8 = (text: string): number => Number(text);

/** pg's parsers, but int8 as number instead of text. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 && format !== 'binary'
    ? parseInt8
    : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser;

export interface ServerVersion {
  /** As in PostgreSQL 18. */
  readonly major: number;
  /** As the server says it: `18.4 (Debian 18.4-1)`. */
  readonly version: string;
}

/** The version of the server. Throws its error. */
export async function serverVersion(pool: pg.Pool): Promise<ServerVersion> {
  const text = `select current_setting('server_version_num')::int / 10000 as major, current_setting('server_version') as version`;
  return (await pool.query<ServerVersion>(text)).rows[0];
}

/** Checks that the server answers and is new enough, and that a pooler in front of it keeps sessions. */
export async function checkServer(database: Database): Promise<{ version: string }> {
  const address = databaseAddress(database.url);
  let server: ServerVersion;
  try {
    server = await serverVersion(database.pool);
  } catch (error) {
    // Before anything was asked of it, the first question is whether its address is right.
    if (!(error instanceof LandfallError) || error.code !== 'LF_DATABASE_LOST') throw error;
    const { reason } = error.values;
    throw new LandfallError('LF_DATABASE_UNREACHABLE', { address, reason }, { cause: error });
  }
  const { major, version } = server;
  if (major < versionNeeded) {
    throw new LandfallError('LF_DATABASE_VERSION', { address, version, needed: versionNeeded });
  }
  const { pool } = database;
  if (pool instanceof NamedPool && pool.isPooled && (await sharesSessions(pool))) {
    const reason = 'it gives a session to others between two transactions';
    throw new LandfallError('LF_DATABASE_POOLER', { address, reason });
  }
  return { version };
}
