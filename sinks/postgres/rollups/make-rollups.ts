/**
 * Makes the rollups that a definition declares. A new or changed one is built beside the old, from the facts of files
 * that are done, and takes its place when the transaction commits. Until then, files of the dataset do not end; chunks
 * are loaded meanwhile. build-beside.ts has built most of it before.
 *
 *   lock ─▶ add to what was built beside, build the rest
 *        ─▶ (marts dropped and made: views over the state) ─▶ drop the old state
 */
import type pg from 'pg';
import {
  doneChunks,
  forgetRollup,
  type LedgerRollup,
  ledgerRollups,
  saveRollup,
} from '../../../ledger/tables/rollups.ts';
import { lockDataset } from '../../../ledger/tables/snapshots.ts';
import { dependentViews } from '../../../ledger/tables/stars.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { identifier } from '../ddl/sql-columns.ts';
import type { Relation } from '../events/event-contract.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { partialsDdl, partialTables } from '../partials/partial-tables.ts';
import { applyDelta } from './apply-delta.ts';
import { definitionSql } from './definition-sql.ts';
import { doneFacts, emptyState, exactDoubles } from './index.ts';
import {
  hashOf,
  type StoredRollup,
  stateDdl,
  stateNames,
  stateTables,
  storedRollup,
} from './state-tables.ts';

/** What is left to do once the marts are made. */
export interface OldRollups {
  readonly replaced: readonly StoredRollup[];
  readonly removed: readonly StoredRollup[];
}

/** What build-beside.ts has built, of which nothing is on record. */
export interface BuiltBeside {
  readonly rollups: readonly StoredRollup[];
  /** The chunks whose facts it has. */
  readonly chunkIds: ReadonlySet<number>;
}

/** The rollups of a definition. */
export function rollupsOf({ star, marts }: Pick<CompiledDataset, 'star' | 'marts'>): StoredRollup[] {
  if (star === null) return [];
  return marts.flatMap((mart) => (mart.kind === 'rollup' ? [storedRollup(mart, star)] : []));
}

/**
 * Builds what the definition has and the database lacks, in the caller's transaction. `hadFacts`: the fact table existed
 * before. If a person had dropped it, all rollups are built again.
 */
export async function makeRollups(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  { hadFacts, beside }: { readonly hadFacts: boolean; readonly beside: BuiltBeside | null },
): Promise<OldRollups> {
  const wanted = rollupsOf(dataset);
  const before = await ledgerRollups(client, dataset.name);
  const missing = wanted.filter((one) => !hadFacts || !before.some((other) => isDeclared(one, other)));
  const old = before.filter((other) => !wanted.some((one) => isDeclared(one, other)));
  if (missing.length + old.length === 0) return { replaced: [], removed: [] };

  await lockDataset(client, dataset.name);
  await client.query(exactDoubles);
  const since = beside && (await chunksSince(client, dataset.name, beside));
  for (const stored of missing) {
    await declare(client, dataset.name, stored);
    const isBuilt = beside?.rollups.some((one) => hashOf(one) === hashOf(stored));
    if (since === null || !isBuilt) await build(client, dataset.name, stored);
    else if (since.length > 0)
      await addFacts(client, dataset.name, stored, {
        sql: `select * from ${stateNames(stored).facts} where ${inChunks(since)}`,
        values: [],
      });
  }
  const names = new Set(wanted.map(({ rollup }) => rollup.name));
  const gone = old.filter(({ name }) => !names.has(name));
  for (const { name } of gone) await forgetRollup(client, dataset.name, name);
  const states = (rollups: readonly LedgerRollup[]) => rollups.map(({ stored }) => stored as StoredRollup);
  return { replaced: states(old.filter(({ name }) => names.has(name))), removed: states(gone) };
}

/** Whether a rollup of the ledger is this one, exactly. */
export function isDeclared(one: StoredRollup, { name, hash }: LedgerRollup): boolean {
  return name === one.rollup.name && hash === hashOf(one);
}

