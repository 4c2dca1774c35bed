/** Rollups of a dataset: which there are, and what the end and the undo of files change in them. */
import type pg from 'pg';
import {
  type Changing,
  doneParameters,
  isDone,
  type LedgerRollup,
  ledgerRollups,
} from '../../../ledger/tables/rollups.ts';
import { lockDatasets } from '../../../ledger/tables/snapshots.ts';
import type { CompiledStar } from '../../../model/compiled.ts';
import type { Delta, Relation } from '../events/event-contract.ts';
import { forgetPartials } from '../partials/gather-partials.ts';
import { partialTables } from '../partials/partial-tables.ts';
import { addAtOnce, isAddedAtOnce, withLoops, withoutLoops } from './add-at-once.ts';
import { applyDelta, type LiveRollup } from './apply-delta.ts';
import { settle } from './settle-rollup.ts';
import { type StoredRollup, stateNames, stateTables } from './state-tables.ts';

/** Doubles are written with all of their digits, whatever the server's setting. */
export const exactDoubles = 'set local extra_float_digits = 1';

/**
 * Changes all rollups of the dataset over this star's facts, in the transaction that changes the facts. Locks the
 * dataset, as whoever makes rollups does: the caller waits for no file's lock from here on.
 * @param files whose state changes in this transaction: those that become done, or those that are done no more. What
 *   the ledger says of them may be older.
 * @returns what people should know of rollups, each said once
 */
export async function applyRollups(
  client: pg.ClientBase,
  dataset: string,
  star: CompiledStar,
  delta: Delta,
  changing: Changing,
): Promise<string[]> {
  if (delta.added.length + delta.removed.length === 0) return [];
  await lockDatasets(client, [dataset]);
  const rollups = (await ledgerRollups(client, dataset)).filter(({ stored }) => reads(stored, star));
  if (rollups.length === 0) return [];
  await client.query(exactDoubles);
  const all = rollups.map((rollup) => ({
    live: liveRollup(dataset, rollup),
    isNew: rollup.recomputed === null,
  }));
  const added = await addAllAtOnce(
    client,
    all.map(({ live }) => live).filter((live) => isAddedAtOnce(live, delta)),
    delta,
  );
  for (const { live } of all) if (!added.has(live)) await applyDelta(client, live, delta, changing);
  return settle(
    client,
    all.filter(({ isNew }) => isNew).map(({ live }) => live),
  );
}

/** Returns those that have taken what is added. */
async function addAllAtOnce(
  client: pg.ClientBase,
  all: readonly LiveRollup[],
  { chunkIds = [], chunkFiles = chunkIds }: Delta,
): Promise<ReadonlySet<LiveRollup>> {
  const added = new Set<LiveRollup>();
  if (all.length === 0) return added;
  await client.query(withoutLoops);
  for (const live of all) if (await addAtOnce(client, live.stored, chunkIds, chunkFiles)) added.add(live);
  await client.query(withLoops);
  return added;
}

function reads(stored: unknown, { schema, fact }: CompiledStar): boolean {
  const one = stored as StoredRollup;
  return one.schema === schema && one.fact === fact;
}

export function liveRollup(dataset: string, { stored, recomputed }: LedgerRollup): LiveRollup {
  return { dataset, stored: stored as StoredRollup, recomputed: recomputed ?? [] };
}

/** Removes what workers have added up of chunks whose file never ended. */
export async function forgetChunks(
  client: pg.ClientBase,
  dataset: string,
  chunkIds: readonly number[],
): Promise<void> {
  for (const { stored } of await ledgerRollups(client, dataset))
    await forgetPartials(client, stored as StoredRollup, chunkIds);
}

/** Empties all rollups over a star whose facts are gone. */
export async function emptyRollups(
  client: pg.ClientBase,
  dataset: string,
  star: CompiledStar,
): Promise<void> {
  await lockDatasets(client, [dataset]);
  const rollups = (await ledgerRollups(client, dataset)).filter(({ stored }) => reads(stored, star));
  for (const { stored } of rollups) await emptyState(client, stored as StoredRollup);
}

/** Also of what workers have added up: the facts of files that end later are read. */
export async function emptyState(client: pg.ClientBase, stored: StoredRollup): Promise<void> {
  const tables = [...stateTables(stored), ...partialTables(stored).map(({ sql }) => sql)];
  for (const table of tables) await client.query(`delete from ${table}`);
}

/** The facts that a rollup counts when no transaction changes them. */
export function doneFacts(dataset: string, stored: StoredRollup): Relation {
  const { facts } = stateNames(stored);
  if (stored.keyed) return { sql: `select f.* from ${facts} f`, values: [] };
  return {
    sql: `select f.* from ${facts} f where ${isDone('f.chunk_id', 1)}`,
    values: doneParameters(dataset, { ending: [], leaving: [] }),
  };
}
