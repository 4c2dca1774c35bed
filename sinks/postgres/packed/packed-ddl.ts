/** The SQL of packed facts: the table of tuples, and the view of their rows under the name of the fact table. */
import { createHash } from 'node:crypto';
import type { CompiledDataset, CompiledStar } from '../../../model/compiled.ts';
import {
  columnLines,
  factsComment,
  factViewDdl,
  identifier,
  indexName,
  keepingOrder,
  literal,
  qualified,
} from '../ddl/sql-columns.ts';
import { shortName } from '../events/table-names.ts';
import { extremeParts, type PackedPart, packedName, packedParts, shownOfPacked } from './packed-columns.ts';

/** Ends the comment of the view, as of all views that Landfall makes. */
const mark = `(landfall ${createHash('sha256').update('packed').digest('hex').slice(0, 16)})`;

/** Rows that are sampled for each column: what the server knows of packed bytes is of no use to it. */
const statisticsTarget = 10;

export function packedDdl(dataset: CompiledDataset, star: CompiledStar): string[] {
  const table = qualified(star.schema, packedName(star.fact));
  const parts = [...packedParts(star)].sort((a, b) => alignmentOf(b) - alignmentOf(a));
  const lines = columnLines(parts.map((part) => [identifier(part.name), part.type] as const));
  const about = `Facts of the dataset ${dataset.name}, packed. Read them through ${star.fact}, and do not write to them.`;
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
    `comment on table ${table} is ${literal(about)}`,
    `create index if not exists ${index} on ${table} (chunk_id)`,
    // It is altered where the table is (packed-growth.ts).
    ...factViewDdl(star, { select: packedSelect(star, []), comment: `${factsComment(dataset)} ${mark}` }),
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
 * The function of the facts from one value to before another; none if rows are not sorted. It shows what the view shows,
 * and is made again if that differs. The server puts its SQL in place of the call.
 */
export function rangeDdl(star: CompiledStar): string[] {
  const [least, greatest] = extremeParts(star).map(({ name }) => `p.${identifier(name)}`);
  if (least === undefined) return [];
  const name = qualified(star.schema, rangeName(star.fact));
  const view = literal(qualified(star.schema, star.fact));
  const sorted = `f.${identifier(star.sortBy!)}`;
  const [{ type }] = extremeParts(star);
  const mayHave = literal(` where ${least} is null or ${least} < $2 and ${greatest} >= $1`);
  const inRange = literal(`${sorted} >= $1 and ${sorted} < $2`);
  return [
    `-- Facts of a range: tuples that have none are passed over.
do $landfall$
declare
  path constant text := current_setting('search_path');
  shown text;
  body text;
begin
  -- Without a path, names have their schema, and mean the same to everybody who calls the function.
  perform set_config('search_path', '', true);
  select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum) into shown
  from pg_attribute where attrelid = ${view}::regclass and attnum > 0 and not attisdropped;
  body := format('select * from (%s%s) f where %s', rtrim(pg_get_viewdef(${view}::regclass), ';'), ${mayHave}, ${inRange});
  perform set_config('search_path', path, true);
  if obj_description(to_regprocedure(${literal(`${name}(${type}, ${type})`)}), 'pg_proc')
    is distinct from left(md5(shown || body), 16)
  then
    drop function if exists ${name};
    execute format('create function %1$s(%2$s, %2$s) returns table (%3$s) language sql stable parallel safe as %4$L',
      ${literal(name)}, ${literal(type)}, shown, body);
    execute format('comment on function %s is %L', ${literal(name)}, left(md5(shown || body), 16));
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
  const list = keepingOrder(shownOfPacked(star), first)
    .map(({ item }) => `  ${item}`)
    .join(',\n');
  const table = qualified(star.schema, packedName(star.fact));
  return `select\n${list}\nfrom ${table} p, generate_series(0, p._rows - 1) s(_i)`;
}
