/**
 * Refreshes table marts of a dataset, two at a time: a refresh mostly keeps one process of the server busy, and
 * the workers of the machine have nothing left to do. Two connections take marts from the same list.
 *
 *   first    lock ─▶ refresh … ─┐                 ┌─▶ note, commit
 *   second          refresh … ──┴─▶ commit ───────┘
 *
 * Both finish before either commits, so that marts change together. The note that they are refreshed commits last. If
 * the process dies in between, the marts are still noted as out of date, and are refreshed again.
 *
 * A mart that cannot be refreshed keeps its rows and holds no other up, except those that read it. The ledger notes
 * since when and why.
 */

import { availableParallelism } from 'node:os';
import type pg from 'pg';
import * as ledger from '../../../ledger/tables/marts.ts';
import type { CompiledDataset, CompiledSqlMart } from '../../../model/compiled.ts';
import { inTransaction, transactionOn } from '../../../platform/database/transaction.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { isCollision, retryOf } from '../../../platform/errors/retry.ts';
import { starLock } from '../ddl/make-star.ts';
import { qualified } from '../ddl/sql-columns.ts';
import { starOf } from '../star-of.ts';
import { groupsOf, type MartGroup } from './mart-groups.ts';

/**
 * How long a refresh waits for a lock. If the other of two holds it, it would wait forever; and while a mart without a
 * unique key waits for its readers, new readers wait behind it.
 */
const lockTimeout = '2s';

/** Cores for each of two refreshes. A server on another machine is assumed to have as many cores as this one. */
const cores = availableParallelism();

/** What is needed of a dataset to refresh its marts. */
export type MartsOf = Pick<CompiledDataset, 'name' | 'star' | 'marts'>;

/** A mart that could not be refreshed. */
export interface MartFailure {
  readonly dataset: string;
  readonly name: string;
  /**
   * LF_MART_REFRESH; LF_DATABASE_PRIVILEGE; LF_DATABASE_LOCKED if another session holds a lock: it can be refreshed later.
   */
  readonly error: LandfallError;
}

/** The table marts of a dataset. */
export function tableMarts({ marts }: Pick<MartsOf, 'marts'>): CompiledSqlMart[] {
  return marts.filter((mart): mart is CompiledSqlMart => mart.kind === 'table');
}

/**
 * Refreshes table marts of a dataset: those of `names` (default: all), and those that they read or that read them.
 * Returns those that could not be refreshed, which the ledger has noted. Concurrent calls, from any process, run one
 * after the other. Throws if the server is out of reach.
 */
export async function refreshMarts(
  pool: pg.Pool,
  dataset: MartsOf,
  names: ReadonlySet<string> = new Set(tableMarts(dataset).map(({ name }) => name)),
): Promise<MartFailure[]> {
  let isPaired = false;
  const first = await refresh(pool, dataset, names, async () => {
    const second = await spareConnection(pool);
    isPaired = second !== null;
    return second;
  });
  // Each of two connections may have waited for the other.
  const held = isPaired ? first.filter(({ error }) => error.code === 'LF_DATABASE_LOCKED') : [];
  const again = new Set(held.map(({ name }) => name));
  const second = held.length > 0 ? await refresh(pool, dataset, again, async () => null) : [];
  crashPoint('marts.committed');
  return [...first.filter((failure) => !held.includes(failure)), ...second];
}

/** The table marts of a dataset that exist in the database. */
export async function existingMarts(pool: pg.Pool, dataset: MartsOf): Promise<CompiledSqlMart[]> {
  const { star } = dataset;
  if (star === null) return [];
  const tables = tableMarts(dataset);
  const existing = await ledger.existingMarts(
    pool,
    star.schema,
    tables.map(({ name }) => name),
  );
  return tables.filter(({ name }) => existing.has(name));
}

/** A mart that could not be refreshed. */
interface Failed {
  readonly name: string;
  /** The mart at fault: itself, or one that it reads. */
  readonly at: string;
  /** What the server says about that one. */
  readonly cause: unknown;
}

/** What two connections share. */
interface Work {
  readonly dataset: MartsOf;
  readonly left: MartGroup[];
  readonly refreshed: string[];
  readonly failed: Failed[];
}

