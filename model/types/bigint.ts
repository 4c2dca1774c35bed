/** Whole numbers of 64 bits. */

import { RejectReason } from '../../kernel/types.ts';
import { int64Builder } from '../enrich/vector-builder.ts';
import { proposeBigint } from '../infer/guess/numbers/propose-numbers.ts';
import {
  type ColumnOf,
  type ColumnOptions,
  type NumberTexts,
  numberOptionNames,
  type OptionNames,
  type Plain,
  plainColumn,
} from './column-options.ts';
import { type ColumnType, type Converter, Refusal } from './column-type.ts';
import { padded } from './integer.ts';
import { numberFaults, plainNumber, readNumber, wordsWithNumber } from './numbers/number-texts.ts';

export interface BigintOptions extends ColumnOptions, NumberTexts {
  readonly min?: bigint | number;
  readonly max?: bigint | number;
}

/** Whole number of 64 bits. */
export const bigint = (options?: BigintOptions): ColumnOf<Plain<'bigint'>> => plainColumn('bigint', options);

const outOfRange = new Refusal(RejectReason.range);

/** Text → whole number of 64 bits (bigint). */
function bigintConverter(options: NumberTexts): Converter {
  const read = plainNumber(options, 'whole');
  return (text) => {
    const plain = read(text);
    if (plain === undefined) return undefined;
    // 64 bits have 19 digits. BigInt would take its time over a million of them.
    if (plain.length > 20 && plain.replace(/^-?0*/, '').length > 19) return outOfRange;
    const number = BigInt(plain);
    return BigInt.asIntN(64, number) === number ? number : outOfRange;
  };
}

export const bigintType: ColumnType<
  Plain<'bigint'>,
  'int64',
  bigint,
  'key' | 'member' | 'partition' | 'computed'
> = {
  options: { ...numberOptionNames } satisfies OptionNames<BigintOptions>,
  read: ({ options }) => readNumber(options, 'whole', { kind: 'int64' }, bigintConverter),
  faults: ({ options }) => numberFaults(options, 'whole'),
  bound: (said) => said as bigint | number,
  words: (_, reading) => wordsWithNumber('bigint', reading, 'whole'),
  propose: proposeBigint,

  value: ({ values }, _, row) => values[row],
  text: ({ values }, _, row) => String(values[row]),
  build: int64Builder,

  sql: () => 'bigint',
  copy: { int64: 'int8' },
  parquet: () => ({ physical: 'int64', annotation: null }),

  key: {
    text: ({ values }, _, row) => String(values[row]),

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
