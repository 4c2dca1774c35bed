/**
 * The SQL of a star, as `landfall ddl` prints it and the coordinator runs it. Every statement may be repeated. A
 * table that exists is left unchanged.
 */
import { createHash } from 'node:crypto';
import type {
  CompiledDataset,
  CompiledDimension,
  CompiledMart,
  CompiledSqlMart,
  CompiledStar,
} from '../../../model/compiled.ts';
import { eventDdl } from './event-ddl.ts';
import { columnLines, factType, identifier, indexName, keySqlType, literal, sqlType } from './sql-columns.ts';

/**
 * Creates the schema, the dimensions with the unknown member 0, the fact table and its indexes, in an order in which
 * the statements can be run. Empty for a dataset without a star. May be repeated, but not by two processes at the
 * same time, which an advisory lock prevents.
 */
export function starDdl(dataset: CompiledDataset): string[] {
  const { star } = dataset;
  if (star === null) return [];
  const tables = new Map(star.dimensions.map((dimension) => [dimension.table, dimension]));
  return [
    `create schema if not exists ${identifier(star.schema)}`,
    ...[...tables.values()].flatMap((dimension) => dimensionDdl(star.schema, dimension)),
    ...(star.keyed === null ? factDdl(dataset, star) : eventDdl(dataset, star)),
  ];
}

function dimensionDdl(schema: string, dimension: CompiledDimension): string[] {
  const table = `${identifier(schema)}.${identifier(dimension.table)}`;
  return dimension.kind === 'date' ? dateDdl(table, identifier(dimension.key)) : lookupDdl(table, dimension);
}

function lookupDdl(table: string, dimension: Extract<CompiledDimension, { kind: 'lookup' }>): string[] {
  const key = identifier(dimension.key);
  const natural = dimension.natural.map(({ name }) => identifier(name));
  const columns = [...dimension.natural, ...dimension.attributes];
  const keyType = `${keySqlType(dimension)}${dimension.hashed ? '' : ' generated always as identity'} primary key`;
  const lines = columnLines([
    [key, keyType],
    ...columns.map(({ name, logical }) => [identifier(name), sqlType(logical)] as const),
  ]);
  // A hashed key is computed from the natural key, so its constraint also makes the natural key unique.
  const unique = dimension.hashed ? '' : `,\n  unique nulls not distinct (${natural.join(', ')})`;
  const hash = dimension.hashed ? ' The key is their xxHash64.' : '';
  return [
    `create table if not exists ${table} (\n${lines}${unique}\n)`,
    `comment on table ${table} is ${literal(
      `Members by ${dimension.natural.map(({ name }) => name).join(', ')}.${hash} 0 is the unknown member.`,
    )}`,
    `insert into ${table} (${key})${dimension.hashed ? '' : ' overriding system value'} values (0) on conflict do nothing`,
  ];
}

/**
 * The table of days. All other columns are generated from the date, so a member is inserted by its key and date
 * alone. to_char cannot be used in a generated column, because it is not immutable.
 */
function dateDdl(table: string, key: string): string[] {
  const from = (expression: string) => `generated always as (${expression}) stored`;
  const monthNames = `array['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']`;
  const dayNames = `array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']`;
  const part = (name: string) => `extract(${name} from date)::smallint`;
  const lines = columnLines([
    [key, 'integer primary key'],
    ['date', 'date unique'],
    ['year', `smallint ${from(part('year'))}`],
    ['quarter', `smallint ${from(part('quarter'))}`],
    ['month', `smallint ${from(part('month'))}`],
    ['month_name', `text ${from(`(${monthNames})[extract(month from date)::integer]`)}`],
    ['day', `smallint ${from(part('day'))}`],
    ['day_of_year', `smallint ${from(part('doy'))}`],
    ['iso_year', `smallint ${from(part('isoyear'))}`],
    ['iso_week', `smallint ${from(part('week'))}`],
    ['week_start', `date ${from('date - (extract(isodow from date)::integer - 1)')}`],
    ['day_of_week', `smallint ${from(part('isodow'))}`],
    ['day_name', `text ${from(`(${dayNames})[extract(isodow from date)::integer]`)}`],
    ['is_weekend', `boolean ${from('extract(isodow from date) >= 6')}`],
  ]);
  return [
    `create table if not exists ${table} (\n${lines}\n)`,
    `comment on table ${table} is ${literal(
      'Days, keyed yyyymmdd; weeks begin on Monday (ISO 8601). 0 is the unknown day.',
    )}`,
    `insert into ${table} (${key}) values (0) on conflict do nothing`,
  ];
}

function factDdl({ name, description }: CompiledDataset, star: CompiledStar): string[] {
  const table = `${identifier(star.schema)}.${identifier(star.fact)}`;
  const lines = columnLines(
    star.columns.map((column) => [identifier(column.name), factType(column, star)] as const),
  );
  const about = description === '' ? `Facts of the dataset ${name}.` : description;
  const create = [
    '-- No foreign keys, on purpose: a bulk load would check each of them for every row. Keys come from the',
    '-- dimension tables themselves, and members are never deleted.',
    `create table if not exists ${table} (\n${lines}\n)`,
  ];
  return [
    create.join('\n'),
    `comment on table ${table} is ${literal(about)}`,
    `comment on column ${table}.chunk_id is ${literal('The chunk of landfall.chunk that the row came from.')}`,
    ...star.indexes.map(({ columns, method }) => {
      const index = identifier(indexName(star.fact, columns));
      const using = method === 'btree' ? '' : ` using ${method}`;
      return `create index if not exists ${index} on ${table}${using} (${columns.map(identifier).join(', ')})`;
    }),
  ];
}

/**
 * Views and materialized views of the marts, in order. They are recreated when the SQL of any of the dataset's marts
 * has changed (a mart may read those before it), or the columns of its star (a view keeps the columns that `*` had
 * when it was created). May be repeated.
 */
export function martDdl(dataset: CompiledDataset): string[] {
  const { star } = dataset;
  const marts = dataset.marts.filter(isSql);
  if (star === null || marts.length === 0) return [];
  const written = marts.map(({ maxStaleMs: _, ...mart }) => mart);
  const made = JSON.stringify([written, star.columns, star.dimensions]);
  const mark = `landfall ${createHash('sha256').update(made).digest('hex').slice(0, 16)}`;
  return [
    dropChanged(star.schema, marts, mark),
    ...marts.flatMap((mart) => martStatements(star.schema, mart, mark)),
  ];
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

function isSql(mart: CompiledMart): mart is CompiledSqlMart {
  return mart.kind !== 'rollup';
}

function martStatements(schema: string, mart: CompiledSqlMart, mark: string): string[] {
  const name = `${identifier(schema)}.${identifier(mart.name)}`;
  if (mart.kind === 'view') {
    return [`create or replace view ${name} as\n${mart.sql}`, `comment on view ${name} is ${literal(mark)}`];
  }
  const index = identifier(indexName(mart.name, mart.uniqueKey));
  const unique = `create unique index if not exists ${index} on ${name} (${mart.uniqueKey.map(identifier).join(', ')})`;
  return [
    `create materialized view if not exists ${name} as\n${mart.sql}`,
    `comment on materialized view ${name} is ${literal(mark)}`,
    ...(mart.uniqueKey.length > 0 ? [unique] : []),
  ];
}
