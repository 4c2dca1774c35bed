/** Exact decimals. The kernel reads plain ones that fit into 64 bits, the model those that need 128. */
import { decimal128At } from '../../kernel/columns/vectors.ts';
import { RejectReason } from '../../kernel/types.ts';
import { builderOf, int64Builder, type VectorBuilder } from '../enrich/vector-builder.ts';
import { proposeNumeric } from '../infer/guess/numbers/propose-numbers.ts';
import { type ColumnOf, type NumberOptions, numberOptionNames } from './column-options.ts';
import {
  type ColumnType,
  type ComputedForm,
  type Converter,
  type Fault,
  type Reading,
  Refusal,
  type VectorOf,
} from './column-type.ts';
import { numberFaults, numberTexts, plainNumber, wordsWithNumber } from './numbers/number-texts.ts';

export interface Numeric {
  readonly type: 'numeric';
  readonly precision: number;
  readonly scale: number;
}

/** Exact decimal of `precision` digits (at most 38), `scale` of them after the point. */
export function numeric(precision: number, scale: number, options: NumberOptions = {}): ColumnOf<Numeric> {
  return { type: 'numeric', logical: { type: 'numeric', precision, scale }, options };
}

/** Digits of a decimal that fit into 64 bits. */
export const shortDigits = 18;
/** Digits of a decimal that fit into 128 bits. */
const longDigits = 38;

const outOfRange = new Refusal(RejectReason.range);

/**
 * Text → the unscaled value (bigint) of a decimal, by the kernel's rules: nothing is rounded, and a value that does not
 * fit is out of range.
 */
export function numericConverter(precision: number, scale: number): Converter {
  const limit = 10n ** BigInt(precision);
  return (text) => {
    const parts = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?$/.exec(text);
    if (parts === null) return undefined;
    const [, sign, whole, fraction = ''] = parts;
    if (/[1-9]/.test(fraction.slice(scale))) return outOfRange;
    const digits = `${whole}${fraction.slice(0, scale).padEnd(scale, '0')}`.replace(/^0+/, '');
    if (digits.length > precision) return outOfRange;
    const unscaled = BigInt(digits);
    return unscaled < limit ? (sign === '-' ? -unscaled : unscaled) : outOfRange;
  };
}

function readingOf({ logical: { precision, scale }, options }: ColumnOf<Numeric>): Reading {
  const convert = numericConverter(precision, scale);
  const texts = numberTexts(options, 'decimal');
  if (texts !== null) {
    const read = plainNumber(texts, 'decimal');
    const convertText: Converter = (text) => {
      const plain = read(text);
      return plain === undefined ? undefined : convert(plain);
    };
    return { type: { kind: 'utf8' }, convert: convertText, reading: { ...texts } };
  }
  if (precision > shortDigits) return { type: { kind: 'utf8' }, convert };
  return { type: { kind: 'decimal', precision, scale } };
}

/** The decimal point put back into an unscaled value. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

type Decimals = VectorOf<'int64' | 'decimal128'>;

function unscaledAt(vector: Decimals, row: number): bigint {
  return vector.kind === 'int64' ? vector.values[row] : decimal128At(vector, row);
}

function numericText(vector: Decimals, { scale }: Numeric, row: number): string {
  return decimalText(unscaledAt(vector, row), scale);
}

/** The double nearest to a decimal: by one division if both operands are exact as doubles. */
function nearest(unscaled: bigint, scale: number): number {
  const double = Number(unscaled);
  if (Number.isSafeInteger(double) && scale <= 22) return double / 10 ** scale;
  return Number(decimalText(unscaled, scale));
}

/** Unscaled values of 128 bits. */
function decimal128Builder(rows: number): VectorBuilder {
  const values = new Uint8Array(rows * 16);
  const view = new DataView(values.buffer);
  const store = (i: number, value: bigint) => {
    view.setBigInt64(i * 16, value >> 64n);
    view.setBigUint64(i * 16 + 8, BigInt.asUintN(64, value));
  };
  return builderOf(rows, store, (rest) => ({ kind: 'decimal128', values, ...rest }));
}

function faultsOf({ precision, scale }: Numeric): readonly Fault[] {
  if (!(Number.isInteger(precision) && precision >= 1 && precision <= longDigits)) {
    return [
      {
        at: '',
        what: `numeric has 1 to ${longDigits} digits, not ${precision}`,
        fix: 'Use float8 or text for longer numbers: readers of Parquet do not support longer decimals',
      },
    ];
  }
  if (Number.isInteger(scale) && scale >= 0 && scale <= precision) return [];
  return [
    {
      at: '',
      what: `the scale ${scale} is not between 0 and the precision, ${precision}`,
      fix: `Say 0 to ${precision}`,
    },
  ];
}

/** A double's shortest decimal digits, without an exponent. */
function plainDouble(value: number): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(
    String(value),
  )!;
  const shift = Number(exponent);
  if (shift >= 0)
    return `${sign}${whole}${fraction.slice(0, shift).padEnd(shift, '0')}.${fraction.slice(shift)}`;
  return `${sign}0.${'0'.repeat(-shift - whole.length)}${whole}${fraction}`;
}

/**
 * What `compute` gives as a decimal: a whole number, a number whose shortest digits fit, or a text as a column reads it.
 * Nothing is rounded. null: there is no such type.
 */
export function computedNumeric(precision: number, scale: number): ComputedForm<Numeric> | null {
  const logical = { type: 'numeric', precision, scale } as const;
  if (faultsOf(logical).length > 0) return null;
  const convert = numericConverter(precision, scale);
  return {
    logical,
    stored(value) {
      const isNumber = typeof value === 'bigint' || Number.isFinite(value);
      if (!isNumber && typeof value !== 'string') return undefined;
      const text = typeof value === 'number' ? plainDouble(value) : String(value);
      const unscaled = convert(text);
      return unscaled instanceof Refusal ? undefined : unscaled;
    },
  };
}

export const numericType: ColumnType<Numeric, 'int64' | 'decimal128', number, 'key' | 'member'> = {
  options: numberOptionNames,
  read: readingOf,
  faults: ({ logical, options }) => [...faultsOf(logical), ...numberFaults(options, 'decimal')],
  bound: (said) => said as bigint | number,
  words: ({ precision, scale }, reading) =>
    wordsWithNumber(`numeric(${precision}, ${scale})`, reading, 'decimal'),
  propose: proposeNumeric,

  value: (vector, { scale }, row) => nearest(unscaledAt(vector, row), scale),
  text: numericText,
  build: (rows, { precision }) => (precision > shortDigits ? decimal128Builder(rows) : int64Builder(rows)),

  sql: ({ precision, scale }) => `numeric(${precision}, ${scale})`,
  copy: { int64: 'numeric', decimal128: 'numeric' },
  parquet: ({ precision, scale }) => ({
    physical: precision > shortDigits ? 'bytes16' : 'int64',
    annotation: { kind: 'decimal', precision, scale },
  }),

  key: {
    text: numericText,

    about: ({ scale }) => `numeric ${scale}`,
  },
  member: true,
  partition: null,
  // `compute` names the digits too: see computedNumeric.
  computed: null,
  day: null,
  parts: null,
};
