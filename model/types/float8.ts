/** Doubles. */
import { RejectReason } from '../../kernel/types.ts';
import { builderOf } from '../enrich/vector-builder.ts';
import { proposeFloat8 } from '../infer/guess/numbers/propose-numbers.ts';
import {
  type ColumnOf,
  type NumberOptions,
  type NumberTexts,
  numberOptionNames,
  type OptionNames,
  type Plain,
  plainColumn,
} from './column-options.ts';
import { type ColumnType, type Converter, Refusal, storedNumber } from './column-type.ts';
import { numberFaults, plainNumber, readNumber, wordsWithNumber } from './numbers/number-texts.ts';

export interface Float8Options extends NumberOptions {
  /** What to do with nan, inf and infinity, of either sign, in any case. Default: 'reject' (LF_REJECT_NOT_FINITE). */
  readonly nonFinite?: 'reject' | 'null' | 'keep';
}

/** Double, read to the nearest value. */
export const float8 = (options?: Float8Options): ColumnOf<Plain<'float8'>> => plainColumn('float8', options);

const outOfRange = new Refusal(RejectReason.range);
const notFinite = new Refusal(RejectReason.notFinite);

/** Text → the nearest double, which is what JavaScript's Number gives. */
function float8Converter(texts: NumberTexts, nonFinite: Float8Options['nonFinite'] = 'reject'): Converter {
  const read = plainNumber(texts, 'double');
  return (text) => {
    const plain = read(text);
    if (plain === undefined) {
      const word = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i.exec(text);
      if (word === null) return undefined;
      if (nonFinite !== 'keep') return nonFinite === 'null' ? null : notFinite;
      return word[2] !== undefined ? Number.NaN : word[1] === '-' ? -Infinity : Infinity;
    }
    const number = Number(plain);
    return Number.isFinite(number) ? number : outOfRange;
  };
}

export const float8Type: ColumnType<Plain<'float8'>, 'float64', number, 'member' | 'computed'> = {
  options: { ...numberOptionNames, nonFinite: true } satisfies OptionNames<Float8Options>,
  read: ({ options }) => {
    const { nonFinite } = options;
    const kernel = { kind: 'float64', ...(nonFinite && { nonFinite }) } as const;
    return readNumber(options, 'double', kernel, (texts) => float8Converter(texts, nonFinite), { nonFinite });
  },
  faults: ({ options }) => numberFaults(options, 'double'),
  bound: (said) => said as bigint | number,
  words: (_, reading) => wordsWithNumber('float8', reading, 'double'),
  propose: proposeFloat8,

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
