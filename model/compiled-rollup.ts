/**
 * A compiled rollup. What it shows is made of three kinds of state for each group, all of which can be added and
 * subtracted:
 *
 *   parts    numbers, such as a sum: one column each in the group's row
 *   values   how often each value occurs: (group, value, count)
 *   answers  what follows from values or facts, kept in the group's row and computed again for groups that change
 *
 * All SQL is over a fact row `f`. Placeholders such as {p1} in a measure's result stand for a part or an answer.
 */
import type { RowOperation } from './language/rollups.ts';
import type { LogicalType } from './types/column-types.ts';

export type { RowOperation } from './language/rollups.ts';

export interface CompiledRollup {
  readonly name: string;
  readonly kind: 'rollup';
  readonly by: readonly RollupGroup[];
  /** Only facts in which this boolean is true are counted. */
  readonly where: RollupInput | null;
  /** The first is the number of the group's rows, `_rows`. A group in which it is 0 is gone. */
  readonly parts: readonly RollupPart[];
  readonly values: readonly RollupValues[];
  readonly measures: readonly RollupMeasure[];
}

/** A value of each fact. */
export interface RollupInput {
  /** Over a fact row `f`. Equal values are stored alike: there is no -0. */
  readonly sql: string;
  /** With `collate "C"` if it is a text. */
  readonly sqlType: string;
  readonly isText: boolean;
  readonly notNull: boolean;
  /** What a worker reads: a vector, or the keys of `star.dimensions[dimension]`. */
  readonly read:
    | { readonly kind: 'vector'; readonly vector: string; readonly logical: LogicalType }
    | { readonly kind: 'key'; readonly dimension: number };
  readonly operation: RowOperation;
}

export interface RollupGroup extends RollupInput {
  /** Its column, in the state and in what the rollup shows. */
  readonly name: string;
}

/**
 * What a part adds up of its input's values. `values`: how many are not null. `true`: how many are true. `sum` and
 * `squares` are exact decimals, of the shortest decimal of a double; infinities and NaN are left out of them and counted.
 */
export type PartOperation =
  | 'rows'
  | 'values'
  | 'true'
  | 'sum'
  | 'squares'
  | 'nan'
  | 'infinity'
  | 'minusInfinity';

export interface RollupPart {
  /** Its column in the state: _rows, _p1, … */
  readonly column: string;
  readonly operation: PartOperation;
  /** Null for `rows`. */
  readonly input: RollupInput | null;
  readonly sqlType: 'bigint' | 'numeric';
  /** Aggregate over facts `f`. Never null. */
  readonly aggregate: string;
  /** In words, for comments. */
  readonly about: string;
}

export interface RollupValues {
  /** _v1, …: part of its table's name. */
  readonly id: string;
  /** One value, or what a value is ordered by and the value. A row in which one is null does not count. */
  readonly columns: readonly RollupInput[];
  readonly about: string;
}

/** How an answer follows from values. */
export type ValuesPick =
  | { readonly kind: 'min' | 'max' | 'mode' | 'distinct' | 'first' | 'last' }
  | { readonly kind: 'percentile'; readonly share: number; readonly between: 'decimal' | 'double' | null };

/**
 * How a measure is kept.
 *
 *   invertible  from parts; adding and subtracting is exact
 *   floats      from parts that are exact sums of doubles
 *   values      from values
 *   touched     computed again from the facts of the groups that a file touches
 */
export type MeasureClass = 'invertible' | 'floats' | 'values' | 'touched';

export interface RollupMeasure {
  readonly name: string;
  readonly class: MeasureClass;
  /** Why it has this class, as a sentence without a full stop. */
  readonly why: string;
  /** The type of what is shown. */
  readonly sqlType: string;
  /** What is shown, of placeholders {_rows}, {_p1}, … and {_a1}, …. */
  readonly result: string;
  /** For `values` and `touched`: what the answer follows from. */
  readonly answer: RollupAnswer | null;
}

export type RollupAnswer =
  | { readonly column: string; readonly kind: 'values'; readonly values: string; readonly pick: ValuesPick }
  /** `sql`: an aggregate over fact columns. */
  | { readonly column: string; readonly kind: 'sql'; readonly sql: string };
