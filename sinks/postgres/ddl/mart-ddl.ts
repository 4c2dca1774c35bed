/** The SQL of marts: views, materialized views, and rollups, which are views over a state of their own. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { CompiledDataset, CompiledMart, CompiledStar } from '../../../model/compiled.ts';
import { partialsDdl } from '../partials/partial-tables.ts';
import { type StoredRollup, stateDdl, storedRollup, viewSql } from '../rollups/state-tables.ts';
import { identifier, indexName, literal } from './sql-columns.ts';

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
function inOrder({ marts }: CompiledDataset): CompiledMart[] {
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

/**
 * The statements of `martDdl` that are still to be run. Views that are as they should be are not replaced: that would lock
 * one view after another, and a reader of several might wait for this process while this process waits for it.
 */
export async function unmadeMarts(
  client: pg.ClientBase,
  dataset: CompiledDataset,
  statements: readonly string[],
): Promise<readonly string[]> {
  const { star } = dataset;
  const marts = inOrder(dataset);
  if (star === null || marts.length === 0) return statements;
  const { rows } = await client.query<{ made: number }>(
    `select count(*)::int as made from pg_class c
     where relnamespace = to_regnamespace($1) and relname = any ($2) and obj_description(oid, 'pg_class') = $3`,
    [identifier(star.schema), marts.map(({ name }) => name), markOf(star, marts)],
  );
  if (rows[0].made < marts.length) return statements;
  return statements.filter((statement) => !/^(?:create or replace|comment on) view /.test(statement));
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

function martStatements(star: CompiledStar, mart: CompiledMart, mark: string): string[] {
  const name = `${identifier(star.schema)}.${identifier(mart.name)}`;
  if (mart.kind === 'view' || mart.kind === 'rollup') {
    const select = mart.kind === 'rollup' ? viewSql(storedRollup(mart, star)) : mart.sql;
    return [`create or replace view ${name} as\n${select}`, `comment on view ${name} is ${literal(mark)}`];
  }
  const index = identifier(indexName(mart.name, mart.uniqueKey));
  const unique = `create unique index if not exists ${index} on ${name} (${mart.uniqueKey.map(identifier).join(', ')})`;
  return [
    `create materialized view if not exists ${name} as\n${mart.sql}`,
    `comment on materialized view ${name} is ${literal(mark)}`,
    ...(mart.uniqueKey.length > 0 ? [unique] : []),
  ];
}
