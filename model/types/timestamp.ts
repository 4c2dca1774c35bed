/** Instants: local times of a zone, stored as UTC. */
import { RejectReason, type ZoneTable } from '../../kernel/types.ts';
import { clockText, splitInstant } from '../enrich/calendar.ts';
import { builderOf, type VectorBuilder } from '../enrich/vector-builder.ts';
import { proposeTimestamp } from '../infer/guess/times/propose-times.ts';
import { didYouMean } from '../words.ts';
import {
  type AnyColumnOptions,
  type ColumnOf,
  type FormatOptions,
  formatOptionNames,
  type InstantOptions,
  type OptionNames,
  type TimeFormat,
} from './column-options.ts';
import { type ColumnType, type Converter, type Fault, type Reading, Refusal } from './column-type.ts';
import { dayText, wordsWithFormats } from './date.ts';
import { epochConverter, epochWords, isInstant } from './temporal/epoch.ts';
import { firstFit, formatOf, type TimeFormats, timeFormats } from './temporal/first-fit.ts';
import { type FieldRules, formatsFaults } from './temporal/format-faults.ts';
import { microsKey } from './temporal/micros-key.ts';
import { formatTokens, needsConverter } from './temporal/text-formats.ts';
import { isZone, localToUtc, offsetAt, zoneInText, zoneTable } from './temporal/zone-tables.ts';

export interface TimestampOptions extends FormatOptions, InstantOptions {
  /**
   * Formats, tried in order. As for dates, and HH or H (0–23), hh or h (1–12, with a), mm, ss, S for a fraction of 1
   * to 9 digits and SS to SSSSSSSSS for exactly as many digits as letters, X for an offset (Z, +03, +0300, +03:00), and
   * VV for the name of a zone (UTC, GMT, Europe/Moscow), which takes precedence over `zone`.
   * Default: ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-ddTHH:mm:ss'].
   */
  readonly formats?: readonly TimeFormat[];
  /** First and last instant, in ISO 8601 with Z or an offset, or as a day in UTC. Instants outside are rejected
   * (LF_REJECT_RANGE). */
  readonly min?: string;
  readonly max?: string;
}

export interface Timestamp {
  readonly type: 'timestamp';
  readonly zone: string;
}

/** Instant: a local time of a zone, stored as UTC. */
export function timestamp(options: TimestampOptions = {}): ColumnOf<Timestamp> {
  return { type: 'timestamp', logical: { type: 'timestamp', zone: options.zone ?? 'UTC' }, options };
}

const usualFormats = ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-ddTHH:mm:ss'];

const fields: FieldRules = {
  needed: ['year', 'month', 'day'],
  refused: [],
  refusal: ['', ''],
  usual: usualFormats[0],
};

const ambiguousTime = new Refusal(RejectReason.ambiguousTime);
const skippedTime = new Refusal(RejectReason.skippedTime);

/** Text → µs since the epoch (bigint), or the reason why there is no such instant. */
export function timestampConverter(formats: TimeFormats, zone: ZoneTable): Converter {
  const zoneOf = zonesNamed(zone);
  const read = firstFit(formats, (name) => zoneOf(name) !== undefined);
  return (text) => {
    const time = read(text);
    if (time === undefined || time instanceof Refusal) return time;
    const named = time.zone === null ? zone : zoneOf(time.zone)!;
    const local = time.day * 86_400 + time.second;
    const utc = time.offset === null ? localToUtc(named, local) : local - time.offset;
    if (utc === 'ambiguous') return ambiguousTime;
    if (utc === 'skipped') return skippedTime;
    return BigInt(utc) * 1_000_000n + BigInt(time.micros);
  };
}

/** Most names that are remembered, including names that are not a zone. There are about 600 zones. */
const namesKept = 2000;

/** Looks up zones that texts name, with the policies of the column. undefined: there is no such zone. */
function zonesNamed({ ambiguous, skipped }: ZoneTable): (name: string) => ZoneTable | undefined {
  const known = new Map<string, ZoneTable | undefined>();
  return (name) => {
    if (!known.has(name)) {
      if (known.size >= namesKept) known.clear();
      const zone = zoneInText(name);
      known.set(name, zone === undefined ? undefined : zoneTable(zone, { ambiguous, skipped }));
    }
    return known.get(name);
  };
}

function readingOf(column: ColumnOf<Timestamp>): Reading {
  const { options } = column;
  const { formats = usualFormats, epoch, fraction, leapSecond } = options;
  if (epoch !== undefined) {
    const cut = fraction === 'truncate';
    return {
      type: { kind: 'utf8' },
      convert: epochConverter(epoch, cut),
      reading: { epoch, ...(cut && { fraction }) },
    };
  }
  const { ambiguous = 'reject', skipped = 'reject' } = options;
  const zone = zoneOf(options, { ambiguous, skipped });
  const plain = formats.map(formatOf).filter((format) => typeof format === 'string');
  if (!plain.some(needsConverter)) {
    const policies = { ...(leapSecond && { leapSecond }), ...(fraction === 'truncate' && { fraction }) };
    return { type: { kind: 'timestamp', formats: plain, zone, ...policies } };
  }
  const reading = { ...timeFormats(column, formats, fields), ambiguous, skipped };
  return { type: { kind: 'utf8' }, convert: timestampConverter(reading, zone), reading };
}

