/** Times of day: µs since midnight, without day and zone. */
import { clockText } from '../enrich/calendar.ts';
import { int64Builder } from '../enrich/vector-builder.ts';
import { proposeTime } from '../infer/guess/times/propose-times.ts';
import {
  type ColumnOf,
  columnOptionNames,
  type FormatOptions,
  type OptionNames,
  type Plain,
  plainColumn,
  type TimeFormat,
} from './column-options.ts';
import { type ColumnType, type Converter, Refusal } from './column-type.ts';
import { wordsWithFormats } from './date.ts';
import { firstFit, type TimeFormats, timeFormats } from './temporal/first-fit.ts';
import { type FieldRules, formatsFaults } from './temporal/format-faults.ts';
import { microsKey } from './temporal/micros-key.ts';

export interface TimeOptions extends Omit<FormatOptions, 'locale'> {
  /**
   * Formats, tried in order. HH or H (0–23), hh or h (1–12, with a), mm, ss, S for a fraction of 1 to 9 digits and SS
   * to SSSSSSSSS for exactly as many digits as letters. Letters between single quotes stand for themselves.
   * Default: ['HH:mm:ss', 'HH:mm', 'HH:mm:ss.S'].
   */
  readonly formats?: readonly TimeFormat[];
  /** A fraction that is finer than a microsecond is rejected (LF_REJECT_FRACTION), or cut. Default: 'reject'. */
  readonly fraction?: 'reject' | 'truncate';
  /** Second 60 is rejected, or read as second 59. Default: 'reject'. */
  readonly leapSecond?: 'reject' | 'clamp';
  /** First and last time, as HH:mm, HH:mm:ss or HH:mm:ss.S. Times outside are rejected (LF_REJECT_RANGE). */
  readonly min?: string;
  readonly max?: string;
}

/** Time of day, from 00:00:00 to 23:59:59.999999. */
export const time = (options?: TimeOptions): ColumnOf<Plain<'time'>> => plainColumn('time', options);

const usualFormats = ['HH:mm:ss', 'HH:mm', 'HH:mm:ss.S'];

const fields: FieldRules = {
  needed: ['hour'],
  refused: ['year', 'month', 'day', 'offset', 'zone', 'era', 'weekday'],
  refusal: ['a time has no day and no zone', 'Use timestamp, or leave them out of the format'],
  usual: usualFormats.join(', '),
};

const dayMicros = 86_400_000_000;

/** Text → µs since midnight (bigint). 24:00 is out of range: it would be a second way to write the next midnight. */
export function timeConverter(formats: TimeFormats): Converter {
  const read = firstFit(formats);
  return (text) => {
    const found = read(text);
    if (found === undefined || found instanceof Refusal) return found;
    return BigInt(found.second * 1_000_000 + found.micros);
  };
}

const readUsual = timeConverter({ formats: usualFormats, locale: 'en', leapSecond: 'reject' });

/** HH:mm:ss, with a fraction if there is one. */
export function timeText(micros: number): string {
  const fraction = micros % 1_000_000;
  const clock = clockText(Math.trunc(micros / 1_000_000));
  return fraction === 0 ? clock : `${clock}.${String(fraction).padStart(6, '0')}`;
}

/** Converts milliseconds, as compute() functions return them. */
function stored(value: unknown): bigint | undefined {
  if (!Number.isFinite(value)) return undefined;
  const micros = Math.round((value as number) * 1000);
  return micros >= 0 && micros < dayMicros ? BigInt(micros) : undefined;
}

export const timeType: ColumnType<Plain<'time'>, 'int64', number, 'key' | 'member' | 'computed'> = {
  options: {
    ...columnOptionNames,
    formats: true,
    fraction: true,
    leapSecond: true,
    min: true,
    max: true,
  } satisfies OptionNames<TimeOptions>,
  read(column) {
    const reading = timeFormats(column, column.options.formats ?? usualFormats, fields);
    return { type: { kind: 'utf8' }, convert: timeConverter(reading), reading: { ...reading } };
  },
  faults: ({ options: { formats = usualFormats } }) => formatsFaults(formats, fields),
  bound: (said) => {
    const micros = readUsual(String(said));
    return typeof micros === 'bigint' ? Number(micros) / 1000 : Number.NaN;
  },
  words: (_, reading) => wordsWithFormats('time', reading),
  propose: proposeTime,

  value: ({ values }, _, row) => Number(values[row]) / 1000,
  text: ({ values }, _, row) => timeText(Number(values[row])),
  build: int64Builder,

  sql: () => 'time',
  // PostgreSQL's binary form is the same number.
  copy: { int64: 'int8' },
  parquet: () => ({ physical: 'int64', annotation: { kind: 'time' } }),

  key: microsKey('time'),
  member: true,
  // Colons are a problem in names of folders.
  partition: null,
  computed: { logical: { type: 'time' }, stored },
  day: null,
  parts: null,
};
