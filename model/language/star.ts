/** Builders for the star's dimensions and for the SQL that goes with it. */

import type { Chart } from './charts.ts';
import type { Rollup } from './rollups.ts';

/** SQL as text, or the URL of its file: `new URL('./marts/rides.sql', import.meta.url)`. */
export type SqlText = string | URL;

/** A dimension whose members are found by their natural key. `N`: names of the columns that it reads. */
export interface LookupDimension<N extends string = string> {
  readonly kind: 'lookup';
  readonly table: string;
  readonly natural: Readonly<Record<string, N>>;
  readonly attributes: Readonly<Record<string, N>>;
  readonly keys: 'generated' | 'hashed';
  readonly shared: boolean;
  readonly mode: AttributeMode;
  /** The column that dates attributes. Undefined with the mode 'first'. */
  readonly by: N | undefined;
}

/** Which of the attributes that rows give a member its table shows. */
export type AttributeMode = 'first' | 'latest' | 'history';

/** A dimension of days, with keys yyyymmdd. `N`: name of the date or timestamp column that it reads. */
export interface DateDimension<N extends string = string> {
  readonly kind: 'date';
  readonly table: string;
  readonly column: N;
  readonly shared: boolean;
}

/**
 * A dimension of times of day, local time. Its table has every hour, minute or second. `N`: name of the timestamp or
 * time column that it reads.
 */
export interface TimeDimension<N extends string = string> {
  readonly kind: 'time';
  readonly table: string;
  readonly column: N;
  readonly grain: TimeGrain;
  readonly shared: boolean;
}

export type TimeGrain = 'hour' | 'minute' | 'second';

export type Dimension<N extends string = string> = LookupDimension<N> | DateDimension<N> | TimeDimension<N>;

/**
 * A look-up dimension: `lookup('dim_station', { station_id: 'start_station_id' }, { name: 'start_station_name' })`.
 * Left: columns of the dimension table; right: columns of the dataset. Two roles may share one table (start
 * and end station) if their columns agree. A row whose natural key is null in every column points to the unknown
 * member, 0.
 *
 * `attributes`: 'first' keeps the values that a member had when it was first seen. 'latest' shows those of the row
 * with the greatest `by`. 'history' keeps every version, in a second table (docs/definitions/dimensions.md).
 *
 * `shared`: other datasets use the table too. Each of them must say so and give it the same columns.
 *
 * `keys`: 'generated' numbers the members, in an integer. 'hashed' is a bigint hash of the natural key
 * (docs/definitions/dimensions.md): several times as fast if most rows have a member of their own, but four bytes larger per
 * fact.
 */
export function lookup<N extends string, A extends string = never, B extends string = never>(
  table: string,
  natural: Readonly<Record<string, N>>,
  attributes: Readonly<Record<string, A>> = {} as Readonly<Record<string, A>>,
  options: {
    readonly keys?: 'generated' | 'hashed';
    readonly shared?: boolean;
    readonly attributes?: AttributeMode;
    readonly by?: B;
  } = {},
): LookupDimension<N | A | B> {
  const { keys = 'generated', shared = false, attributes: mode = 'first', by, ...unknown } = options;
  return { ...unknown, kind: 'lookup', table, natural, attributes, keys, shared, mode, by };
}

/**
 * A junk dimension: `junk('dim_flags', ['gender', 'user_type'])`. Its members are the combinations of values that
 * occur, so the fact has one key instead of many narrow columns. Options: see `lookup`.
 */
export function junk<N extends string>(
  table: string,
  columns: readonly N[],
  options: { readonly keys?: 'generated' | 'hashed'; readonly shared?: boolean } = {},
): LookupDimension<N> {
  const natural = Object.fromEntries(columns.map((name) => [name, name])) as Readonly<Record<string, N>>;
  return lookup(table, natural, {}, options);
}

/**
 * A date dimension over a date column or a timestamp's local day; members appear with their days. `shared`: see
 * `lookup`.
 */
export function dateDimension<N extends string>(
  table: string,
  column: N,
  options: { readonly shared?: boolean } = {},
): DateDimension<N> {
  const { shared = false, ...unknown } = options;
  return { ...unknown, kind: 'date', table, column, shared };
}

/**
 * A dimension of times of day: `timeDimension('dim_time', 'started_at', { grain: 'minute' })`. The key is 1 at midnight
 * and one more for each hour, minute or second after it. Default grain: 'minute'. `shared`: see `lookup`.
 */
export function timeDimension<N extends string>(
  table: string,
  column: N,
  options: { readonly grain?: TimeGrain; readonly shared?: boolean } = {},
): TimeDimension<N> {
  const { grain = 'minute', shared = false, ...unknown } = options;
  return { ...unknown, kind: 'time', table, column, grain, shared };
}

/** A mart, created in the star's schema under its name. `N`: fact columns that a rollup may name. */
export type Mart<N extends string = string> = SqlMart | Rollup<N>;

/** A mart that is SQL over the star. */
export interface SqlMart {
  readonly kind: 'view' | 'table';
  readonly sql: SqlText;
  readonly uniqueKey: readonly string[];
  readonly maxStale?: string;
  readonly chart?: Chart;
}

/** A mart computed when it is read. `sql` is a select that names tables with their schema (star.fact_…). */
export function view(sql: SqlText, options: { readonly chart?: Chart } = {}): SqlMart {
  return { ...options, kind: 'view', sql, uniqueKey: [] };
}

/**
 * A mart stored as a materialised view and refreshed after each file. With `uniqueKey` (columns that are unique
 * together), the refresh does not block readers. `maxStale` ('30s', '5m', '1h', '1d'): how old the mart may be while
 * files keep coming; it is refreshed no more often than that (docs/definitions/marts.md). Default: it is refreshed as soon as no
 * file of the dataset is in flight, and every 3 seconds while some are.
 */
export function table(
  sql: SqlText,
  options: {
    readonly uniqueKey?: readonly string[];
    readonly maxStale?: string;
    readonly chart?: Chart;
  } = {},
): SqlMart {
  const { uniqueKey = [], maxStale, ...unknown } = options;
  return { ...unknown, kind: 'table', sql, uniqueKey, ...(maxStale !== undefined && { maxStale }) };
}

export type ParameterType = 'text' | 'integer' | 'float8' | 'date' | 'timestamp';

export interface QueryParameter {
  readonly type: ParameterType;
  readonly default?: string | number;
}

/** A named query: parameters are written `:name` in the SQL. */
export interface Query {
  readonly description: string;
  readonly sql: SqlText;
  readonly parameters?: Readonly<Record<string, QueryParameter>>;
  /**
   * Columns of the answer that no two rows share together, the first first: `['rides desc', 'hour']`. The API then pages
   * through answers of any length.
   */
  readonly order?: readonly string[];
  /** How the page draws the answer. Default: it guesses. */
  readonly chart?: Chart;
}
