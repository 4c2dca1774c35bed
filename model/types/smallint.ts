/** Whole numbers of 16 bits. */
import { type ColumnOf, type Plain, plainColumn, type WholeOptions } from './column-options.ts';
import type { ColumnType } from './column-type.ts';
import { smallWhole } from './integer.ts';

/** Whole number, −32768…32767. */
export const smallint = (options?: WholeOptions): ColumnOf<Plain<'smallint'>> =>
  plainColumn('smallint', options);

export const smallintType: ColumnType<
  Plain<'smallint'>,
  'int32',
  number,
  'key' | 'member' | 'partition' | 'computed'
> = {
  ...smallWhole('smallint', 32_767, 'int2', { kind: 'int16' }),
  // A sample does not tell how large the numbers in other files are.
  propose: null,
};
