/**
 * Makes the rollups that a definition declares. A new or changed one is built beside the old, from the facts of files
 * that are done, and then takes its place. Until then, files of the dataset do not end; chunks are loaded meanwhile.
 * build-beside.ts has built most of it before.
 *
 *   lock ─▶ add to what was built beside, build the rest ─▶ (committed, and seen by all)
 *        ─▶ note ─▶ (marts swapped: views over the state) ─▶ drop the old state
 */
import type pg from 'pg';
import {
  doneChunks,
  forgetRollup,
  type LedgerRollup,
  ledgerRollups,
  saveRollup,
} from '../../../ledger/tables/rollups.ts';
import { lockDatasets } from '../../../ledger/tables/snapshots.ts';
import { dependentViews } from '../../../ledger/tables/stars.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { identifier } from '../ddl/sql-columns.ts';
import type { Relation } from '../events/event-contract.ts';
import { inChunks } from '../facts/in-chunks.ts';
import { gatherPartials } from '../partials/gather-partials.ts';
import { partialsDdl, partialTables } from '../partials/partial-tables.ts';
import { addPartialsOfFacts } from '../partials/partials-of-facts.ts';
import { changeByDelta, keptValues } from './apply-delta.ts';
import { addPieces, piecesOfFacts, widenByPieces } from './chunk-pieces.ts';
import { definitionSql } from './definition-sql.ts';
import { gatherFacts, makeDelta } from './delta-tables.ts';
import { doneFacts, emptyState, exactDoubles } from './index.ts';
import { isWidened } from './piece-values.ts';
import {
  hashOf,
  type StoredRollup,
  stateDdl,
  stateNames,
  stateTables,
  storedRollup,
} from './state-tables.ts';