async function refresh(
  pool: pg.Pool,
  dataset: MartsOf,
  names: ReadonlySet<string>,
  helper: () => Promise<pg.PoolClient | null>,
): Promise<MartFailure[]> {
  return inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [starLock, dataset.name]);
    const changes = await ledger.fileChanges(client, dataset.name);
    const groups = await groupsOf(client, starOf(dataset).schema, tableMarts(dataset));
    const left = groups.filter(({ marts }) => marts.some(({ name }) => names.has(name)));
    const work: Work = { dataset, left, refreshed: [], failed: [] };
    const second = left.length > 1 ? await helper() : null;
    const refreshOn = async (...clients: pg.ClientBase[]) => {
      await refreshTogether(clients, work);
      crashPoint('marts.refreshed');
    };
    if (second === null) await refreshOn(client);
    else await transactionOn(second, () => refreshOn(client, second));
    await ledger.noteRefresh(client, dataset.name, work.refreshed, changes);
    const failures = await noteFailures(client, work);
    if (second !== null) crashPoint('marts.half-committed');
    return failures;
  });
}

async function noteFailures(client: pg.ClientBase, { dataset, failed }: Work): Promise<MartFailure[]> {
  const failures: MartFailure[] = [];
  for (const one of failed) {
    const error = await describe(client, dataset, one);
    const failure = { dataset: dataset.name, name: one.name, error };
    await ledger.noteFailure(client, failure, failure.error.toJSON());
    failures.push(failure);
  }
  return failures;
}

/** A connection that is available at once. Waiting for one while holding another could last forever. */
async function spareConnection(pool: pg.Pool): Promise<pg.PoolClient | null> {
  const isFree = pool.idleCount > 0 || pool.totalCount < pool.options.max;
  if (!isFree || pool.waitingCount > 0) return null;
  return pool.connect().catch(() => null);
}

/** Refreshes on one connection or two. Resolves when all have ended. Throws the error of the first that was lost. */
async function refreshTogether(clients: readonly pg.ClientBase[], work: Work): Promise<void> {
  const helpers = Math.max(0, Math.floor(cores / clients.length) - 1);
  await Promise.all(clients.map((client) => ledger.refreshBeside(client, lockTimeout, helpers)));
  const ended = await Promise.allSettled(clients.map((client) => refreshGroups(client, work)));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Takes groups from the list until it is empty. */
async function refreshGroups(client: pg.ClientBase, work: Work): Promise<void> {
  for (let group = work.left.shift(); group !== undefined; group = work.left.shift()) {
    await refreshGroup(client, group, work);
  }
}

/** A mart that reads one that cannot be refreshed is not refreshed either. */
async function refreshGroup(
  client: pg.ClientBase,
  { marts, reads }: MartGroup,
  { dataset, refreshed, failed }: Work,
): Promise<void> {
  for (const mart of marts) {
    const { name } = mart;
    const read = failed.find((other) => other.at === other.name && reads(name, other.name));
    const cause = read === undefined ? await refreshOne(client, dataset, mart) : read.cause;
    if (cause === null) refreshed.push(name);
    else failed.push({ name, at: read?.name ?? name, cause });
  }
}

/** The server's error, if it cannot be refreshed. */
async function refreshOne(client: pg.ClientBase, dataset: MartsOf, mart: CompiledSqlMart): Promise<unknown> {
  const quietly = mart.uniqueKey.length > 0 ? 'concurrently ' : '';
  await client.query('savepoint mart');
  try {
    await client.query(`refresh materialized view ${quietly}${relationOf(dataset, mart.name)}`);
    await client.query('release savepoint mart');
    return null;
  } catch (error) {
    if (retryOf(error) === 'outage') throw error;
    await client.query('rollback to savepoint mart');
    return error;
  }
}

function relationOf(dataset: MartsOf, mart: string): string {
  return qualified(starOf(dataset).schema, mart);
}

function isPrivilege(cause: unknown): cause is LandfallError {
  return cause instanceof LandfallError && cause.code === 'LF_DATABASE_PRIVILEGE';
}

async function describe(
  client: pg.ClientBase,
  dataset: MartsOf,
  { name: mart, at, cause }: Failed,
): Promise<LandfallError> {
  if (!isCollision(cause)) {
    if (at === mart && isPrivilege(cause)) return cause;
    const reason = at === mart ? (cause as Error).message : `it reads ${at}, which cannot be refreshed`;
    return new LandfallError('LF_MART_REFRESH', { mart, dataset: dataset.name, reason }, { cause });
  }
  const holders = await ledger.lockHolders(client, relationOf(dataset, at));
  const said = holders.map(({ pid, name, query }) => `process ${pid}${name && ` (${name})`}: ${query ?? ''}`);
  const reason = said.join('; ') || 'by now, no session holds it';
  const what = `the mart ${at} of ${dataset.name}`;
  return new LandfallError('LF_DATABASE_LOCKED', { what, reason }, { cause });
}
