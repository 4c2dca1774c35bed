/**
 * The SQL of a star, as `landfall ddl` prints it and the coordinator runs it. Every statement may be repeated. A
 * table that exists is left unchanged.
 */
import type { CompiledDataset, CompiledDimension, CompiledStar } from '../../../model/compiled.ts';
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
