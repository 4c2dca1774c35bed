/**
 * One coordinator leads each scope. It holds an advisory lock on a dedicated connection, and the server releases
 * the lock when the process dies. The locks also show whether the coordinator of another scope is alive.
 *
 *   locking ──▶ held ── connection lost ──▶ lost ──firstRetryMs … lastRetryMs──▶ held
 *      │ ▲                                    └── another coordinator has led since ──▶ taken (onTaken)
 *      │ └─standby─┐
 *      └── another has it ──▶ LF_COORDINATOR_RUNNING
 *
 * The connection is probed. One of the pool that the server does not hear from is ended by the server, whether the
 * process is dead, frozen or cut off, and a standby takes over. Each one that takes over begins a new term, which ends
 * the sessions of the terms before; the ledger refuses the changes of an older term (ledger/tables/scopes.ts).
 */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import {
  announceLeader,
  beginTerm,
  endSessionsBefore,
  forgetLeaderOf,
  leaderOf,
  openingOf,
} from '../../ledger/tables/scopes.ts';
import { keptClient, type OwnClient } from '../../platform/database/named.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

/** First key of the locks; the second is the scope. */
const lockClass = 0x1a4df410;

/** How long to wait for a coordinator that is shutting down. */
const lockMs = 5_000;

/** Time between probes of the connection, for the answer to one, and for any other answer. */
const probeMs = 3_000;
const answerMs = 5_000;
const queryMs = 12_000;

/** After this without a probe the server ends the session. Only of the pool: commands have no standby. */
const silenceMs = 12_000;

/** How long sessions of the term before may take to end. */
const endingMs = 10_000;

const firstRetryMs = 100;
const lastRetryMs = 5_000;

/** A process ID alone may later belong to another session. */
const sessions = 'select pid, backend_start::text as started from pg_stat_activity';

export interface Leadership {
  /** What each session runs first in which this coordinator works: ledger/tables/scopes.ts. */
  readonly opening: string;
  /** The term in which this coordinator leads now; null while it does not. */
  readonly leading: number | null;
  /** Runs `work` if no coordinator of that scope is alive, and prevents one from starting meanwhile. */
  ifOrphaned(scope: string, work: () => Promise<void>): Promise<void>;
  /** Tells those that stand by where the page is served: now, and again whenever it has connected again. */
  announce(served: Served): Promise<void>;
  close(): Promise<void>;
}

/** The address and the port on which a process listens. */
export interface Served {
  readonly host: string;
  readonly port: number;
}

export interface LeadershipEvents {
  /** Called after each failed attempt to reconnect. */
  onOutage(error: unknown): void;
  /** The lock is held again. */
  onRecovered(): void;
  /** Another coordinator took over the scope while the connection was lost, so this one has to stop. */
  onTaken(error: LandfallError): void;
}

/** How to wait for a coordinator that leads: until it does not. */
export interface Standby {
  /** Ends the wait at once, with its reason. */
  readonly signal: AbortSignal;
  /** Called once, with who leads: `(scope pool, on HOST, process 4711)`. `url`: where probes are answered meanwhile. */
  onWaiting(error: LandfallError, url?: string): void;
  /** Called now and then with where the one that leads serves its page; null: nowhere yet. */
  onLeader?(url: string | null): void;
}

/** Whether a coordinator leads the scope. Several may ask at once; none of them has the lock afterwards. */
export async function isLed(pool: pg.Pool, scope: string): Promise<boolean> {
  const { rows } = await pool.query('select not pg_try_advisory_xact_lock_shared($1, hashtext($2)) as led', [
    lockClass,
    scope,
  ]);
  return rows[0].led;
}

/** Throws LF_COORDINATOR_RUNNING, LF_DATABASE_…; with a standby, what its signal is aborted with. */
export async function takeLeadership(
  databaseUrl: string,
  scope: string,
  events: LeadershipEvents,
  standby?: Standby,
): Promise<Leadership> {
  const lock = new HeldLock(databaseUrl, scope, events);
  if (standby === undefined) await lock.acquire();
  else await lock.await(standby);
  return lock;
}

class HeldLock implements Leadership {
  private readonly databaseUrl: string;
  private readonly scope: string;
  private readonly events: LeadershipEvents;
  private client: OwnClient | null = null;
  private term: number | null = null;
  /** The session that held the lock before. The server may not have noticed yet that it is dead. */
  private session: { pid: number; started: string } | null = null;
  private served: Served | null = null;
  private readonly closing = new AbortController();

  constructor(databaseUrl: string, scope: string, events: LeadershipEvents) {
    this.databaseUrl = databaseUrl;
    this.scope = scope;
    this.events = events;
  }

  get opening(): string {
    return openingOf(this.scope, this.term!);
  }

  get leading(): number | null {
    return this.client === null ? null : this.term;
  }

