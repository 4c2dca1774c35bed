/** Days of the proleptic Gregorian calendar. */
import { civilText, firstDay, isoDay, lastDay, yearOf } from '../enrich/calendar.ts';
import { int32Builder } from '../enrich/vector-builder.ts';
import { proposeDate } from '../infer/guess/times/propose-times.ts';
import {
  type ColumnOf,
  type FormatOptions,
  formatOptionNames,
  type OptionNames,
  type Plain,
  plainColumn,
  type TimeFormat,
} from './column-options.ts';
import { type ColumnType, type Converter, type Reading, Refusal } from './column-type.ts';
import { firstFit, formatOf, type TimeFormats, timeFormats } from './temporal/first-fit.ts';
import { type FieldRules, formatsFaults } from './temporal/format-faults.ts';
import { needsConverter } from './temporal/text-formats.ts';

export interface DateOptions extends FormatOptions {
  /**
   * Formats, tried in order. yyyy, yy (1970–2069) or y (1 to 4 digits); uuuu for years with a sign, 0 being 1 BC; G
   * for BC and AD; MM or M; dd or d; MMM and MMMM for month names; EEE and EEEE
   * for days of the week, which are not compared with the day. Without a day it is the first of the month. Letters
   * between single quotes stand for themselves. Default: ['yyyy-MM-dd'].
   */
  readonly formats?: readonly TimeFormat[];
  /** First and last day, as ISO dates. Days outside are rejected (LF_REJECT_RANGE). */
  readonly min?: string;
  readonly max?: string;
}

/** Calendar day. */
export const date = (options?: DateOptions): ColumnOf<Plain<'date'>> => plainColumn('date', options);

const usualFormats = ['yyyy-MM-dd'];

const fields: FieldRules = {
  needed: ['year', 'month'],
  refused: ['hour', 'minute', 'second', 'fraction', 'half', 'offset', 'zone'],
  refusal: ['a date has no time of day', 'Use timestamp, or leave the time out of the format'],
  yearAlone: ['a year alone is not a day', 'Use smallint() or integer(), or compute a date from it'],
  usual: usualFormats[0],
};

/** Text → days since 1970-01-01. */
export function dateConverter(formats: TimeFormats): Converter {
  const read = firstFit(formats);
  return (text) => {
    const time = read(text);
    return time instanceof Refusal ? time : time?.day;
  };
}

function readingOf(column: ColumnOf<Plain<'date'>>): Reading {
  const { formats = usualFormats } = column.options;
  const plain = formats.map(formatOf).filter((format) => typeof format === 'string');
  if (!plain.some(needsConverter)) return { type: { kind: 'date', formats: plain } };
  const reading = timeFormats(column, formats, fields);
  return { type: { kind: 'utf8' }, convert: dateConverter(reading), reading: { ...reading } };
}

/** `date (yyyy-MM-dd or d.M.yyyy)`: the type with the formats of its texts. */
export function wordsWithFormats(name: string, { type, reading }: Reading): string {
  const formats = 'formats' in type ? type.formats : (reading?.formats ?? []);
  return `${name} (${formats.join(' or ')})`;
}

/** A day since 1970-01-01 as PostgreSQL reads it: yyyy-mm-dd, with BC for years before our era. */
export function dayText(day: number): string {
  const year = yearOf(day);
  return year > 0 ? isoDay(day) : `${civilText(1 - year, day)} BC`;
}

type Uses = 'key' | 'member' | 'partition' | 'computed' | 'day';

export const dateType: ColumnType<Plain<'date'>, 'int32', number, Uses> = {
  options: { ...formatOptionNames, min: true, max: true } satisfies OptionNames<DateOptions>,
  read: readingOf,
  faults: ({ options: { formats = usualFormats } }) => formatsFaults(formats, fields),
  bound: (said) => Date.parse(`${said}T00:00:00Z`) / 86_400_000,
  words: (_, reading) => wordsWithFormats('date', reading),
  propose: proposeDate,

  value: ({ values }, _, row) => values[row],
  text: ({ values }, _, row) => dayText(values[row]),
  build: int32Builder,

  sql: () => 'date',
  copy: { int32: 'date' },
  parquet: () => ({ physical: 'int32', annotation: { kind: 'date' } }),

  // Compared as numbers, because some years can be written in several ways.
  key: {
    text: ({ values }, _, row) => String(values[row]),
    about: () => 'date',
  },
  member: true,
  partition: { text: ({ values }, _, row) => isoDay(values[row]) },
  computed: {
    logical: { type: 'date' },
    stored: (value) =>
      Number.isInteger(value) && (value as number) >= firstDay && (value as number) <= lastDay
        ? value
        : undefined,
  },
  day: true,
  parts: null,
};
