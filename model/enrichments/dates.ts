/**
 * Parts of dates and of local times. A timestamp's parts are those of its zone's wall clock; the kernel
 * has already split it into day and second, so every loop here is arithmetic on 32-bit integers.
 *
 * Calendar arithmetic after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"
 * (civil_from_days): years begin in March, eras are 400 years of 146,097 days.
 */
import type { Int32Vector, TextDictionary, TimestampVector, Vector } from '../../kernel/vectors.ts';
import { fixedDictionary } from '../dictionary.ts';
import { jointNulls } from '../nulls.ts';
import { accepting, type DayRef, type Enrichment, type Ref } from '../refs.ts';
import { ambiguousIntervals, zoneTable } from '../zones.ts';

const aDay = accepting('date', 'timestamp');
const aTimestamp = accepting('timestamp');

/** Days since 1970-01-01 of each row. */
function daysOf(vector: Vector): Int32Array {
  return vector.kind === 'timestamp' ? vector.localDay : (vector as Int32Vector).values;
}

/** An int32 vector computed from each row's day by a stand-alone loop. */
function ofDay<T extends 'smallint' | 'date'>(
  name: string,
  type: T,
  input: DayRef,
  loop: (days: Int32Array, rows: number, out: Int32Array) => void,
): Enrichment<T> {
  const run = (inputs: readonly Vector[], rows: number): Vector => {
    const values = new Int32Array(rows);
    loop(daysOf(inputs[0]), rows, values);
    return { kind: 'int32', length: rows, values, ...jointNulls(inputs, rows) };
  };
  return {
    type,
    logical: { type },
    inputs: [input],
    operation: [name],
    build: () => run,
    total: true,
    accepts: aDay,
  };
}

/** An int32 vector computed from each row's second of the local day. */
function ofSecond(
  name: string,
  input: Ref<'timestamp'>,
  loop: (seconds: Int32Array, rows: number, out: Int32Array) => void,
): Enrichment<'smallint'> {
  const run = (inputs: readonly Vector[], rows: number): Vector => {
    const values = new Int32Array(rows);
    loop((inputs[0] as TimestampVector).localSecond, rows, values);
    return { kind: 'int32', length: rows, values, ...jointNulls(inputs, rows) };
  };
  return {
    type: 'smallint',
    logical: { type: 'smallint' },
    inputs: [input],
    operation: [name],
    build: () => run,
    total: true,
    accepts: aTimestamp,
  };
}

/**
 * Day of the March-based era, 0…146096, and the era, packed nowhere: the three loops below repeat these
 * four lines because a function that returns two numbers would make an object per row.
 */
function yearLoop(days: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    const shifted = days[i] + 719468;
    const era = Math.floor(shifted / 146097) | 0;
    const dayOfEra = (shifted - era * 146097) | 0;
    const yearOfEra =
      ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
    const dayOfYear = dayOfEra - (yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
    out[i] = yearOfEra + era * 400 + (dayOfYear >= 306 ? 1 : 0);
  }
}

function monthLoop(days: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    const shifted = days[i] + 719468;
    const era = Math.floor(shifted / 146097) | 0;
    const dayOfEra = (shifted - era * 146097) | 0;
    const yearOfEra =
      ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
    const dayOfYear = dayOfEra - (yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
    const monthFromMarch = ((5 * dayOfYear + 2) / 153) | 0;
    out[i] = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  }
}

function dayLoop(days: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    const shifted = days[i] + 719468;
    const era = Math.floor(shifted / 146097) | 0;
    const dayOfEra = (shifted - era * 146097) | 0;
    const yearOfEra =
      ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
    const dayOfYear = dayOfEra - (yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
    const monthFromMarch = ((5 * dayOfYear + 2) / 153) | 0;
    out[i] = dayOfYear - (((153 * monthFromMarch + 2) / 5) | 0) + 1;
  }
}

/** ISO day of week, 1 (Monday) … 7: 1970-01-01 was a Thursday. */
function dayOfWeekLoop(days: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = ((((days[i] + 3) % 7) + 7) % 7) + 1;
}

function weekStartLoop(days: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = days[i] - ((((days[i] + 3) % 7) + 7) % 7);
}

/** The ISO week of a day is the number of the Thursday of its week within that Thursday's year. */
function isoWeekLoop(days: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    const thursday = days[i] - ((((days[i] + 3) % 7) + 7) % 7) + 3;
    const shifted = thursday + 719468;
    const era = Math.floor(shifted / 146097) | 0;
    const dayOfEra = (shifted - era * 146097) | 0;
    const yearOfEra =
      ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
    const dayFromMarch = dayOfEra - (yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
    const year = yearOfEra + (dayFromMarch >= 306 ? 1 : 0);
    const leap = (year & 3) === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
    const dayFromJanuary = dayFromMarch >= 306 ? dayFromMarch - 306 : dayFromMarch + 59 + leap;
    out[i] = ((dayFromJanuary / 7) | 0) + 1;
  }
}

function copyLoop(days: Int32Array, rows: number, out: Int32Array): void {
  out.set(days.subarray(0, rows));
}

function hourLoop(seconds: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = (seconds[i] / 3600) | 0;
}

function minuteLoop(seconds: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = ((seconds[i] / 60) | 0) % 60;
}

/** Calendar year. */
export const year = (input: DayRef): Enrichment<'smallint'> => ofDay('year', 'smallint', input, yearLoop);
/** Month, 1–12. */
export const month = (input: DayRef): Enrichment<'smallint'> => ofDay('month', 'smallint', input, monthLoop);
/** Day of the month, 1–31. */
export const day = (input: DayRef): Enrichment<'smallint'> => ofDay('day', 'smallint', input, dayLoop);
/** ISO day of the week, 1 (Monday) to 7 (Sunday). */
export const dayOfWeek = (input: DayRef): Enrichment<'smallint'> =>
  ofDay('dayOfWeek', 'smallint', input, dayOfWeekLoop);