/** Puts a rollup on record, with its tables, which may exist: from `landfall ddl`, or because it was built beside. */
async function declare(client: pg.ClientBase, dataset: string, stored: StoredRollup): Promise<void> {
  for (const statement of [...stateDdl(stored), ...partialsDdl(stored)]) await client.query(statement);
  await saveRollup(client, dataset, { name: stored.rollup.name, hash: hashOf(stored), stored });
}

async function build(client: pg.ClientBase, dataset: string, stored: StoredRollup): Promise<void> {
  await emptyState(client, stored);
  // Finds mistakes in SQL of the definition while there are no facts.
  await client.query(
    `select * from (${definitionSql(stored, `select * from ${stateNames(stored).facts}`)}) d limit 0`,
  );
  await fillState(client, dataset, stored);
}

/** Fills the empty tables from the facts of files that are done. */
export async function fillState(client: pg.ClientBase, dataset: string, stored: StoredRollup): Promise<void> {
  await addFacts(client, dataset, stored, doneFacts(dataset, stored));
  for (const table of stateTables(stored)) await client.query(`analyze ${table}`);
}

/** How the rollup is kept is settled by the next file that ends. */
async function addFacts(
  client: pg.ClientBase,
  dataset: string,
  stored: StoredRollup,
  facts: Relation,
): Promise<void> {
  const live = { dataset, stored, recomputed: [] };
  const delta = { added: [facts], removed: [] };
  await applyDelta(client, live, delta, { ending: [], leaving: [] });
}

/** Chunks of files that have ended since then. Null if a file was undone since then: its facts are gone. */
async function chunksSince(
  client: pg.ClientBase,
  dataset: string,
  { chunkIds }: BuiltBeside,
): Promise<number[] | null> {
  const now = new Set(await doneChunks(client, dataset));
  const isUndone = [...chunkIds].some((chunkId) => !now.has(chunkId));
  return isUndone ? null : [...now].filter((chunkId) => !chunkIds.has(chunkId));
}

/** Drops what the new marts do not need: after they were made, so that no view reads it. */
export async function dropOldRollups(
  client: pg.ClientBase,
  { replaced, removed }: OldRollups,
): Promise<void> {
  for (const stored of removed) await dropView(client, stored);
  for (const stored of [...replaced, ...removed]) await dropState(client, stored);
}

/** Drops the view of a rollup, and marts that read it; they are declared no more, or there would be no such view. */
async function dropView(client: pg.ClientBase, stored: StoredRollup): Promise<void> {
  const { schema, rollup } = stored;
  const readers = await dependentViews(client, { schema, tables: [rollup.name] });
  for (const { schema: at, name, kind, made } of readers) {
    if (!made) continue;
    const what = kind === 'm' ? 'materialized view' : 'view';
    await client.query(`drop ${what} if exists ${identifier(at)}.${identifier(name)}`);
  }
  const { rows } = await client.query('select relkind from pg_class where oid = to_regclass($1)', [
    stateNames(stored).view,
  ]);
  // A mart of another kind may have its name now.
  if (rows[0]?.relkind === 'v' && (await readsState(client, stored)))
    await client.query(`drop view ${stateNames(stored).view}`);
}

async function readsState(client: pg.ClientBase, stored: StoredRollup): Promise<boolean> {
  const { state } = stateNames(stored);
  const table = state.slice(state.indexOf('.') + 1).replaceAll('"', '');
  const readers = await dependentViews(client, { schema: stored.schema, tables: [table] });
  return readers.some(({ name }) => name === stored.rollup.name);
}

async function dropState(client: pg.ClientBase, stored: StoredRollup): Promise<void> {
  const { state, values, pieces } = stateNames(stored);
  const views = [...pieces.keys()].map((id) => `drop view if exists ${values.get(id)}`);
  const tables = [...partialTables(stored).map(({ sql }) => sql), ...stateTables(stored)];
  const index = `${state.slice(0, -1)}_facts"`;
  const statements = [...views, `drop table if exists ${tables.join(', ')}`, `drop index if exists ${index}`];
  await client.query(statements.join(';\n'));
}
