/** Rollups: marts that are kept up to date with each file. `N`: names of fact columns. */

import type { Chart } from './charts.ts';

/** A value that is computed from one column of a fact, to group by. */
export interface RowExpression<N extends string = string> {
  readonly expression: RowOperation['name'];
  readonly column: N;
  /** Of `bucket`, of hours that are counted by several, and of `cell`: how many are one. */
  readonly size?: number;
  /** Only of `cell`: the side of the column's cells. */
  readonly degrees?: number;
  /** Its name in the rollup. */
  readonly as: string;
}

/** What is done to a fact's value, per row, before facts are grouped or added up. */
export type RowOperation =
  | { readonly name: 'value' | 'day' | 'weekStart' | 'monthStart' | 'yearStart' | 'weekday' }
  /** `size`: hours of a part of the day; 1 if it is not there. */
  | { readonly name: 'hour'; readonly size?: number }
  | { readonly name: 'bucket'; readonly size: number }
  /** `columns`: of the grid of cells; `size` of them, and of its rows, become one. */
  | { readonly name: 'cell'; readonly columns: number; readonly size: number };

interface Named {
  readonly as?: string;
}

function rowExpression(name: RowOperation['name'], usual: string) {
  return <const N extends string>(column: N, { as = usual, ...unknown }: Named = {}): RowExpression<N> => ({
    ...unknown,
    expression: name,
    column,
    as,
  });
}

/** The day of a date, or of a timestamp on its zone's wall clock: `dayOf('started_at')`, named `day`. */
export const dayOf = rowExpression('day', 'day');
/** The Monday on or before the day, named `week`. */
export const weekStart = rowExpression('weekStart', 'week');
/** The first day of the month, named `month`. */
export const monthStart = rowExpression('monthStart', 'month');
/** The first day of the year, named `year`. */
export const yearStart = rowExpression('yearStart', 'year');
/** ISO day of the week, 1 (Monday) to 7 (Sunday), named `weekday`. */
export const weekdayOf = rowExpression('weekday', 'weekday');

/**
 * Hour of the day, 0–23, of a time, or of a timestamp on its zone's wall clock; named `hour`. `every: 6` numbers parts
 * of the day of six hours: 0 to 3.
 */
export function hourOf<const N extends string>(
  column: N,
  { as = 'hour', every, ...unknown }: Named & { readonly every?: number } = {},
): RowExpression<N> {
  return { ...unknown, expression: 'hour', column, as, ...(every !== undefined && { size: every }) };
}

/**
 * The larger cell that a cell of `gridCell(place, degrees)` is in, as a number: `times` cells wide and high, and numbered
 * as `gridCell(place, degrees * times)` numbers them. It is named like the column.
 */
export function largerCell<const N extends string>(
  column: N,
  { degrees, times, as = column, ...unknown }: Named & { readonly degrees: number; readonly times: number },
): RowExpression<N> {
  return { ...unknown, expression: 'cell', column, degrees, size: times, as };
}

/**
 * The number of the bucket of `size` that a whole number is in, floor(value / size): `bucket('duration_s', 60)`. It is
 * named like the column.
 */
export function bucket<const N extends string>(
  column: N,
  size: number,
  { as = column, ...unknown }: Named = {},
): RowExpression<N> {
  return { ...unknown, expression: 'bucket', column, size, as };
}

/** An aggregate over the facts of a group. */
export type Measure<N extends string = string> =
  | { readonly aggregate: ColumnAggregate; readonly column: N }
  | { readonly aggregate: 'rows' }
  | { readonly aggregate: 'percentile'; readonly column: N; readonly share: number }
  | { readonly aggregate: 'firstBy' | 'lastBy'; readonly column: N; readonly by: N }
  | { readonly aggregate: 'sql'; readonly sql: string; readonly type: string };

export type ColumnAggregate =
  | 'count'
  | 'countWhere'
  | 'sum'
  | 'average'
  | 'variance'
  | 'stddev'
  | 'min'
  | 'max'
  | 'mode'
  | 'countDistinct';

/** The number of rows, or of those in which the column has a value. */
export function count(): Measure<never>;
export function count<const N extends string>(column: N): Measure<N>;
export function count(column?: string): Measure {
  return column === undefined ? { aggregate: 'rows' } : { aggregate: 'count', column };
}

function ofColumn(aggregate: ColumnAggregate) {
  return <const N extends string>(column: N): Measure<N> => ({ aggregate, column });
}

/** The number of rows in which a boolean column is true. */
export const countWhere = ofColumn('countWhere');
/** Null if no row has a value, like all measures below. Sums of doubles are exact, and rounded once. */
export const sum = ofColumn('sum');
export const average = ofColumn('average');
/** Of the sample: divided by one less than the number of values. */
export const variance = ofColumn('variance');
/** The square root of `variance`. */
export const stddev = ofColumn('stddev');
export const min = ofColumn('min');
export const max = ofColumn('max');
/** The value that most rows have; of several, the least. */
export const mostCommon = ofColumn('mode');
export const countDistinct = ofColumn('countDistinct');

/**
 * The value that a share of the values, 0 to 1, does not exceed. Between two numbers it is interpolated; of dates and
 * times it is one of them.
 */
export function percentile<const N extends string>(column: N, share: number): Measure<N> {
  return { aggregate: 'percentile', column, share };
}

/** `percentile(column, 0.5)`. */
export function median<const N extends string>(column: N): Measure<N> {
  return percentile(column, 0.5);
}

/**
 * The value of the row that is first by another column. Rows in which either is null do not count; of rows that are
 * equally early, the least value.
 */
export function firstBy<const N extends string>(column: N, by: N): Measure<N> {
  return { aggregate: 'firstBy', column, by };
}

/** The value of the row that is last by another column; of several, the greatest value. */
export function lastBy<const N extends string>(column: N, by: N): Measure<N> {
  return { aggregate: 'lastBy', column, by };
}

/**
 * Any other aggregate: `sql('corr(duration_s, distance_km)', 'double precision')`. It is computed again for each group
 * that a file touches. It must not depend on the order of rows.
 */
export function sql(expression: string, type: string): Measure<never> {
  return { aggregate: 'sql', sql: expression, type };
}

/** A mart that holds one row for each group of facts. It changes in the transaction in which a file is done. */
export interface Rollup<N extends string = string> {
  readonly kind: 'rollup';
  readonly by: readonly (N | RowExpression<N>)[];
  readonly measures: Readonly<Record<string, Measure<N>>>;
  /** A boolean column: only facts in which it is true are counted. */
  readonly where?: N;
  /** How the page draws it, in names of its groups and measures. Default: it guesses. */
  readonly chart?: Chart;
}

/**
 * A rollup over the fact table: `rollup({ by: ['region_key', weekStart('datetime')], measures: { trips: count() } })`.
 * It is grouped by fact columns, keys of dimensions, and values computed from them; never by attributes of a dimension,
 * which a view may join.
 */
export function rollup<
  const B extends string = never,
  const M extends string = never,
  const W extends string = never,
>(source: {
  readonly by: readonly (B | RowExpression<B>)[];
  readonly measures: Readonly<Record<string, Measure<M>>>;
  readonly where?: W;
  readonly chart?: Chart;
}): Rollup<NoInfer<B> | NoInfer<M> | NoInfer<W>> {
  return { kind: 'rollup', ...source };
}
