/**
 * The statements that put a star that was built beside another one in its place. They are the last of a transaction.
 *
 *   what the old one has is found ─▶ (locked) marts, facts and states dropped ─▶ what is beside gets their names
 */
import type pg from 'pg';
import { ledgerRollups } from '../../../ledger/tables/rollups.ts';
import { dependentViews, martNames } from '../../../ledger/tables/stars.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { besideName, martNames as namesOfMart, type Renamed } from '../ddl/beside.ts';
import { ifUnlocked } from '../ddl/if-unlocked.ts';
import { identifier, qualified } from '../ddl/sql-columns.ts';
import { rangeDdl, rangeDrop } from '../packed/packed-ddl.ts';
import { partialTables } from '../partials/partial-tables.ts';
import { noteRollups, rollupsOf } from '../rollups/make-rollups.ts';
import { type StoredRollup, stateNames, stateTables } from '../rollups/state-tables.ts';
import { starOf } from '../star-of.ts';
import { factIndexNames, factNames, statePrefixes } from './beside-names.ts';

/** How long to wait for chunks that are being copied, while others wait behind this process. */
const writersWait = '10s';

/**
 * Lets nobody write to the star that people read until the caller's transaction ends; readers go on. False where somebody
 * writes to it for long.
 */
export async function holdStar(client: pg.ClientBase, dataset: CompiledDataset): Promise<boolean> {
  const { schema, fact } = starOf(dataset);
  const kinds = await kindsOf(
    client,
    schema,
    factNames(fact).map(({ name }) => name),
  );
  const tables = [...kinds].filter(([, kind]) => kind === 'table').map(([name]) => qualified(schema, name));
  if (tables.length === 0) return true;
  return ifUnlocked(client, writersWait, () => client.query(`lock table ${tables.join(', ')} in share mode`));
}

/** Puts the rollups of the new star on record, and returns the statements of the swap. Throws LF_MART_HELD. */
export async function swapStar(client: pg.ClientBase, dataset: CompiledDataset): Promise<string[]> {
  const { schema } = starOf(dataset);
  const old = await oldStar(client, dataset);
  const renames = [
    ...(await stateRenames(client, dataset)),
    ...(await existing(client, schema, [
      ...factNames(starOf(dataset).fact),
      ...factIndexNames(dataset),
      ...dataset.marts.flatMap((mart) => namesOfMart(mart, besideName)),
    ])),
  ];
  await noteNew(client, dataset);
  return [
    ...old,
    // Of a table, view, materialized view or index.
    ...renames.map(
      ({ beside, name }) => `alter table ${qualified(schema, beside)} rename to ${identifier(name)}`,
    ),
    rangeDrop(starOf(dataset)),
    ...rangeDdl(starOf(dataset)),
  ];
}

/** The statements that drop the star that people read, without its dimensions, in the order in which readers lock it. */
async function oldStar(client: pg.ClientBase, dataset: CompiledDataset): Promise<string[]> {
  const { schema, fact } = starOf(dataset);
  const states = (await ledgerRollups(client, dataset.name)).map(({ stored }) => stored as StoredRollup);
  const facts = factNames(fact).map(({ name }) => name);
  const tables = [...facts, ...states.flatMap(stateRelations)];
  const marts = [...(await martNames(client, dataset.name)), ...dataset.marts.map(({ name }) => name)];
  const readers = await dependentViews(client, { schema, tables });
  const own = new Set([...facts, ...marts, ...states.flatMap(stateRelations)]);
  const others = readers.filter((view) => view.schema !== schema || !own.has(view.name));
  if (others.length > 0) {
    const reason = `${others.map((view) => `${view.schema}.${view.name}`).join(', ')} would read what is gone`;
    throw new LandfallError('LF_MART_HELD', { dataset: dataset.name, reason });
  }
  const kinds = await kindsOf(client, schema, [...marts, ...facts, ...states.flatMap(stateRelations)]);
  const isNew = new Set(dataset.marts.map(({ name }) => name));
  const order = [
    ...readers.map(({ name }) => name),
    // Marts that read nothing of it have been made again, too.
    ...marts.filter((name) => isNew.has(name)).reverse(),
    ...facts,
    ...states.flatMap(stateRelations),
  ];
  const drops = [...new Set(order)].flatMap((name) => {
    const kind = kinds.get(name);
    return kind === undefined ? [] : [`drop ${kind} ${qualified(schema, name)}`];
  });
  const partials = states.flatMap((stored) =>
    partialTables(stored).map(({ sql }) => `drop table if exists ${sql}`),
  );
  return [...drops, ...partials];
}

/** Views of values first, which read the tables. */
function stateRelations(stored: StoredRollup): string[] {
  const { values } = stateNames(stored);
  const unquoted = (name: string) => name.slice(name.indexOf('.') + 1).replaceAll('"', '');
  return [...new Set([...[...values.values()].map(unquoted), ...stateTables(stored).map(unquoted)])];
}

const kindNames: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
};

async function kindsOf(
  client: pg.ClientBase,
  schema: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; kind: string }>(
    `select relname as name, relkind as kind from pg_class
     where relnamespace = to_regnamespace($1) and relname = any($2::text[]) and relkind in ('r', 'p', 'v', 'm')`,
    [identifier(schema), names],
  );
  return new Map(rows.map(({ name, kind }) => [name, kindNames[kind]]));
}

async function existing(
  client: pg.ClientBase,
  schema: string,
  renames: readonly Renamed[],
): Promise<Renamed[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = to_regnamespace($1) and relname = any($2::text[])`,
    [identifier(schema), renames.map(({ beside }) => beside)],
  );
  const there = new Set(rows.map(({ name }) => name));
  return renames.filter(({ beside }) => there.has(beside));
}

/** Tables, views and indexes that hold the states of rollups. Sequences and constraints may keep their names. */
async function stateRenames(client: pg.ClientBase, dataset: CompiledDataset): Promise<Renamed[]> {
  const { schema } = starOf(dataset);
  const renames: Renamed[] = [];
  for (const { beside, name } of statePrefixes(dataset)) {
    const { rows } = await client.query<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = to_regnamespace($1) and starts_with(relname, $2) and relkind in ('r', 'v', 'i')`,
      [identifier(schema), beside],
    );
    for (const found of rows)
      renames.push({ beside: found.name, name: `${name}${found.name.slice(beside.length)}` });
  }
  return renames;
}

async function noteNew(client: pg.ClientBase, dataset: CompiledDataset): Promise<void> {
  const made = rollupsOf(dataset);
  const before = (await ledgerRollups(client, dataset.name)).map(({ stored }) => stored as StoredRollup);
  const removed = before.filter(({ rollup }) => !made.some((one) => one.rollup.name === rollup.name));
  await noteRollups(client, dataset.name, { made, removed });
}
