/** Doubles. */
import { type ColumnOf, type NumberOptions, type Plain, plainColumn } from './column-options.ts';
import { type ColumnType, storedNumber } from './column-type.ts';
import { everyFits } from './recognise.ts';
import { builderOf } from './vector-builder.ts';

export interface Float8Options extends NumberOptions {
  /** What to do with nan, inf and infinity, of either sign, in any case. Default: 'reject' (LF_REJECT_NOT_FINITE). */
  readonly nonFinite?: 'reject' | 'null' | 'keep';
}

/** Double, read to the nearest value. */
export const float8 = (options?: Float8Options): ColumnOf<Plain<'float8'>> => plainColumn('float8', options);

export const float8Type: ColumnType<Plain<'float8'>, 'float64', number, 'member' | 'computed'> = {
  read: ({ options: { nonFinite } }) => ({ type: { kind: 'float64', ...(nonFinite && { nonFinite }) } }),
  faults: () => [],
  bound: (said) => said as bigint | number,
  words: () => 'float8',
  recognise: (values) =>
    everyFits(values, /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/) &&
    !values.some((value) => /^0\d/.test(value))
      ? {}
      : null,

  value: ({ values }, _, row) => values[row],
  text: ({ values }, _, row) => String(values[row]),
  build(rows) {
    const values = new Float64Array(rows);
    const store = (i: number, value: number) => {
      values[i] = value;
    };
    return builderOf(rows, store, (rest) => ({ kind: 'float64', values, ...rest }));
  },

  sql: () => 'double precision',
  copy: { float64: 'float8' },
  parquet: () => ({ physical: 'double', annotation: null }),

  // Equal doubles may be written differently: -0 and 0.
  key: null,
  member: true,
  partition: null,
  computed: {
    logical: { type: 'float8' },
    stored: storedNumber,
  },
  day: null,
  parts: null,
};
