/**
 * One coordinator leads each scope. It holds an advisory lock on a dedicated connection, and the server releases
 * the lock when the process dies. The locks also show whether the coordinator of another scope is alive.
 *
 *   locking ──▶ held ── connection lost ──▶ lost ──firstRetryMs … lastRetryMs──▶ held
 *      │                                      └── another coordinator has taken it ──▶ taken (onTaken)
 *      └── another has it ──▶ LF_COORDINATOR_RUNNING
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { keptClient } from '../../platform/database/named.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

/** First key of the locks; the second is the scope. */
const lockClass = 0x1a4df410;

/** How long to wait for a coordinator that is shutting down. */
const lockTimeout = '5s';

/**
 * Lets the server detect that this process is gone when no packet says so, for example because the machine has
 * lost power or a firewall has dropped the connection. With the defaults the lock would be held for two hours.
 */
const aliveness =
  'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3';

const firstRetryMs = 100;
const lastRetryMs = 5_000;

/** A process ID alone may later belong to another session. */
const sessions = 'select pid, backend_start::text as started from pg_stat_activity';

export interface Leadership {
  /** Runs `work` if no coordinator of that scope is alive, and prevents one from starting meanwhile. */
  ifOrphaned(scope: string, work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface LeadershipEvents {
  /** Called after each failed attempt to reconnect. */
  onOutage(error: unknown): void;
  /** The lock is held again. */
  onRecovered(): void;
  /** Another coordinator took over the scope while the connection was lost, so this one has to stop. */
  onTaken(error: LandfallError): void;
}

/** Whether a coordinator leads the scope. Several may ask at once; none of them has the lock afterwards. */
export async function isLed(pool: pg.Pool, scope: string): Promise<boolean> {
  const { rows } = await pool.query('select not pg_try_advisory_xact_lock_shared($1, hashtext($2)) as led', [
    lockClass,
    scope,
  ]);
  return rows[0].led;
}

/** Throws LF_COORDINATOR_RUNNING, LF_DATABASE_…. */
export async function takeLeadership(
  databaseUrl: string,
  scope: string,
  events: LeadershipEvents,
): Promise<Leadership> {
  const lock = new HeldLock(databaseUrl, scope, events);
  await lock.acquire();
  return lock;
}

class HeldLock implements Leadership {
  private readonly databaseUrl: string;
  private readonly scope: string;
  private readonly events: LeadershipEvents;
  private client: pg.Client | null = null;
  /** The session that held the lock before. The server may not have noticed yet that it is dead. */
  private session: { pid: number; started: string } | null = null;
  private readonly closing = new AbortController();

  constructor(databaseUrl: string, scope: string, events: LeadershipEvents) {
    this.databaseUrl = databaseUrl;
    this.scope = scope;
    this.events = events;
  }

  async acquire(): Promise<void> {
    const name = `landfall coordinator ${this.scope}`;
    const client = keptClient(this.databaseUrl, { name }, (lost) => void this.lost(lost));
    try {
      await client.connect();
      await client.query(`set lock_timeout = '${lockTimeout}'; ${aliveness}`);
      await this.endSession(client);
      await client.query('select pg_advisory_lock($1, hashtext($2))', [lockClass, this.scope]);
      const { rows } = await client.query(`${sessions} where pid = pg_backend_pid()`);
      this.session = rows[0];
    } catch (error) {
      await client.end().catch(() => {});
      const waitedInVain = (error as { code?: string }).code === '55P03';
      if (!waitedInVain) throw error;
      throw new LandfallError('LF_COORDINATOR_RUNNING', { scope: this.scope }, { cause: error });
    }
    this.client = client;
  }

  /** Ends our previous session, which may still hold the lock and would keep us from acquiring it again. */
  private async endSession(client: pg.Client): Promise<void> {
    if (this.session === null) return;
    const { pid, started } = this.session;
    const ours = `${sessions} where pid = $1 and backend_start::text = $2`;
    await client.query(`select pg_terminate_backend(pid) from (${ours}) as ours`, [pid, started]);
  }

  async ifOrphaned(other: string, work: () => Promise<void>): Promise<void> {
    const { client } = this;
    if (client === null) return;
    const keys = [lockClass, other];
    const { rows } = await client.query('select pg_try_advisory_lock($1, hashtext($2)) as dead', keys);
    if (!rows[0].dead) return;
    try {
      await work();
    } finally {
      await client.query('select pg_advisory_unlock($1, hashtext($2))', keys).catch(() => {});
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => {});
  }

  private async lost(client: pg.Client): Promise<void> {
    if (this.client !== client) return;
    this.client = null;
    const { signal } = this.closing;
    for (let pauseMs = firstRetryMs; !signal.aborted; pauseMs = Math.min(lastRetryMs, pauseMs * 2)) {
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        await this.acquire();
        if (signal.aborted) await this.close();
        else this.events.onRecovered();
        return;
      } catch (error) {
        if (error instanceof LandfallError && error.code === 'LF_COORDINATOR_RUNNING')
          return this.events.onTaken(error);
        this.events.onOutage(error);
      }
    }
  }
}
