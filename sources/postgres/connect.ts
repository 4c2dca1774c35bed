/**
 * A session with the database of a source. It writes nothing. Its errors name the source and the server, never the
 * address as it was given, which contains a password.
 */
import pg from 'pg';
import { NamedClient } from '../../platform/database/named.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

/** Time in which the server must accept the connection. */
const connectMs = 10_000;
/** An idle connection is probed, so that a peer that is gone is noticed. */
const keepAliveMs = 30_000;
/** The longest that a statement may take, in ms. A COPY that takes longer resumes where it stopped. */
const statementMs = 3_600_000;
/** The longest that it waits for a lock: another session alters the table. */
const lockMs = 60_000;

/** Values are written the same on every server, and nothing can be changed. */
const session: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'on',
  statement_timeout: String(statementMs),
  lock_timeout: String(lockMs),
  idle_in_transaction_session_timeout: '0',
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'iso_8601',
  bytea_output: 'hex',
  extra_float_digits: '3',
};

/** @throws LandfallError LF_SOURCE_DATABASE_LOST, LF_SOURCE_DATABASE_REFUSED */
export async function connectSource(name: string, url: string): Promise<NamedClient> {
  let client: NamedClient;
  try {
    client = new NamedClient({
      connectionString: url,
      application_name: 'landfall source',
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveMs,
    });
  } catch {
    // The driver's error may contain the address.
    throw new LandfallError('LF_SOURCE_DATABASE_REFUSED', {
      source: name,
      reason: 'the address is not valid',
    });
  }
  try {
    await client.connect();
    const settings = Object.entries(session).map(
      ([name, value]) => `set_config('${name}', '${value}', false)`,
    );
    await client.query(`select ${settings.join(', ')}`);
  } catch (error) {
    client.abandon();
    throw sourceError(error, name);
  }
  return client;
}

/** SQLSTATE: a statement that writes, which here is one of the expression, and not a server that only reads. */
const readOnly = '25006';
/** No permission, no such database. */
const denied = /^(42501|28...|3D000)$/;
/** A time limit, a lock that is not granted, or a standby that has to apply what the query still reads. */
const stopped = /^(57014|55P03|40001)$/;
/** A table, column or function that is not there. */
const changed = /^(42P01|42703|42883)$/;

/** The error of a statement to a source's database. One that has a code of a source already stays. */
export function sourceError(error: unknown, name: string, table = ''): unknown {
  if (error instanceof LandfallError) {
    const { address, reason } = error.values as { address?: string; reason?: string };
    if (!error.code.startsWith('LF_DATABASE_')) return error;
    if ((error.cause as pg.DatabaseError).code === readOnly) return sourceError(error.cause, name, table);
    const isRefusal = error.code === 'LF_DATABASE_REFUSED' || error.code === 'LF_DATABASE_POOLER';
    const code = isRefusal ? 'LF_SOURCE_DATABASE_REFUSED' : 'LF_SOURCE_DATABASE_LOST';
    return new LandfallError(code, { source: name, reason: `${address}: ${reason}` }, { cause: error.cause });
  }
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = '', message } = error;
  const values = { source: name, table, reason: message };
  if (denied.test(code)) return new LandfallError('LF_SOURCE_DATABASE_DENIED', values, { cause: error });
  if (changed.test(code)) return new LandfallError('LF_SOURCE_DATABASE_CHANGED', values, { cause: error });
  if (stopped.test(code)) return new LandfallError('LF_SOURCE_DATABASE_LOST', values, { cause: error });
  return new LandfallError('LF_SOURCE_DATABASE_STATEMENT', values, { cause: error });
}
