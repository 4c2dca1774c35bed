/**
 * Lengths of time: signed µs. A day has 24 hours, a week 7 days. Years and months have no fixed length and are not
 * read.
 *
 * In the lake they are plain int64. Parquet's INTERVAL has neither a sign nor microseconds, and readers disagree on
 * it: arrow-rs returns days and milliseconds only, hyparquet an object. Texts cannot be added up.
 */
import { RejectReason } from '../../kernel/types.ts';
import { clockText } from '../enrich/calendar.ts';
import { int64Builder } from '../enrich/vector-builder.ts';
import { proposeInterval } from '../infer/guess/times/propose-interval.ts';
import {
  type ColumnOf,
  type ColumnOptions,
  columnOptionNames,
  type OptionNames,
  type Plain,
  plainColumn,
} from './column-options.ts';
import { type ColumnType, type Converter, Refusal } from './column-type.ts';
import { microsKey } from './temporal/micros-key.ts';

export interface IntervalOptions extends ColumnOptions {
  /** Shortest and longest, in any form that is read. Values outside are rejected (LF_REJECT_RANGE). */
  readonly min?: string;
  readonly max?: string;
}

/** Length of time: P1DT2H30M, 26:30:00 or 1 day 02:30:00, optionally signed. */
export const interval = (options?: IntervalOptions): ColumnOf<Plain<'interval'>> =>
  plainColumn('interval', options);

const outOfRange = new Refusal(RejectReason.range);

const second = 1_000_000n;
const minute = 60n * second;
const hour = 60n * minute;
const day = 24n * hour;
const units = { weeks: 7n * day, days: day, hours: hour, minutes: minute, seconds: second } as const;
type Unit = keyof typeof units;

/** The largest value of either sign: 292,000 years. */
const microsMost = 2n ** 63n - 1n;

/** ISO 8601, with an optional sign before it or before each number. Each number may have a fraction. */
const number = '([+-]?\\d+(?:[.,]\\d+)?)';
const iso = new RegExp(
  `^([+-])?P(?=[-+\\dT])(?:${number}W)?(?:${number}D)?(?:T(?=[-+\\d])(?:${number}H)?(?:${number}M)?(?:${number}S)?)?$`,
  'i',
);

/** As PostgreSQL and DuckDB print them: days, a time, or both, each with its sign. */
const clock = /^(?:([+-]?\d+) days?)?(?:(?:^|(?<=[a-z]) )([+-])?(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?$/;

/** µs of a decimal number of units; undefined if it is not a whole number of µs. */
function microsOf(text: string, unit: bigint): bigint | undefined {
  const [, sign, whole, fraction = ''] = /^([+-]?)(\d+)(?:[.,](\d+))?$/.exec(text)!;
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * unit;
  if (scaled % scale !== 0n) return undefined;
  return sign === '-' ? -scaled / scale : scaled / scale;
}

/** Most digits of a number that is read. Every length of time within the range has fewer. */
const digitsMost = 40;

function isoMicros(parts: RegExpExecArray): bigint | Refusal {
  let micros = 0n;
  for (const [i, unit] of (Object.keys(units) as Unit[]).entries()) {
    const text = parts[i + 2];
    if (text === undefined) continue;
    const part = text.length > digitsMost ? undefined : microsOf(text, units[unit]);
    if (part === undefined) return outOfRange;
    micros += part;
  }
  return parts[1] === '-' ? -micros : micros;
}

function clockMicros(parts: RegExpExecArray): bigint | Refusal {
  const [text, days = '0', sign, hours = '0', minutes = '0', seconds = '0', fraction = ''] = parts;
  if (text.length > digitsMost || Number(minutes) > 59 || Number(seconds) > 59) return outOfRange;
  const time =
    BigInt(hours) * hour +
    BigInt(minutes) * minute +
    BigInt(seconds) * second +
    BigInt(fraction.padEnd(6, '0'));
  return BigInt(days) * day + (sign === '-' ? -time : time);
}

/** Text → µs (bigint). */
export const intervalConverter: Converter = (text) => {
  const asIso = iso.exec(text);
  const asClock = asIso === null && text !== '' ? clock.exec(text) : null;
  const micros = asIso !== null ? isoMicros(asIso) : asClock !== null ? clockMicros(asClock) : undefined;
  if (typeof micros !== 'bigint') return micros;
  return micros >= -microsMost && micros <= microsMost ? micros : outOfRange;
};

/** Hours, minutes and seconds; hours may exceed a day. A fraction has up to six digits: -26:30:00.5. */
export function intervalText(micros: bigint): string {
  const positive = micros < 0n ? -micros : micros;
  const [hours, rest] = [positive / hour, Number((positive % hour) / second)];
  const fraction = positive % second;
  const time = `${String(hours).padStart(2, '0')}${clockText(rest).slice(2)}`;
  const end = fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`;
  return `${micros < 0n ? '-' : ''}${time}${end}`;
}

/** Converts milliseconds, as compute() functions return them. */
function stored(value: unknown): bigint | undefined {
  const rounded = typeof value === 'number' ? Math.round(value * 1000) : Number.NaN;
  if (!Number.isFinite(rounded)) return undefined;
  const micros = BigInt(rounded);
  return micros >= -microsMost && micros <= microsMost ? micros : undefined;
}

export const intervalType: ColumnType<Plain<'interval'>, 'int64', number, 'key' | 'member' | 'computed'> = {
  options: { ...columnOptionNames, min: true, max: true } satisfies OptionNames<IntervalOptions>,
  read: () => ({ type: { kind: 'utf8' }, convert: intervalConverter }),
  faults: () => [],
  bound: (said) => {
    const micros = intervalConverter(String(said));
    return typeof micros === 'bigint' ? Number(micros) / 1000 : Number.NaN;
  },
  words: () => 'interval (P1DT2H30M, 26:30:00 or 1 day 02:30:00)',
  propose: (values) => proposeInterval(values, (value) => typeof intervalConverter(value) === 'bigint'),

  value: ({ values }, _, row) => Number(values[row]) / 1000,
  text: ({ values }, _, row) => intervalText(values[row]),
  build: int64Builder,

  sql: () => 'interval',
  copy: { int64: 'interval' },
  parquet: () => ({ physical: 'int64', annotation: null }),

  key: microsKey('interval'),
  member: true,
  partition: null,
  computed: { logical: { type: 'interval' }, stored },
  day: null,
  parts: null,
};