  async acquire({ signal, onLeader }: Partial<Standby> = {}): Promise<void> {
    const { scope } = this;
    const name = `landfall coordinator ${scope}`;
    const client = keptClient(this.databaseUrl, { name, queryMs }, (lost) => void this.lost(lost));
    const stop = () => client.abandon();
    signal?.addEventListener('abort', stop);
    try {
      await client.connect();
      await client.query(`set lock_timeout = ${lockMs}`);
      await this.refuseIfReplaced(client);
      await this.endSession(client);
      if (onLeader !== undefined) onLeader((await leaderOf(client, scope))?.url ?? null);
      await client.query('select pg_advisory_lock($1, hashtext($2))', [lockClass, scope]);
      await this.refuseIfReplaced(client);
      if (scope === 'pool') await client.query(`set idle_session_timeout = ${silenceMs}`);
      const { rows } = await client.query(`${sessions} where pid = pg_backend_pid()`);
      this.session = rows[0];
      this.term ??= await newTerm(client, scope);
    } catch (error) {
      const waitedInVain = (error as { code?: string }).code === '55P03';
      const leader = waitedInVain ? await leaderOf(client, scope).catch(() => undefined) : undefined;
      await client.end().catch(() => {});
      if (!waitedInVain) throw error;
      const where = leader === undefined ? '' : `, on ${leader.host}, process ${leader.pid}`;
      throw new LandfallError('LF_COORDINATOR_RUNNING', { scope, where }, { cause: error });
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    this.client = client;
    this.probe(client);
    if (this.served !== null) await this.announce(this.served);
  }

  async announce(served: Served): Promise<void> {
    this.served = served;
    const { client, scope, term } = this;
    if (client === null || term === null) return;
    const url = urlOf(served, client.localAddress);
    // If the connection is lost, the next one tells it.
    await announceLeader(client, { scope, term, url }).catch(() => {});
  }

  /** Acquires the lock as soon as nobody has it. A server that is away is waited for, too. */
  async await(standby: Standby): Promise<void> {
    const { signal, onWaiting } = standby;
    for (let said = false; ; ) {
      signal.throwIfAborted();
      try {
        return await this.acquire(standby);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof LandfallError)) throw error;
        if (error.code !== 'LF_COORDINATOR_RUNNING') {
          if (!said) throw error;
          this.events.onOutage(error);
          await delay(lastRetryMs, undefined, { signal }).catch(() => {});
          continue;
        }
        if (!said) onWaiting(error);
        said = true;
      }
    }
  }

  /** Throws LF_COORDINATOR_RUNNING if another coordinator has led since this one did: what this one knows is old. */
  private async refuseIfReplaced(client: pg.Client): Promise<void> {
    if (this.term === null) return;
    const { scope } = this;
    const leader = await leaderOf(client, scope);
    if (leader === undefined || leader.term === this.term) return;
    const where = `, on ${leader.host}, process ${leader.pid}`;
    throw new LandfallError('LF_COORDINATOR_RUNNING', { scope, where });
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
    const { client, scope } = this;
    this.client = null;
    if (client !== null && scope !== 'pool') await forgetLeaderOf(client, scope).catch(() => {});
    await client?.end().catch(() => {});
  }

  /** Asks now and then who leads, so that both sides notice when they do not hear from each other. */
  private probe(client: pg.Client): void {
    const timer = setTimeout(async () => {
      if (this.client !== client) return;
      try {
        const ended = new AbortController();
        const late = delay(answerMs, undefined, { signal: ended.signal }).then(() => {
          throw new Error('the server does not answer');
        });
        await Promise.race([this.refuseIfReplaced(client), late]).finally(() => ended.abort());
        this.probe(client);
      } catch {
        await this.lost(client);
      }
    }, probeMs);
    timer.unref();
  }

  private async lost(client: pg.Client): Promise<void> {
    if (this.client !== client) return;
    this.client = null;
    client.end().catch(() => {});
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

/**
 * Where others reach a page. One that is served on all addresses of its host is asked on the one from which the host
 * talks to the database.
 */
function urlOf({ host, port }: Served, localAddress: string): string {
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? localAddress.replace(/^::ffff:/, '') : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * Begins a term. Sessions of the terms before are ended first, because one may have a transaction open that the new
 * term would wait for, and then again: one may have begun meanwhile.
 */
async function newTerm(client: pg.Client, scope: string): Promise<number> {
  const before = (await leaderOf(client, scope))?.term ?? 0;
  await endSessionsBefore(client, scope, before + 1);
  const term = await beginTerm(client, scope, hostname(), process.pid);
  for (const until = Date.now() + endingMs; !(await endSessionsBefore(client, scope, term)); ) {
    if (Date.now() > until) throw new LandfallError('LF_COORDINATOR_SESSIONS', { scope });
  }
  return term;
}
