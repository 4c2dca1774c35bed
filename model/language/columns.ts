/**
 * The columns of a file: one builder per type. A builder only writes down what was said; compile.ts
 * checks it, so that all mistakes of a definition are named at once.
 */
import type { LogicalType } from '../compiled.ts';
import type { TypeName } from './refs.ts';

/** What every column can say. docs/types.md has what each type reads, example by example. */
export interface ColumnOptions {
  /** A row without a value here is rejected (LF_REJECT_MISSING). Default: false. */
  readonly required?: boolean;
  /** The file may lack the column; its values are then null. Default: false. */
  readonly optional?: boolean;
  /** Other header texts that mean this column. Case, spaces, quotes and punctuation do not matter. */
  readonly aliases?: readonly string[];
  /** Texts that mean null, beside those of the dataset. `[]` on a text column keeps empty texts. */
  readonly nulls?: readonly string[];
}

export interface TextOptions extends ColumnOptions {
  /**
   * How values are held in memory. `dictionary` suits few distinct values, and makes smaller parts of them.
   * Default: `dictionary` for what partitions, becomes a member of a dimension or has `oneOf`, else `utf8`.
   */
  readonly encoding?: 'dictionary' | 'utf8';
  /** Normalises a value; null makes it null, undefined rejects the row (LF_REJECT_TYPE). */
  readonly convert?: (value: string) => string | null | undefined;
  /** Characters; outside: LF_REJECT_LENGTH. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Must match somewhere (anchor with ^ and $): LF_REJECT_PATTERN. */
  readonly pattern?: RegExp;
  /** The only values there may be: LF_REJECT_VALUE. */
  readonly oneOf?: readonly string[];
}

export interface NumberOptions extends ColumnOptions {
  /** Smallest and largest value: LF_REJECT_RANGE. */
  readonly min?: number;
  readonly max?: number;
}

export interface Float8Options extends NumberOptions {
  /** nan, inf and infinity, of either sign and in any case. Default: 'reject' (LF_REJECT_NOT_FINITE). */
  readonly nonFinite?: 'reject' | 'null' | 'keep';
}

export interface BooleanOptions extends ColumnOptions {
  /** Texts that mean true and false, in any case, instead of the usual words. Both or none. */
  readonly true?: readonly string[];
  readonly false?: readonly string[];
}

export interface WholeOptions extends NumberOptions {
  /** The only values there may be: LF_REJECT_VALUE. */
  readonly oneOf?: readonly number[];
}

export interface BigintOptions extends ColumnOptions {
  readonly min?: bigint | number;
  readonly max?: bigint | number;
}

export interface DateOptions extends ColumnOptions {
  /**
   * Tried in order. yyyy, yy (1970–2069) or y (1 to 4 digits); uuuu for years with a sign, 0 being 1 BC; G for
   * BC and AD; MM or M; dd or d; MMM and MMMM for month names. Letters between single quotes stand for
   * themselves. Default: ['yyyy-MM-dd'].
   */
  readonly formats?: readonly string[];
  /** Language of month names. Russian takes nominative, genitive and short forms. Default: 'en'. */
  readonly locale?: 'en' | 'ru';
  /** ISO dates: outside is LF_REJECT_RANGE. */
  readonly min?: string;
  readonly max?: string;
}

export interface TimestampOptions extends ColumnOptions {
  /**
   * Tried in order. As for dates, and HH or H (0–23), hh or h (1–12, with a), mm, ss, S for a fraction of 1
   * to 6 digits and SS to SSSSSS for one of just so many, X for an offset (Z, +03, +0300, +03:00), and VV
   * for the name of a zone (Europe/Moscow), which stands in for `zone`.
   * Default: ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-ddTHH:mm:ss'] .
   */
  readonly formats?: readonly string[];
  readonly locale?: 'en' | 'ru';
  /** IANA zone of the times in the file, and of date parts. Default: 'UTC'. */
  readonly zone?: string;
  /** A local time that happened twice (clocks set back). Default: 'reject'. */
  readonly ambiguous?: 'earlier' | 'later' | 'reject';
  /** A local time that never happened (clocks set forward). Default: 'reject'. */
  readonly skipped?: 'earlier' | 'later' | 'reject';
  /** Second 60: out of range, or read as second 59. Default: 'reject'. */
  readonly leapSecond?: 'reject' | 'clamp';
  /** Instants as ISO 8601 with Z or an offset, or days in UTC: outside is LF_REJECT_RANGE. */
  readonly min?: string;
  readonly max?: string;
}

