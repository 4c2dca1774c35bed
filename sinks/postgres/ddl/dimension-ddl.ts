/**
 * The SQL of a star's dimensions. Every statement may be repeated. A table that exists is left unchanged.
 *
 * Beside the members whose attributes follow the rows are the rows that gave them (observed), and for a history its
 * versions (sinks/postgres/dimensions/attributes/).
 */
import type { ChangingDimension, CompiledDimension, CompiledLookup } from '../../../model/compiled.ts';
import {
  columnLines,
  identifier,
  indexName,
  keySqlType,
  literal,
  qualified,
  sqlType,
} from './sql-columns.ts';

export function isChanging(dimension: CompiledDimension): dimension is ChangingDimension {
  return dimension.kind === 'lookup' && dimension.changing !== undefined;
}

/** The rows that gave members their attributes. */
export function observedTable({ table }: ChangingDimension): string {
  return `${table}_observed`;
}

/** The versions of members. */
export function historyTable({ table }: ChangingDimension): string {
  return `${table}_history`;
}

/** Columns of the table of observations before the attributes, with their types. */
export function observedColumns(dimension: ChangingDimension): (readonly [name: string, type: string])[] {
  const whose = [
    [dimension.key, `${keySqlType(dimension)} not null`],
    ['chunk_id', 'integer not null'],
  ] as const;
  const order = ['_by', '_first', '_last'].filter((name) =>
    dimension.changing.mode === 'latest' ? name === '_by' : name !== '_by',
  );
  return [
    ...whose,
    ...order.map((name) => [name, 'bigint not null'] as const),
    ['_hash', 'uuid not null'],
    ...(dimension.changing.mode === 'history' ? [['_all', 'bigint[] not null'] as const] : []),
  ];
}

function changingDdl(schema: string, dimension: ChangingDimension): string[] {
  const { key, attributes, changing, table } = dimension;
  const observed = observedTable(dimension);
  const at = qualified(schema, observed);
  const quoted = (columns: readonly (readonly [string, string])[]) =>
    columns.map(([name, type]) => [identifier(name), type] as const);
  const own = attributes.map(({ name, logical }) => [name, sqlType(logical)] as const);
  const last = changing.mode === 'latest' ? '_by' : '_last';
  const index = (columns: readonly string[], using: string) =>
    `create index if not exists ${identifier(indexName(observed, columns))} on ${at}${using} (${columns.map(identifier).join(', ')})`;
  return [
    `comment on column ${qualified(schema, table)}._hash is ${literal('Hash of the attributes; null: no loaded file has the member.')}`,
    `create table if not exists ${at} (\n${columnLines(quoted([...observedColumns(dimension), ...own]))}\n)`,
    `comment on table ${at} is ${literal(`The rows that give the members of ${table} their attributes, by chunk.`)}`,
    index([key, last], ''),
    index(['chunk_id'], ' using brin'),
    ...(changing.mode === 'history' ? historyDdl(schema, dimension, own) : []),
  ];
}

function historyDdl(
  schema: string,
  dimension: ChangingDimension,
  attributes: readonly (readonly [name: string, type: string])[],
): string[] {
  const { key, changing, table } = dimension;
  const at = qualified(schema, historyTable(dimension));
  const type = sqlType(changing.by.logical);
  const lines = columnLines(
    [
      [key, `${keySqlType(dimension)} not null`] as const,
      ['valid_from', `${type} not null`] as const,
      ['valid_to', type] as const,
      ...attributes,
      ['_hash', 'uuid not null'] as const,
    ].map(([name, rest]) => [identifier(name), rest]),
  );
  return [
    `create table if not exists ${at} (\n${lines},\n  primary key (${identifier(key)}, valid_from)\n)`,
    `comment on table ${at} is ${literal(`Versions of the members of ${table}, from valid_from until before valid_to; null: still.`)}`,
  ];
}

/** What the comment of the table says of its attributes; '' if members keep those that they had first. */
export function attributesMark({ changing }: CompiledLookup): string {
  return changing === undefined ? '' : ` Attributes: ${changing.mode} by ${sqlType(changing.by.logical)}.`;
}

/** Creates a dimension's table with the unknown member 0, and the tables beside it. */
export function dimensionDdl(schema: string, dimension: CompiledDimension): string[] {
  const table = qualified(schema, dimension.table);
  switch (dimension.kind) {
    case 'date':
      return dateDdl(table, identifier(dimension.key));
    case 'time':
      return timeDdl(table, identifier(dimension.key), dimension.grain);
    case 'lookup':
      return lookupDdl(schema, dimension);
  }
}

function lookupDdl(schema: string, dimension: CompiledLookup): string[] {
  const table = qualified(schema, dimension.table);
  const key = identifier(dimension.key);
  const natural = dimension.natural.map(({ name }) => identifier(name));
  const columns = [...dimension.natural, ...dimension.attributes];
  const keyType = `${keySqlType(dimension)}${dimension.hashed ? '' : ' generated always as identity'} primary key`;
  const lines = columnLines([
    [key, keyType],
    ...columns.map(({ name, logical }) => [identifier(name), sqlType(logical)] as const),
    ...(isChanging(dimension) ? [['_hash', 'uuid'] as const] : []),
  ]);
  // A hashed key is computed from the natural key, so its constraint also makes the natural key unique.
  const unique = dimension.hashed ? '' : `,\n  unique nulls not distinct (${natural.join(', ')})`;
  const hash = dimension.hashed ? ' The key is their xxHash64.' : '';
  return [
    `create table if not exists ${table} (\n${lines}${unique}\n)`,
    `comment on table ${table} is ${literal(
      `Members by ${dimension.natural.map(({ name }) => name).join(', ')}.${hash} 0 is the unknown member.${attributesMark(dimension)}`,
    )}`,
    `insert into ${table} (${key})${dimension.hashed ? '' : ' overriding system value'} values (0) on conflict do nothing`,
    ...(isChanging(dimension) ? changingDdl(schema, dimension) : []),
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

/** Seconds of a grain. */
export const grainSeconds = { hour: 3600, minute: 60, second: 1 } as const;

/** The table of times of day, with all of its members. A key is one more than the number of grains since midnight. */
function timeDdl(table: string, key: string, grain: keyof typeof grainSeconds): string[] {
  const seconds = grainSeconds[grain];
  const part = (name: string) => `smallint generated always as (extract(${name} from time)::smallint) stored`;
  const lines = columnLines([
    [key, 'integer primary key'],
    ['time', 'time(0) unique'],
    ['hour', part('hour')],
    ...(grain === 'hour' ? [] : [['minute', part('minute')] as const]),
    ...(grain === 'second' ? [['second', part('second')] as const] : []),
    [
      'day_part',
      "text generated always as ((array['night', 'morning', 'afternoon', 'evening'])[extract(hour from time)::integer / 6 + 1]) stored",
    ],
  ]);
  const last = 86_400 / seconds;
  return [
    `create table if not exists ${table} (\n${lines}\n)`,
    `comment on table ${table} is ${literal(`Times of day by the ${grain}, keyed from 1 at midnight. 0 is the unknown time.`)}`,
    `insert into ${table} (${key}, time)
select n, case when n > 0 then time '00:00' + (n - 1) * interval '${seconds} seconds' end from generate_series(0, ${last}) as n
on conflict do nothing`,
  ];
}
