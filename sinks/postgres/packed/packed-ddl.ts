/** The SQL of packed facts: the table of tuples, and the view of their rows under the name of the fact table. */
import { createHash } from 'node:crypto';
import type { CompiledDataset, CompiledStar } from '../../../model/compiled.ts';
import { columnLines, factType, identifier, indexName, literal, qualified } from '../ddl/sql-columns.ts';
import { shortName } from '../events/table-names.ts';
import {
  extremeParts,
  type PackedPart,
  packedColumns,
  packedName,
  packedParts,
  shownOfPacked,
} from './packed-columns.ts';

/** Ends the comment of the view, as of all views that Landfall makes. */
const mark = `(landfall ${createHash('sha256').update('packed').digest('hex').slice(0, 16)})`;

/** Rows that are sampled for each column: what the server knows of packed bytes is of no use to it. */
const statisticsTarget = 10;

export function packedDdl({ name, description }: CompiledDataset, star: CompiledStar): string[] {
  const table = qualified(star.schema, packedName(star.fact));
  const view = qualified(star.schema, star.fact);
  const parts = [...packedParts(star)].sort((a, b) => alignmentOf(b) - alignmentOf(a));
  const lines = columnLines(parts.map((part) => [identifier(part.name), part.type] as const));
  const about = description === '' ? `Facts of the dataset ${name}.` : description;
  const index = identifier(indexName(packedName(star.fact), ['chunk_id']));
  return [
    `-- One tuple holds as many rows as fit into a page. Values must stay in it and uncompressed.
do $landfall$
begin
  if to_regclass(${literal(table)}) is null then
    create table ${table} (
${lines.replaceAll(/^/gm, '    ')}
    );
    -- What a query groups by is not a column, so that the server multiplies what it knows of all that it is computed from.
    alter table ${table}
      ${parts.map(plannerHints).join(',\n      ')};
  end if;
end
$landfall$`,
    `comment on table ${table} is ${literal(`Facts of the dataset ${name}, packed. Read them through ${star.fact}, and do not write to them.`)}`,
    `create index if not exists ${index} on ${table} (chunk_id)`,
    `-- A view that exists is left unchanged.
do $landfall$
begin
  if to_regclass(${literal(view)}) is null then
    create view ${view} as
    ${packedSelect(star, [])};
  end if;
end
$landfall$`,
    `comment on view ${view} is ${literal(`${about} ${mark}`)}`,
    `comment on column ${view}.chunk_id is ${literal('The chunk of landfall.chunk that the row came from.')}`,
    ...rangeDdl(star),
  ];
}

/** The name of the function that reads the facts of a range. */
export function rangeName(fact: string): string {
  return shortName(`${fact}_between`);
}

/** Drops the function of a star, if Landfall has made it. */
export function rangeDrop({ schema, fact }: Pick<CompiledStar, 'schema' | 'fact'>): string {
  const name = qualified(schema, rangeName(fact));
  return `do $landfall$
begin
  if exists (
    select from pg_proc where pronamespace = to_regnamespace(${literal(identifier(schema))})
      and proname = ${literal(rangeName(fact))} and obj_description(oid, 'pg_proc') ~ '^[0-9a-f]{16}$'
  ) then
    drop function ${name};
  end if;
end
$landfall$`;
}

/**
 * The function of the facts from one value to before another; none if rows are not sorted. The server puts its SQL in place
 * of the call. One that differs from the definition is made again.
 */
export function rangeDdl(star: CompiledStar): string[] {
  const [least, greatest] = extremeParts(star);
  if (least === undefined) return [];
  const name = qualified(star.schema, rangeName(star.fact));
  const columns = star.columns.map((column) => {
    return `${identifier(column.name)} ${factType(column, star).replace(/ not null$/, '')}`;
  });
  const sorted = packedColumns(star).find((column) => column.name === star.sortBy)!;
  const mayHave = [
    `p.${identifier(least.name)} is null`,
    `p.${identifier(least.name)} < $2 and p.${identifier(greatest.name)} >= $1`,
  ].join(' or ');
  const body = `${packedSelect(star, [])}
where (${mayHave}) and (${sorted.value}) >= $1 and (${sorted.value}) < $2`;
  const returns = `returns table (${columns.join(', ')})`;
  const made = createHash('sha256').update(`${returns} ${body}`).digest('hex').slice(0, 16);
  const signature = `${name}(${least.type}, ${least.type})`;
  return [
    `-- Facts of a range: tuples that have none are passed over.
do $landfall$
begin
  if obj_description(to_regprocedure(${literal(signature)}), 'pg_proc') is distinct from ${literal(made)} then
    drop function if exists ${name};
    create function ${name}(${least.type}, ${least.type}) ${returns}
    language sql stable parallel safe as $range$
${body}
$range$;
    comment on function ${signature} is ${literal(made)};
  end if;
end
$landfall$`,
  ];
}

function plannerHints({ name, type }: PackedPart): string {
  const column = `alter column ${identifier(name)}`;
  const sampled = `${column} set statistics ${statisticsTarget}`;
  return /^(integer|bigint)/.test(type) && !name.startsWith('_')
    ? sampled
    : `${sampled}, ${column} set (n_distinct = 1)`;
}

/** Columns of eight bytes come first, then those of four, so that nothing is lost between them. */
function alignmentOf({ name, type }: PackedPart): number {
  if (name === 'chunk_id' || name === '_rows') return 9;
  if (/^(bigint|timestamptz|double precision(?!\[)|interval)/.test(type)) return 8;
  return /^(integer|date)/.test(type) ? 4 : 0;
}

/** What people query. `first`: quoted names of the columns that a view has, which stay first. */
export function packedSelect(star: CompiledStar, first: readonly string[]): string {
  const items = shownOfPacked(star);
  const ordered = [
    ...first.flatMap((name) => items.filter((one) => one.name === name)),
    ...items.filter(({ name }) => !first.includes(name)),
  ];
  const list = ordered.map(({ item }) => `  ${item}`).join(',\n');
  const table = qualified(star.schema, packedName(star.fact));
  return `select\n${list}\nfrom ${table} p, generate_series(0, p._rows - 1) s(_i)`;
}