export interface PointOptions extends ColumnOptions {
  /** `wkt`: POINT (lon lat); `latlon`: lat,lon. Default: 'wkt'. */
  readonly form?: 'wkt' | 'latlon';
}

/** All options that any column may have, as the compiler reads them. */
export type AnyColumnOptions = ColumnOptions & {
  readonly encoding?: 'dictionary' | 'utf8';
  readonly convert?: (value: string) => string | null | undefined;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly (string | number)[];
  readonly min?: number | bigint | string;
  readonly max?: number | bigint | string;
  readonly formats?: readonly string[];
  readonly locale?: 'en' | 'ru';
  readonly zone?: string;
  readonly ambiguous?: 'earlier' | 'later' | 'reject';
  readonly skipped?: 'earlier' | 'later' | 'reject';
  readonly leapSecond?: 'reject' | 'clamp';
  readonly form?: 'wkt' | 'latlon';
  readonly nonFinite?: 'reject' | 'null' | 'keep';
  readonly true?: readonly string[];
  readonly false?: readonly string[];
};

/** A column as written in a definition. */
export interface Column<T extends TypeName = TypeName> {
  readonly type: T;
  readonly logical: LogicalType;
  readonly options: AnyColumnOptions;
}

/** Most types have nothing but their name. */
type PlainType = Exclude<TypeName, 'numeric' | 'timestamp'>;

function column<T extends PlainType>(type: T, options: AnyColumnOptions = {}): Column<T> {
  return { type, logical: { type }, options };
}

/** Text of any length. */
export const text = (options?: TextOptions): Column<'text'> => column('text', options);
/** Whole number, −32768…32767. */
export const smallint = (options?: WholeOptions): Column<'smallint'> => column('smallint', options);
/** Whole number of 32 bits. */
export const integer = (options?: WholeOptions): Column<'integer'> => column('integer', options);
/** Whole number of 64 bits. */
export const bigint = (options?: BigintOptions): Column<'bigint'> => column('bigint', options);
/** Double, read to the nearest value. */
export const float8 = (options?: Float8Options): Column<'float8'> => column('float8', options);
/** true/false, t/f, yes/no, y/n, on/off, 1/0, да/нет, in any case. */
export const boolean = (options?: BooleanOptions): Column<'boolean'> => column('boolean', options);
/** Calendar day. */
export const date = (options?: DateOptions): Column<'date'> => column('date', options);
/** UUID with or without hyphens, braces or urn:uuid:, in any case. */
export const uuid = (options?: ColumnOptions): Column<'uuid'> => column('uuid', options);
/** Longitude and latitude in degrees. Its halves are columns too: <name>_lon and <name>_lat. */
export const point = (options?: PointOptions): Column<'point'> => column('point', options);
/** JSON, checked, and kept as it is written. */
export const json = (options?: ColumnOptions): Column<'json'> => column('json', options);

/** Exact decimal of `precision` digits (at most 38), `scale` of them after the point. */
export function numeric(precision: number, scale: number, options: NumberOptions = {}): Column<'numeric'> {
  return { type: 'numeric', logical: { type: 'numeric', precision, scale }, options };
}

/** Instant: a local time of a zone, stored as UTC. */
export function timestamp(options: TimestampOptions = {}): Column<'timestamp'> {
  return { type: 'timestamp', logical: { type: 'timestamp', zone: options.zone ?? 'UTC' }, options };
}
