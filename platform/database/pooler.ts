/**
 * Poolers such as PgBouncer, which stand between a client and its server. One that keeps a session for each connection
 * is as good as the server. One that gives the session away between two transactions is not: what we listen to, the locks
 * that we hold and what we set would belong to somebody else.
 */
import type pg from 'pg';
import type { ErrorCode } from '../errors/errors.ts';

/** SQLSTATE: protocol_violation. PgBouncer gives it to all that it says itself. */
export const saidByPooler = '08P01';

/** What PgBouncer says: https://github.com/pgbouncer/pgbouncer. Whatever is not here is an outage. */
const words: readonly (readonly [RegExp, ErrorCode])[] = [
  [/not allowed in statement pooling mode/, 'LF_DATABASE_POOLER'],
  [/^no more connections allowed|^query_wait_timeout/, 'LF_DATABASE_CONNECTIONS'],
  [
    /^unsupported startup parameter|authentication failed|does not exist|^no such (database|user)/,
    'LF_DATABASE_REFUSED',
  ],
  [/login rejected|SSL required/, 'LF_DATABASE_REFUSED'],
];

export function poolerCode(message: string): ErrorCode {
  return words.find(([said]) => said.test(message))?.[1] ?? 'LF_DATABASE_LOST';
}

/**
 * How many connections look for a session of another. With two, one is found in an idle pool, whether it gives its
 * sessions away first in, first out or last in, first out. Other clients may take one meanwhile: it is tried again.
 */
const others = 2;
const tries = 3;

/**
 * Whether sessions are given away between transactions: one connection is idle, and others begin transactions one after
 * the other. Two of them then have the same session, or the first has another one.
 */
export async function sharesSessions(pool: pg.Pool): Promise<boolean> {
  for (let tried = 0; tried < tries; tried++) if (await looksForOthers(pool)) return true;
  return false;
}

async function looksForOthers(pool: pg.Pool): Promise<boolean> {
  const first = await pool.connect();
  const held: pg.PoolClient[] = [];
  try {
    const session = await sessionOf(first);
    for (let i = 0; i < others; i++) {
      const other = await pool.connect();
      held.push(other);
      await other.query('begin');
      if ((await sessionOf(other)) === session || (await sessionOf(first)) !== session) return true;
    }
    return false;
  } finally {
    for (const other of held) {
      await other.query('rollback').catch(() => {});
      other.release();
    }
    first.release();
  }
}

async function sessionOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0].pid;
}
