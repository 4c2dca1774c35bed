/** The options of columns. docs/definitions/types.md shows by example what each type reads. */
import type { Locale } from './temporal/months.ts';

/** The options of every column. */
export interface ColumnOptions {
  /** A row without a value here is rejected (LF_REJECT_MISSING). Default: false. */
  readonly required?: boolean;
  /** The file may lack the column; its values are then null. Default: false. */
  readonly optional?: boolean;
  /**
   * Other header texts that mean this column. Case, spaces, quotes and punctuation do not matter, unless several
   * columns fit: then the text must be exactly that of the header, and among columns with the same text their order
   * decides. '' is a column without a name.
   */
  readonly aliases?: readonly string[];
  /**
   * In files of JSON: where the value is, such as '$.customer.id', '$.items[0].sku' or "$['first name']". Default: the
   * record's key of the column's name. docs/json.md.
   */
  readonly path?: string;
  /** Texts that mean null, in addition to those of the dataset. `[]` on a text column keeps empty texts. */
  readonly nulls?: readonly string[];
}

/** How numbers are written. Whatever else a text has is rejected (LF_REJECT_TYPE). Nothing is scaled. */
export interface NumberTexts {
  /** What stands before the fraction. Default: '.'. */
  readonly decimal?: '.' | ',';
  /**
   * What may separate groups of three digits: 1,234,567; with ',' also 12,34,567. ' ' stands for no-break spaces too
   * (U+00A0, U+202F), "'" for U+2019 too. Numbers without groups are read as well.
   */
  readonly thousands?: '.' | ',' | ' ' | "'" | '_';
  /**
   * Texts that may stand before or after the number, with or without spaces: currencies, units, '%'. A sign may stand
   * on either side of them. Each may be there once. '12.5 %' is 12.5.
   */
  readonly strip?: readonly string[];
  /** (5) or 5- is negative. So is -5, always. */
  readonly negative?: 'parentheses' | 'trailing';
}

/** Smallest and largest value. Values outside are rejected (LF_REJECT_RANGE). */
export interface NumberOptions extends ColumnOptions, NumberTexts {
  readonly min?: number;
  readonly max?: number;
}

export interface WholeOptions extends NumberOptions {
  /** The only values allowed. Others are rejected (LF_REJECT_VALUE). */
  readonly oneOf?: readonly number[];
}

/** A format in the column's language, or in a language of its own. */
export type TimeFormat = string | { readonly format: string; readonly locale: Locale };

/** How a date, a time of day or a timestamp is written. The type decides which fields its formats have. */
export interface FormatOptions extends ColumnOptions {
  /** Formats, tried in order. */
  readonly formats?: readonly TimeFormat[];
  /** Language of the formats that do not say another. Default: 'en'. */
  readonly locale?: Locale;
}

/** How the text of a timestamp becomes an instant. */
export interface InstantOptions {
  /**
   * Instead of formats: the number of seconds, milliseconds or microseconds since 1970-01-01T00:00:00Z. Seconds and
   * milliseconds may have a fraction.
   */
  readonly epoch?: 's' | 'ms' | 'us';
  /** A fraction that is finer than a microsecond is rejected (LF_REJECT_FRACTION), or cut. Default: 'reject'. */
  readonly fraction?: 'reject' | 'truncate';
  /** IANA zone of the times in the file, and of date parts. Default: 'UTC'. */
  readonly zone?: string;
  /** What to do with a local time that happened twice (clocks set back). Default: 'reject'. */
  readonly ambiguous?: 'earlier' | 'later' | 'reject';
  /** What to do with a local time that never happened (clocks set forward). Default: 'reject'. */
  readonly skipped?: 'earlier' | 'later' | 'reject';
  /** Second 60 is rejected, or read as second 59. Default: 'reject'. */
  readonly leapSecond?: 'reject' | 'clamp';
}

/** The names of all options that `O` describes. */
export type OptionNames<O> = { readonly [K in keyof Required<O>]: true };

export const columnOptionNames: OptionNames<ColumnOptions> = {
  required: true,
  optional: true,
  aliases: true,
  path: true,
  nulls: true,
};

export const numberOptionNames: OptionNames<NumberOptions> = {
  ...columnOptionNames,
  decimal: true,
  thousands: true,
  strip: true,
  negative: true,
  min: true,
  max: true,
};

export const formatOptionNames: OptionNames<FormatOptions> = {
  ...columnOptionNames,
  formats: true,
  locale: true,
};

/** All options of all types, as the compiler reads them. */
export type AnyColumnOptions = FormatOptions &
  InstantOptions &
  NumberTexts & {
    readonly encoding?: 'dictionary' | 'utf8';
    readonly convert?: (value: string) => string | null | undefined;
    readonly minLength?: number;
    readonly maxLength?: number;
    readonly pattern?: RegExp;
    readonly oneOf?: readonly (string | number)[];
    readonly min?: number | bigint | string;
    readonly max?: number | bigint | string;
    readonly form?: 'wkt' | 'latlon';
    readonly nonFinite?: 'reject' | 'null' | 'keep';
    readonly true?: readonly string[];
    readonly false?: readonly string[];
  };

/** A column as its definition describes it. `L`: its logical type. */
export interface ColumnOf<L extends { readonly type: string }> {
  readonly type: L['type'];
  readonly logical: L;
  readonly options: AnyColumnOptions;
}

/** The logical type of most columns consists of its name. */
export interface Plain<N extends string> {
  readonly type: N;
}

/** A column whose logical type consists of its name. */
export function plainColumn<N extends string>(type: N, options: AnyColumnOptions = {}): ColumnOf<Plain<N>> {
  return { type, logical: { type }, options };
}
