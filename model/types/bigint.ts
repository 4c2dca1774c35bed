/** Whole numbers of 64 bits. */
import { type ColumnOf, type ColumnOptions, type Plain, plainColumn } from './column-options.ts';
import type { ColumnType } from './column-type.ts';
import { looksWhole, padded } from './integer.ts';
import { int64Builder } from './vector-builder.ts';

export interface BigintOptions extends ColumnOptions {
  readonly min?: bigint | number;
  readonly max?: bigint | number;
}

/** Whole number of 64 bits. */
export const bigint = (options?: BigintOptions): ColumnOf<Plain<'bigint'>> => plainColumn('bigint', options);

export const bigintType: ColumnType<
  Plain<'bigint'>,
  'int64',
  bigint,
  'key' | 'member' | 'partition' | 'computed'
> = {
  read: () => ({ type: { kind: 'int64' } }),
  faults: () => [],
  bound: (said) => said as bigint | number,
  words: () => 'bigint',
  recognise: (values) => (looksWhole(values) ? {} : null),

  value: ({ values }, _, row) => values[row],
  text: ({ values }, _, row) => String(values[row]),
  build: int64Builder,

  sql: () => 'bigint',
  copy: { int64: 'int8' },
  parquet: () => ({ physical: 'int64', annotation: null }),

  key: {
    text: ({ values }, _, row) => String(values[row]),
    sql: (expression) => `${expression}::text`,
    about: () => 'bigint',
  },
  member: true,
  partition: { text: ({ values }, _, row, pad) => padded(values[row], pad) },
  computed: {
    logical: { type: 'bigint' },
    stored: (value) => (typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : undefined),
  },
  day: null,
  parts: null,
};
