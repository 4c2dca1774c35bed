/** What a program asks, and what it gets. */
import type { AnswerColumn } from '../../coordinator/ask/answer.ts';

export interface QueryOptions {
  /** The values of `$1`, `$2`, … of the star's SQL. */
  readonly values?: readonly (string | number | null)[];
  /** Asks the lake with DuckDB, in which each dataset is a view of its name. Default: the star. */
  readonly lake?: boolean;
  /** With `lake`: the lake at the snapshot of this number. */
  readonly asOf?: number;
  /** Seconds after which the query is stopped; 0: never. Default: 60. */
  readonly timeout?: number;
}

/** A row by the names of the columns. */
export type Row = Readonly<Record<string, unknown>>;

export interface QueryResult<R extends Row = Row> {
  readonly columns: readonly AnswerColumn[];
  /**
   * Values of kind `boolean` are booleans, of `int32` and `double` numbers, of `json` what they say. All others are
   * texts, which keep every digit: whole numbers of 64 bits, decimals, dates, times. Null: no value.
   */
  readonly rows: readonly R[];
}
