/** The SQL of marts: views, materialized views, and rollups, which are views over a state of their own. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { CompiledDataset, CompiledMart, CompiledStar } from '../../../model/compiled.ts';
import { partialsDdl } from '../partials/partial-tables.ts';
import { type StoredRollup, stateDdl, storedRollup, viewSql } from '../rollups/state-tables.ts';
import { martNames, nextName, readBeside } from './beside.ts';
import { identifier, indexName, literal, qualified } from './sql-columns.ts';

/**
 * The marts, in order, and the state of rollups, empty. Rollups come first: other marts may read them. All are
 * recreated when any of the dataset's marts has changed (a mart may read those before it), or the columns of its star
 * (a view keeps the columns that `*` had when it was created). May be repeated.
 */
export function martDdl(dataset: CompiledDataset): string[] {
  const { star } = dataset;
  const marts = inOrder(dataset);
  if (star === null || marts.length === 0) return [];
  const mark = markOf(star, marts);
  return [
    ...marts.flatMap((mart) => (mart.kind === 'rollup' ? rollupDdl(storedRollup(mart, star)) : [])),
    dropChanged(star.schema, marts, mark),
    ...marts.flatMap((mart) => martStatements(star, mart, mark)),
  ];
}

/** Rollups come first. */
function inOrder({ marts }: Pick<CompiledDataset, 'marts'>): CompiledMart[] {
  const isRollup = ({ kind }: CompiledMart) => kind === 'rollup';
  return [...marts.filter(isRollup), ...marts.filter((mart) => !isRollup(mart))];
}

/** A text that marts have as a comment, as long as none of them, and no column of the star, changes. */
function markOf(star: CompiledStar, marts: readonly CompiledMart[]): string {
  const shown = marts.flatMap((mart) => (mart.kind === 'rollup' ? [viewSql(storedRollup(mart, star))] : []));
  const written = marts.map((mart) => {
    const { maxStaleMs: _, ...rest } = { maxStaleMs: null, ...mart };
    return rest;
  });
  const made = JSON.stringify([written, star.columns, star.dimensions, ...shown]);
  return `landfall ${createHash('sha256').update(made).digest('hex').slice(0, 16)}`;
}

/** Statements that bring marts up to date while people read them. */
export interface MartChanges {
  /** Creates what is missing and makes marts under other names. Locks nothing that people read. */
  readonly beside: readonly string[];
  /** Drops what they replace, and gives them their names. In one transaction, at once. */
  readonly swap: readonly string[];
  /** Whether people read what they replace. */
  readonly replaces: boolean;
}

/**
 * What `martDdl` would change in the database. Marts that have changed are made beside those that people read: they may
 * take long to compute, and whoever locks one view after another waits for readers of several, who wait for him.
 */
export async function martChanges(client: pg.ClientBase, dataset: CompiledDataset): Promise<MartChanges> {
  const { star } = dataset;
  const marts = inOrder(dataset);
  if (star === null || marts.length === 0) return { beside: [], swap: [], replaces: false };
  const mark = markOf(star, marts);
  const { rows } = await client.query<{ name: string; kind: string; mark: string | null }>(
    `select relname as name, relkind as kind, obj_description(oid, 'pg_class') as mark from pg_class
     where relnamespace = to_regnamespace($1) and relname = any ($2) and relkind in ('v', 'm')`,
    [identifier(star.schema), marts.map(({ name }) => name)],
  );
  const made = new Set(rows.filter((one) => one.mark === mark).map(({ name }) => name));
  const changed = marts.filter(({ name }) => !made.has(name));
  const names = new Map(changed.map(({ name }) => [name, nextName(name)]));
  const beside = changed.flatMap((mart) => martStatements(star, mart, mark, names));
  const old = [...changed].reverse().flatMap(({ name }) => rows.find((one) => one.name === name) ?? []);
  const drops = old.map(({ name, kind }) => {
    return `drop ${kind === 'm' ? 'materialized view' : 'view'} ${qualified(star.schema, name)}`;
  });
  const renames = changed
    .flatMap((mart) => martNames(mart, nextName))
    .map(({ beside, name }) => {
      // Of a view, a materialized view or an index.
      return `alter table ${qualified(star.schema, beside)} rename to ${identifier(name)}`;
    });
  return {
    beside: [
      ...marts.flatMap((mart) => (mart.kind === 'rollup' ? rollupDdl(storedRollup(mart, star)) : [])),
      ...beside,
    ],
    swap: [...drops, ...renames],
    replaces: drops.length > 0,
  };
}

/** The statements that say of marts what they were made from. `nameOf`: how they are named beside. */
export function martComments({ star, marts }: CompiledDataset, nameOf: (name: string) => string): string[] {
  if (star === null) return [];
  const mark = markOf(star, inOrder({ marts }));
  return marts.map((mart) => martComment(mart, qualified(star.schema, nameOf(mart.name)), mark));
}

function martComment({ kind }: CompiledMart, name: string, mark: string): string {
  return `comment on ${kind === 'table' ? 'materialized view' : 'view'} ${name} is ${literal(mark)}`;
}

function rollupDdl(stored: StoredRollup): string[] {
  return [...stateDdl(stored), ...partialsDdl(stored)];
}

/**
 * Drops marts that were created from other SQL, last first. Does not cascade, because dependent views are the user's.
 */
function dropChanged(schema: string, marts: readonly CompiledMart[], mark: string): string {
  const names = marts.map(({ name }) => literal(name)).reverse();
  return `-- Marts whose definition has changed are recreated.
do $landfall$
declare
  mart record;
begin
  for mart in
    select c.oid::regclass as name, c.relkind as kind
    from unnest(array[${names.join(', ')}]) with ordinality as m(name, n)
    join pg_class c on c.relname = m.name and c.relkind in ('v', 'm')
    where c.relnamespace = to_regnamespace(${literal(identifier(schema))})
      and obj_description(c.oid, 'pg_class') is distinct from ${literal(mark)}
    order by m.n
  loop
    execute format('drop %s %s', case mart.kind when 'm' then 'materialized view' else 'view' end, mart.name);
  end loop;
end
$landfall$`;
}

/** `names`: those that marts have instead, and read of each other. */
function martStatements(
  star: CompiledStar,
  mart: CompiledMart,
  mark: string,
  names: ReadonlyMap<string, string> = new Map(),
): string[] {
  const own = names.get(mart.name) ?? mart.name;
  const name = qualified(star.schema, own);
  if (mart.kind === 'rollup')
    return [
      `create or replace view ${name} as\n${viewSql(storedRollup(mart, star))}`,
      martComment(mart, name, mark),
    ];
  const select = readBeside(mart.sql, star.schema, names);
  if (mart.kind === 'view')
    return [`create or replace view ${name} as\n${select}`, martComment(mart, name, mark)];
  const index = identifier(indexName(own, mart.uniqueKey));
  const unique = `create unique index if not exists ${index} on ${name} (${mart.uniqueKey.map(identifier).join(', ')})`;
  return [
    `create materialized view if not exists ${name} as\n${select}`,
    martComment(mart, name, mark),
    ...(mart.uniqueKey.length > 0 ? [unique] : []),
  ];
}
