/**
 * The SQL of a star: what `landfall ddl` prints and what the coordinator runs. Every statement can be run
 * again. Where a table is there already it stays as it is.
 */
import { createHash } from 'node:crypto';
import type {
  CompiledDataset,
  CompiledDimension,
  CompiledMart,
  CompiledStar,
  FactColumn,
  LogicalType,
} from '../../../model/compiled.ts';
import { typeOf } from '../../../model/types/column-types.ts';

/** An identifier in double quotes. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in single quotes. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

/** The Postgres type of a column. */
export function sqlType(logical: LogicalType): string {
  return typeOf(logical).sql(logical);
}

/** Columns of a create table, with the types one under the other. */
function columnLines(columns: readonly (readonly [name: string, rest: string])[]): string {
  const width = Math.max(...columns.map(([name]) => name.length));
  return columns.map(([name, rest]) => `  ${name.padEnd(width)} ${rest}`).join(',\n');
}

/**
 * Schema, dimensions with the unknown member 0, fact table and its indexes, in an order in which they can be
 * run; nothing for a dataset without a star. Idempotent; two processes must not run them at the same time (an advisory lock sees to that).
 */
export function starDdl(dataset: CompiledDataset): string[] {
  const { star } = dataset;
  if (star === null) return [];
  const tables = new Map(star.dimensions.map((dimension) => [dimension.table, dimension]));
  return [
    `create schema if not exists ${identifier(star.schema)}`,
    ...[...tables.values()].flatMap((dimension) => dimensionDdl(star.schema, dimension)),
    ...factDdl(dataset, star),
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
  // A hashed key follows from the natural one: where the first is unique, the second is.
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

/** The Postgres type of a dimension's key, in its table and in the facts. */
export function keySqlType(dimension: CompiledDimension): string {
  return dimension.kind === 'lookup' && dimension.hashed ? 'bigint' : 'integer';
}

/**
 * Days. Everything follows from the date, so that a member is made of its key and its date alone; to_char
 * may not be used here because it is not immutable.
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
    star.columns.map((column) => [identifier(column.name), factType(column, star.dimensions)] as const),
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

function factType(column: FactColumn, dimensions: readonly CompiledDimension[]): string {
  switch (column.kind) {
    case 'value':
      return `${sqlType(column.logical)}${column.notNull ? ' not null' : ''}`;
    case 'dimension':
      return `${keySqlType(dimensions[column.dimension])} not null`;
    case 'chunk':
      return 'integer not null';
  }
}

/** Postgres cuts names at 63 bytes; a long one keeps its beginning and gets a hash. */
function indexName(fact: string, columns: readonly string[]): string {
  const name = `${fact}_${columns.join('_')}_idx`;
  if (name.length <= 63) return name;
  return `${name.slice(0, 50)}_${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}

/**
 * Views and materialised views of the marts, in their order, each recreated when the SQL of any of the
 * dataset's marts has changed (a mart may read those before it), or the columns of its star (a view of all
 * columns has those of when it was made). Idempotent.
 */
export function martDdl(dataset: CompiledDataset): string[] {
  const { marts, star } = dataset;
  if (star === null || marts.length === 0) return [];
  const made = JSON.stringify([marts, star.columns, star.dimensions]);
  const mark = `landfall ${createHash('sha256').update(made).digest('hex').slice(0, 16)}`;
  return [
    dropChanged(star.schema, marts, mark),
    ...marts.flatMap((mart) => martStatements(star.schema, mart, mark)),
  ];
}

/** Drops marts made from other SQL, last first. Not cascading: what people built on them is not ours. */
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

function martStatements(schema: string, mart: CompiledMart, mark: string): string[] {
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