/** What is to be noted and dropped when the marts over the new rollups take their places. */
export interface RollupChanges {
  readonly made: readonly StoredRollup[];
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

/** Whether the definition has rollups that the database lacks, or lacks some that it has. */
export async function hasRollupChanges(client: pg.ClientBase, dataset: CompiledDataset): Promise<boolean> {
  const before = await ledgerRollups(client, dataset.name);
  const wanted = rollupsOf(dataset);
  return wanted.length !== before.length || wanted.some((one) => !before.some((old) => isDeclared(one, old)));
}

/**
 * Builds what the definition has and the database lacks, in the caller's transaction. Nothing of it is on record. `hadFacts`:
 * the fact table existed before. If a person had dropped it, all rollups are built again.
 */
export async function makeRollups(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  { hadFacts, beside }: { readonly hadFacts: boolean; readonly beside: BuiltBeside | null },
): Promise<RollupChanges> {
  const wanted = rollupsOf(dataset);
  const before = await ledgerRollups(client, dataset.name);
  const missing = wanted.filter((one) => !hadFacts || !before.some((other) => isDeclared(one, other)));
  const old = before.filter((other) => !wanted.some((one) => isDeclared(one, other)));
  if (missing.length + old.length === 0) return { made: [], replaced: [], removed: [] };

  await lockDatasets(client, [dataset.name]);
  await client.query(exactDoubles);
  const since = beside && (await chunksSince(client, dataset.name, beside));
  for (const stored of missing) {
    // They may exist: from `landfall ddl`, or because the rollup was built beside.
    for (const statement of [...stateDdl(stored), ...partialsDdl(stored)]) await client.query(statement);
    const isBuilt = beside?.rollups.some((one) => hashOf(one) === hashOf(stored));
    if (since === null || !isBuilt) await build(client, dataset.name, stored);
    else if (since.length > 0)
      await addFacts(client, dataset.name, stored, {
        chunkIds: since,
        facts: {
          sql: `select * from ${stateNames(stored).facts} where ${inChunks(since)}`,
          values: [],
        },
      });
  }
  const names = new Set(wanted.map(({ rollup }) => rollup.name));
  const gone = old.filter(({ name }) => !names.has(name));
  const states = (rollups: readonly LedgerRollup[]) => rollups.map(({ stored }) => stored as StoredRollup);
  const replaced = old.filter(({ name }) => names.has(name));
  return { made: missing, replaced: states(replaced), removed: states(gone) };
}

/** Puts the rollups of the definition on record, in the transaction in which people see them. */
export async function noteRollups(
  client: pg.ClientBase,
  dataset: string,
  { made, removed }: Pick<RollupChanges, 'made' | 'removed'>,
): Promise<void> {
  for (const { rollup } of removed) await forgetRollup(client, dataset, rollup.name);
  for (const stored of made)
    await saveRollup(client, dataset, { name: stored.rollup.name, hash: hashOf(stored), stored });
}

/** Whether a rollup of the ledger is this one, exactly. */
export function isDeclared(one: StoredRollup, { name, hash }: LedgerRollup): boolean {
  return name === one.rollup.name && hash === hashOf(one);
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
  const chunkIds = await doneChunks(client, dataset);
  await addFacts(client, dataset, stored, { facts: doneFacts(dataset, stored), chunkIds });
  for (const table of stateTables(stored)) await client.query(`analyze ${table}`);
}

/** How the rollup is kept is settled by the next file that ends. */
async function addFacts(
  client: pg.ClientBase,
  dataset: string,
  stored: StoredRollup,
  { facts, chunkIds }: { readonly facts: Relation; readonly chunkIds: readonly number[] },
): Promise<void> {
  const live = { dataset, stored, recomputed: [] };
  const counted = keptValues(live);
  const summed = await addPartialsOfFacts(client, stored, { counted, facts, chunkIds });
  await makeDelta(client, stored, counted);
  if (summed === null) await gatherFacts(client, stored, counted, facts, 1);
  else await gatherPartials(client, stored, { kept: counted, chunkIds: summed, sign: 1 });
  await changeByDelta(client, live, { ending: [], leaving: [] }, async (values) => {
    const widens = isWidened(stored.rollup, values);
    await (widens ? widenByPieces : addPieces)(client, stored, values, piecesOfFacts(stored, values, facts));
    return widens;
  });
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

/**
 * Statements that drop what the marts of the definition (`wanted`, their names) do not need. They are run after those that
 * put the marts in their places, so that no view reads it.
 */
export async function oldRollupDrops(
  client: pg.ClientBase,
  { replaced, removed }: Pick<RollupChanges, 'replaced' | 'removed'>,
  wanted: ReadonlySet<string>,
): Promise<string[]> {
  const views: string[] = [];
  for (const stored of removed) views.push(...(await viewDrops(client, stored, wanted)));
  return [...new Set(views), ...[...replaced, ...removed].flatMap(stateDrops)];
}

/** Drops the view of a rollup, and marts that read it: those that are still declared are made without it. */
async function viewDrops(
  client: pg.ClientBase,
  stored: StoredRollup,
  wanted: ReadonlySet<string>,
): Promise<string[]> {
  const { schema, rollup } = stored;
  const { state } = stateNames(stored);
  const table = state.slice(state.indexOf('.') + 1).replaceAll('"', '');
  const readers = await dependentViews(client, { schema, tables: [rollup.name] });
  const over = await dependentViews(client, { schema, tables: [table] });
  // Something else may have its name now.
  const own = over.filter(({ name, kind }) => name === rollup.name && kind === 'v');
  return [...readers.filter(({ made }) => made), ...own]
    .filter(({ schema: at, name }) => at !== schema || !wanted.has(name))
    .map(
      ({ schema: at, name, kind }) =>
        `drop ${kind === 'm' ? 'materialized view' : 'view'} if exists ${identifier(at)}.${identifier(name)}`,
    );
}

function stateDrops(stored: StoredRollup): string[] {
  const { state, values, pieces } = stateNames(stored);
  const views = [...pieces.keys()].map((id) => `drop view if exists ${values.get(id)}`);
  const tables = [...partialTables(stored).map(({ sql }) => sql), ...stateTables(stored)];
  const index = `${state.slice(0, -1)}_facts"`;
  return [...views, `drop table if exists ${tables.join(', ')}`, `drop index if exists ${index}`];
}
