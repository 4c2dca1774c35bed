/**
 * A snapshot of a source's database, and how far back the next one must reach.
 *
 * A transaction that commits after a snapshot may have an older cursor than rows that the snapshot shows. Two bounds
 * find its rows again:
 *
 *   from      The next run reads cursors from here on: the greatest cursor, but not past the start of the oldest
 *             transaction that was running, less the lag. A cursor that the server's clock sets (now() or later) is
 *             never below it, however long the transaction lasts. For other clocks there is the lag.
 *   horizon   Of those rows, the next run reads the versions whose transaction is not older than the oldest one that
 *             was running. All others were in this snapshot.
 *
 * The running transactions are listed before the snapshot is taken: one that begins in between began after the list.
 */
import pg from 'pg';
import type { SourceTable } from './table.ts';

/** Where the live runs of a source stand. */
export interface TableCursor {
  /** The least cursor that the next run reads; null: any. */
  readonly from: string | null;
  /** The oldest transaction that was running (64 bits); null if rows do not show theirs. */
  readonly horizon: string | null;
  /** Server and table that `horizon` belongs to. */
  readonly home: string;
  /** Whether `from` stays below every running transaction, or only the lag says so. */
  readonly bound: 'transactions' | 'lag';
}

interface Running {
  /** The start of the oldest running transaction, or else the time. */
  readonly oldest: string;
  readonly prepared: number;
  /** Sessions that this role may not see, or all of them: those of a primary, seen from its standby. */
  readonly hidden: number;
  readonly server: string;
}

const runningSql = `
  select least(statement_timestamp(), min(a.xact_start), (
           select min(prepared) from pg_prepared_xacts where database = current_database()))::text as oldest,
    (select count(*)::int from pg_prepared_xacts where database = current_database()) as prepared,
    (count(*) filter (where a.query = '<insufficient privilege>'))::int
      + pg_is_in_recovery()::int as hidden
  from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid()`;

const serverSql = `select s.system_identifier || '.' || c.timeline_id as server
  from pg_control_system() s, pg_control_checkpoint() c`;

/** Call it before the snapshot is taken. */
export async function runningTransactions(client: pg.ClientBase): Promise<Running> {
  const { rows } = await client.query<Omit<Running, 'server'>>(runningSql);
  // Some servers keep these functions to administrators.
  const { rows: server } = await client.query<{ server: string }>(serverSql).catch((error) => {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { rows: [{ server: '' }] };
  });
  return { ...rows[0], server: server[0].server };
}

/** How far back the next run reads, and where this one began. */
interface Reach {
  readonly lag: { readonly lagMs: number; readonly lagNumber: number };
  readonly before: TableCursor | null;
}

/** The snapshot of the open transaction. */
export interface Snapshot {
  /** When it was taken, in ISO 8601. */
  readonly at: string;
  readonly running: Running;
  /** The oldest transaction that it does not show, and the one after the newest that it may show. */
  readonly xmin: string;
  readonly xmax: string;
  /** Server and table. */
  readonly home: string;
}

/**
 * Takes the snapshot of the open transaction, which must have run nothing but LOCK TABLE: a table that was truncated
 * or rewritten after its snapshot looks empty.
 */
export async function takeSnapshot(
  client: pg.ClientBase,
  table: string,
  running: Running,
): Promise<Snapshot> {
  const { rows } = await client.query<Omit<Snapshot, 'running' | 'home'> & { oid: string }>(
    `select to_char(statement_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
       txid_snapshot_xmin(txid_current_snapshot())::text as xmin,
       txid_snapshot_xmax(txid_current_snapshot())::text as xmax,
       (select oid from pg_database where datname = current_database()) || '.'
         || to_regclass(${pg.escapeLiteral(table)})::oid as oid`,
  );
  const { at, xmin, xmax, oid } = rows[0];
  return { at, xmin, xmax, running, home: `${running.server}/${oid}` };
}

/**
 * Where live runs stand once everything in the snapshot has been read.
 */
export async function nextCursor(
  client: pg.ClientBase,
  table: SourceTable,
  { running, xmin, home }: Snapshot,
  { lag, before }: Reach,
): Promise<TableCursor> {
  return {
    from: table.cursor === null ? null : await nextFrom(client, table, running, { lag, before }),
    horizon: table.hasXmin ? xmin : null,
    home,
    bound: running.hidden === 0 && table.cursor?.kind === 'time' ? 'transactions' : 'lag',
  };
}

/** Transactions between two snapshots beyond which xmin, which has 32 bits, is not trusted: it wraps after 2^31. */
const trustedTransactions = 2 ** 30;

/**
 * A condition for the rows that the run before may not have seen. Null for all of them: xmin tells nothing if the run
 * before was long ago, or read another server or table.
 */
export function unseenSince(
  before: TableCursor | null,
  { home, xmax }: Snapshot,
  { hasXmin }: SourceTable,
): string | null {
  if (!hasXmin || before === null || before.home !== home || before.horizon === null) return null;
  const age = BigInt(xmax) - BigInt(before.horizon);
  if (age < 0n || age > BigInt(trustedTransactions)) return null;
  // 0, 1 and 2 are not transactions.
  const low = Math.max(Number(BigInt(before.horizon) % 2n ** 32n), 3);
  return `age(t.xmin) <= age('${low}'::xid)`;
}

async function nextFrom(
  client: pg.ClientBase,
  { sql: table, cursor }: SourceTable,
  { oldest, prepared }: Running,
  { lag, before }: Reach,
): Promise<string | null> {
  const { sql, kind, type } = cursor!;
  // The start of a prepared transaction is unknown. The run before reached back to it.
  if (prepared > 0 && before?.from != null) return before.from;
  const reach: Record<typeof kind, string> = {
    time: `(least(max(${sql}), ${pg.escapeLiteral(oldest)}::timestamptz::${type}) - interval '${lag.lagMs} milliseconds')::${type}`,
    number: `max(${sql}) - ${lag.lagNumber}`,
    text: `max(${sql})`,
  };
  const floor = before?.from == null ? '' : `, ${pg.escapeLiteral(before.from)}::${type}`;
  const { rows } = await client.query<{ from: string | null }>(
    `select greatest(${reach[kind]}${floor})::text as from from ${table} t`,
  );
  return rows[0].from;
}
