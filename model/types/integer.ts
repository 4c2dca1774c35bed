/** Whole numbers of 32 bits, and what they have in common with those of 16 bits. */
import { RejectReason } from '../../kernel/types.ts';
import { int32Builder } from '../enrich/vector-builder.ts';
import { proposeInteger } from '../infer/guess/numbers/propose-numbers.ts';
import {
  type ColumnOf,
  type NumberTexts,
  numberOptionNames,
  type OptionNames,
  type Plain,
  plainColumn,
  type WholeOptions,
} from './column-options.ts';
import { type ColumnType, type Converter, type ParquetAnnotation, Refusal } from './column-type.ts';
import { numberFaults, plainNumber, readNumber, wordsWithNumber } from './numbers/number-texts.ts';

/** Whole number of 32 bits. */
export const integer = (options?: WholeOptions): ColumnOf<Plain<'integer'>> =>
  plainColumn('integer', options);

/** The number with at least `pad` digits. */
export function padded(number: number | bigint, pad: number): string {
  const digits = String(number);
  return digits.startsWith('-') ? `-${digits.slice(1).padStart(pad, '0')}` : digits.padStart(pad, '0');
}

const outOfRange = new Refusal(RejectReason.range);

/** Text → whole number from `min` to `max`. */
function smallWholeConverter(
  options: NumberTexts,
  { min, max }: { readonly min: number; readonly max: number },
): Converter {
  const read = plainNumber(options, 'whole');
  return (text) => {
    const plain = read(text);
    if (plain === undefined) return undefined;
    // Beyond 53 bits it is not exact, but out of range in any case.
    const number = Number(plain);
    return number >= min && number <= max ? number : outOfRange;
  };
}

type Uses = 'key' | 'member' | 'partition' | 'computed';

/** A type of whole numbers from `-limit - 1` to `limit`, held in 32 bits. */
export function smallWhole<N extends 'smallint' | 'integer'>(
  name: N,
  limit: number,
  copy: 'int2' | 'int4',
  annotation: ParquetAnnotation | null,
): Omit<ColumnType<Plain<N>, 'int32', number, Uses>, 'propose'> {
  return {
    options: { ...numberOptionNames, oneOf: true } satisfies OptionNames<WholeOptions>,
    read: ({ options }) => {
      const { min = -limit - 1, max = limit } = options;
      const bounds = { min: Math.max(-limit - 1, Number(min)), max: Math.min(limit, Number(max)) };
      const convert = (texts: NumberTexts) => smallWholeConverter(texts, bounds);
      return readNumber(options, 'whole', { kind: 'int32', ...bounds }, convert, bounds);
    },
    faults: ({ options }) => numberFaults(options, 'whole'),
    // As the kernel does, converters check the bounds.
    bound: 'kernel',
    words: (_, reading) => wordsWithNumber(name, reading, 'whole'),

    value: ({ values }, _, row) => values[row],
    text: ({ values }, _, row) => String(values[row]),
    build: int32Builder,

    sql: () => name,
    copy: { int32: copy },
    parquet: () => ({ physical: 'int32', annotation }),

    key: {
      text: ({ values }, _, row) => String(values[row]),

      about: () => name,
    },
    member: true,
    partition: { text: ({ values }, _, row, pad) => padded(values[row], pad) },
    computed: {
      logical: { type: name },
      stored: (value) =>
        Number.isInteger(value) && (value as number) <= limit && (value as number) >= -limit - 1
          ? value
          : undefined,
    },
    day: null,
    parts: null,
  };
}

export const integerType: ColumnType<Plain<'integer'>, 'int32', number, Uses> = {
  ...smallWhole('integer', 2 ** 31 - 1, 'int4', null),
  propose: proposeInteger,
};