/** ISO 8601 week, 1–53. Belongs to the year of its Thursday; isoWeekStart is free of that trap. */
export const isoWeek = (input: DayRef): Enrichment<'smallint'> =>
  ofDay('isoWeek', 'smallint', input, isoWeekLoop);
/** The Monday on or before the day. */
export const isoWeekStart = (input: DayRef): Enrichment<'date'> =>
  ofDay('isoWeekStart', 'date', input, weekStartLoop);
/** The day on the wall clock of the timestamp's zone. */
export const localDate = (input: DayRef): Enrichment<'date'> => ofDay('localDate', 'date', input, copyLoop);
/** Hour of the local day, 0–23. */
export const hour = (input: Ref<'timestamp'>): Enrichment<'smallint'> => ofSecond('hour', input, hourLoop);
/** Minute of the hour, 0–59. */
export const minute = (input: Ref<'timestamp'>): Enrichment<'smallint'> =>
  ofSecond('minute', input, minuteLoop);

const partsOfDay = { night: 0, morning: 6, afternoon: 12, evening: 18 };

function bucketLoop(seconds: Int32Array, rows: number, codeOfHour: Int32Array, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = codeOfHour[(seconds[i] / 3600) | 0];
}

/**
 * Name of the part of the local day. `buckets` gives each name the hour it begins at; hours before the
 * first belong to the last. Default: night 0–5, morning 6–11, afternoon 12–17, evening 18–23.
 */
export function timeOfDay(
  input: Ref<'timestamp'>,
  buckets: Readonly<Record<string, number>> = partsOfDay,
): Enrichment<'text'> {
  const names = Object.keys(buckets).sort((a, b) => buckets[a] - buckets[b]);
  const dictionary: TextDictionary = fixedDictionary(names);
  const codeOfHour = Int32Array.from({ length: 24 }, (_, at) => {
    const code = names.findLastIndex((name) => buckets[name] <= at);
    return code >= 0 ? code : names.length - 1;
  });
  const run = (inputs: readonly Vector[], rows: number): Vector => {
    const values = new Int32Array(rows);
    bucketLoop((inputs[0] as TimestampVector).localSecond, rows, codeOfHour, values);
    return { kind: 'dictionary', length: rows, values, dictionary, ...jointNulls(inputs, rows) };
  };
  return {
    type: 'text',
    logical: { type: 'text' },
    inputs: [input],
    operation: ['timeOfDay', Object.entries(buckets)],
    build: () => run,
    total: true,
    accepts: aTimestamp,
  };
}

/** Marks rows whose local second lies in one of the intervals [from[j], to[j]). */
function withinLoop(
  vector: TimestampVector,
  rows: number,
  from: Float64Array,
  to: Float64Array,
  out: Uint8Array,
) {
  const { localDay, localSecond } = vector;
  for (let i = 0; i < rows; i++) {
    const local = localDay[i] * 86400 + localSecond[i];
    let low = 0;
    let high = from.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (from[middle] <= local) low = middle + 1;
      else high = middle;
    }
    out[i] = low > 0 && local < to[low - 1] ? 1 : 0;
  }
}

/** True where the local time happened twice because clocks were set back. */
export function isAmbiguous(input: Ref<'timestamp'>): Enrichment<'boolean'> {
  return {
    type: 'boolean',
    logical: { type: 'boolean' },
    inputs: [input],
    operation: ['isAmbiguous'],
    total: true,
    accepts: aTimestamp,
    build: ([logical]) => {
      const zone = logical.type === 'timestamp' ? logical.zone : 'UTC';
      const { from, to } = ambiguousIntervals(zoneTable(zone, { ambiguous: 'reject', skipped: 'reject' }));
      return (inputs, rows) => {
        const values = new Uint8Array(rows);
        withinLoop(inputs[0] as TimestampVector, rows, from, to, values);
        return { kind: 'boolean', length: rows, values, ...jointNulls(inputs, rows) };
      };
    },
  };
}

/** µs as doubles, read from the two 32-bit halves: a BigInt per row would cost ten times as much. */
function betweenLoop(start: BigInt64Array, end: BigInt64Array, rows: number, out: Float64Array): void {
  const starts = new Int32Array(start.buffer, start.byteOffset, rows * 2);
  const ends = new Int32Array(end.buffer, end.byteOffset, rows * 2);
  for (let i = 0; i < rows; i++) {
    const high = ends[2 * i + 1] - starts[2 * i + 1];
    const low = (ends[2 * i] >>> 0) - (starts[2 * i] >>> 0);
    out[i] = (high * 4294967296 + low) / 1e6;
  }
}

/** Seconds of real time from `start` to `end`; negative where `end` comes first. */
export function secondsBetween(start: Ref<'timestamp'>, end: Ref<'timestamp'>): Enrichment<'float8'> {
  const run = (inputs: readonly Vector[], rows: number): Vector => {
    const values = new Float64Array(rows);
    betweenLoop((inputs[0] as TimestampVector).values, (inputs[1] as TimestampVector).values, rows, values);
    return { kind: 'float64', length: rows, values, ...jointNulls(inputs, rows) };
  };
  return {
    type: 'float8',
    logical: { type: 'float8' },
    inputs: [start, end],
    operation: ['secondsBetween'],
    build: () => run,
    total: true,
    accepts: aTimestamp,
  };
}
