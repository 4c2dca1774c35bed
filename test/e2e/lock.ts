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

/** Keys of the advisory locks that commits of chunks wait for. */
const commitKeys = { all: 4711, later: 4712 } as const;

/** Commits of chunks wait until it is released: all of them, or those of a file that has a committed chunk. */
export async function holdCommits(
  site: Parameters<typeof holdLock>[0],
  which: keyof typeof commitKeys,
): Promise<Lock> {
  const { pool } = site.database;
  await pool.query(
    `create or replace function public.hold_commit() returns trigger language plpgsql as $$ begin
       perform pg_advisory_xact_lock_shared(${commitKeys.all});
       if exists (select from landfall.chunk where file_id = new.file_id and state = 'committed') then
         perform pg_advisory_xact_lock_shared(${commitKeys.later});
       end if;
       return new; end $$`,
  );
  await pool.query(
    `create or replace trigger hold_commit before update on landfall.chunk
     for each row when (new.state = 'committed') execute function public.hold_commit()`,
  );
  return holdLock(site, `select pg_advisory_xact_lock(${commitKeys[which]})`);
}
