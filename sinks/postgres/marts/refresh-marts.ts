/**
 * Refreshes the table marts of a dataset, two at a time: a refresh mostly keeps one process of the server busy, and
 * the workers of the machine have nothing left to do. Two connections take marts from the same list.
 *
 *   first    lock, note ─▶ refresh … ─┐                 ┌─▶ commit
 *   second                refresh … ──┴─▶ commit ───────┘
 *
 * Both finish before either commits, so that marts change together. The note that they are refreshed commits last. If
 * the process dies in between, the marts are still noted as out of date, and are refreshed again.
 */

import { availableParallelism } from 'node:os';
import pg from 'pg';
import * as ledger from '../../../ledger/tables/marts.ts';
import type { CompiledDataset, CompiledMart, CompiledSqlMart } from '../../../model/compiled.ts';
import { inTransaction, transactionOn } from '../../../platform/database/transaction.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { starLock } from '../ddl/make-star.ts';
import { starOf } from '../star-of.ts';

/** SQLSTATEs: a lock was not available in time; a deadlock was detected. */
const held: readonly unknown[] = ['55P03', '40P01'];

/** How long each of the two waits for a lock. If the other one holds it, it would wait forever. */
const lockTimeout = '2s';

/** Cores for each of two refreshes. A server on another machine is assumed to have as many cores as this one. */
const coresEach = Math.max(1, Math.floor(availableParallelism() / 2));

/** What is needed of a dataset to refresh its marts. */
export type MartsOf = Pick<CompiledDataset, 'name' | 'star' | 'marts'>;

/** Refreshes all table marts of a dataset. Concurrent calls, from any process, run one after the other. */
export async function refreshMarts(pool: pg.Pool, dataset: MartsOf): Promise<void> {
  await refresh(pool, dataset, () => spareConnection(pool)).catch((error) => {
    if (!held.includes((error as { code?: string }).code)) throw error;
    return refresh(pool, dataset, async () => null);
  });
  crashPoint('marts.committed');
}

/** The table marts of a dataset that exist in the database. */
export async function existingMarts(pool: pg.Pool, { star, marts }: MartsOf): Promise<CompiledSqlMart[]> {
  if (star === null) return [];
  const tables = marts.filter(isTable);
  const names = tables.map(({ name }) => name);
  const existing = await ledger.existingMarts(pool, star.schema, names);
  return tables.filter(({ name }) => existing.has(name));
}

function isTable(mart: CompiledMart): mart is CompiledSqlMart {
  return mart.kind === 'table';
}

async function refresh(
  pool: pg.Pool,
  dataset: MartsOf,
  helper: () => Promise<pg.PoolClient | null>,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [starLock, dataset.name]);
    await ledger.noteMartRefresh(client, dataset.name);
    const left = await independentMarts(client, dataset);
    const second = left.length > 1 ? await helper() : null;
    const refreshOn = async (...clients: pg.ClientBase[]) => {
      await refreshTogether(clients, dataset, left);
      crashPoint('marts.refreshed');
    };
    if (second === null) return refreshOn(client);
    await transactionOn(second, () => refreshOn(client, second));
    crashPoint('marts.half-committed');
  });
}

/** The marts to refresh. Marts that read each other are in one group, in the order of the definition. */
async function independentMarts(client: pg.ClientBase, dataset: MartsOf): Promise<CompiledSqlMart[][]> {
  const marts = dataset.marts.filter(isTable);
  if (marts.length < 2) return [marts];
  const names = marts.map(({ name }) => name);
  const reads = await ledger.martReads(client, starOf(dataset).schema, names);
  return reads.some((one) => one.reads === null) ? [marts] : apart(marts, reads);
}

function apart(marts: readonly CompiledSqlMart[], reads: readonly ledger.MartRead[]): CompiledSqlMart[][] {
  let groups: CompiledSqlMart[][] = [];
  for (const mart of marts) {
    const read = (other: CompiledSqlMart) =>
      reads.some((one) => one.mart === mart.name && one.reads === other.name);
    const joined = groups.filter((group) => group.some(read));
    groups = [...groups.filter((group) => !joined.includes(group)), [...joined.flat(), mart]];
  }
  return groups;
}

/** A connection that is available at once. Waiting for one while holding another could last forever. */
async function spareConnection(pool: pg.Pool): Promise<pg.PoolClient | null> {
  const isFree = pool.idleCount > 0 || pool.totalCount < pool.options.max;
  if (!isFree || pool.waitingCount > 0) return null;
  return pool.connect().catch(() => null);
}

/**
 * Refreshes on one connection or two. Resolves when all have ended. Throws the error of the first one that failed.
 */
async function refreshTogether(
  clients: readonly pg.ClientBase[],
  dataset: MartsOf,
  left: CompiledSqlMart[][],
): Promise<void> {
  if (clients.length > 1) {
    await Promise.all(clients.map((client) => ledger.refreshBeside(client, lockTimeout, coresEach - 1)));
  }
  const ended = await Promise.allSettled(clients.map((client) => refreshEach(client, dataset, left)));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Takes marts from the list until it is empty or one cannot be refreshed. */
async function refreshEach(
  client: pg.ClientBase,
  dataset: MartsOf,
  left: CompiledSqlMart[][],
): Promise<void> {
  try {
    for (let marts = left.shift(); marts !== undefined; marts = left.shift()) {
      for (const mart of marts) {
        const name = `${pg.escapeIdentifier(starOf(dataset).schema)}.${pg.escapeIdentifier(mart.name)}`;
        const quietly = mart.uniqueKey.length > 0 ? 'concurrently ' : '';
        await client.query(`refresh materialized view ${quietly}${name}`);
      }
    }
  } catch (error) {
    left.length = 0;
    throw error;
  }
}