/** The column's zone, or UTC if there is no such zone. */
function zoneOf(
  { zone = 'UTC' }: AnyColumnOptions,
  policy: Pick<ZoneTable, 'ambiguous' | 'skipped'>,
): ZoneTable {
  return zoneTable(isZone(zone) ? zone : 'UTC', policy);
}

function faultsOf(options: AnyColumnOptions): readonly Fault[] {
  const { formats = usualFormats, zone = 'UTC' } = options;
  const faults = [...formatsFaults(formats, fields), ...literalZoneFaults(formats, zone)];
  if (options.epoch !== undefined && options.formats !== undefined) {
    const fix = 'Keep one of them: `epoch` for numbers, `formats` for dates and times';
    faults.push({ at: '.epoch', what: 'the column has formats too', fix });
  }
  if (isZone(zone)) return faults;
  const proposal = didYouMean(zone, Intl.supportedValuesOf('timeZone')).slice(0, 80);
  const what = `there is no time zone ${zone}`;
  return [{ at: '.zone', what, fix: `Use an IANA name. ${proposal}` }, ...faults];
}

/** A literal that names UTC is not read as a zone: times would be taken for those of another zone. */
function literalZoneFaults(formats: readonly TimeFormat[], zone: string): Fault[] {
  if (/^(?:Etc\/)?(?:UTC|GMT|UCT)$/i.test(zone)) return [];
  const plain = formats.map(formatOf).filter((format) => typeof format === 'string');
  return plain.flatMap((format) => {
    const literals = formatTokens(format).map(({ kind, text }) => (kind === 'literal' ? text.trim() : ''));
    const named = literals.find((text) => /^(?:UTC|GMT|Z)$/i.test(text));
    if (named === undefined) return [];
    const what = `'${named}' is not read as a zone, so that times would be those of ${zone}`;
    const fix = `Write ${named.toUpperCase() === 'Z' ? 'X' : 'VV'} in its place`;
    return [{ at: `.formats ${JSON.stringify(format)}`, what, fix }];
  });
}

/** A day, or a time with an offset: without one, this machine's zone would apply. */
const instant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$/;

/** For showing instants on the wall clock, where the policy does not matter. */
const anyPolicy = { ambiguous: 'reject', skipped: 'reject' } as const;

/** Instants, with the wall clock of the column's zone. */
function timestampBuilder(rows: number, { zone }: Timestamp): VectorBuilder {
  const table = zoneTable(zone, anyPolicy);
  const values = new BigInt64Array(rows);
  const localDay = new Int32Array(rows);
  const localSecond = new Int32Array(rows);
  const store = (i: number, micros: bigint) => {
    const utcSecond = Math.floor(Number(micros) / 1e6);
    const local = utcSecond + offsetAt(table, utcSecond);
    values[i] = micros;
    localDay[i] = Math.floor(local / 86400);
    localSecond[i] = local - localDay[i] * 86400;
  };
  return builderOf(rows, store, (rest) => ({ kind: 'timestamp', values, localDay, localSecond, ...rest }));
}

/** µs since the epoch as a text that PostgreSQL reads, in UTC, to the microsecond. */
function instantText(micros: bigint): string {
  const { day, second, fraction } = splitInstant(micros);
  const clock = `${clockText(second)}.${String(fraction).padStart(6, '0')}+00`;
  const [date, era] = dayText(day).split(' ');
  return [date, clock, era].filter(Boolean).join(' ');
}

/** Converts milliseconds, as compute() functions return them. */
function stored(value: unknown): bigint | undefined {
  const micros = typeof value === 'number' ? Math.round(value * 1000) : Number.NaN;
  return isInstant(micros) ? BigInt(micros) : undefined;
}

type Uses = 'key' | 'member' | 'computed' | 'day';

export const timestampType: ColumnType<Timestamp, 'timestamp', number, Uses> = {
  options: {
    ...formatOptionNames,
    epoch: true,
    fraction: true,
    zone: true,
    ambiguous: true,
    skipped: true,
    leapSecond: true,
    min: true,
    max: true,
  } satisfies OptionNames<TimestampOptions>,
  read: readingOf,
  faults: ({ options }) => faultsOf(options),
  bound: (said) => (instant.test(String(said)) ? Date.parse(String(said)) : Number.NaN),
  words: (_, reading) => epochWords(reading) ?? wordsWithFormats('timestamp', reading),
  propose: proposeTimestamp,

  value: ({ values }, _, row) => Number(values[row]) / 1000,
  text: ({ values }, _, row) => instantText(values[row]),
  build: timestampBuilder,

  sql: () => 'timestamptz',
  copy: { timestamp: 'timestamptz' },
  parquet: () => ({ physical: 'int64', annotation: { kind: 'timestamp' } }),

  key: microsKey('timestamp'),
  member: true,
  partition: null,
  computed: {
    logical: { type: 'timestamp', zone: 'UTC' },
    stored,
  },
  day: true,
  parts: null,
};
