/** Stops work at a chosen step: by holding a lock in the database that the step needs. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface Lock {
  /** Resolves when somebody waits for it. */
  waitedFor(): Promise<void>;
  /** As if the holder's transaction had ended. Repeating it is harmless. */
  release(): Promise<void>;
}

/** Holds what the statement locks until it is released. */
export async function holdLock(
  site: { readonly database: { readonly url: string; readonly pool: pg.Pool } },
  statement: string,
): Promise<Lock> {
  const client = new pg.Client({ connectionString: site.database.url, application_name: 'the test' });
  await client.connect();
  await client.query('begin');
  await client.query(statement);
  const { rows } = await client.query('select pg_backend_pid() as pid');
  let held = true;
  return {
    async waitedFor() {
      const text = 'select 1 from pg_stat_activity where $1 = any(pg_blocking_pids(pid))';
      while ((await site.database.pool.query(text, [rows[0].pid])).rows.length === 0) await delay(20);
    },
    async release() {
      if (held) await client.end();
      held = false;
    },
  };
}
