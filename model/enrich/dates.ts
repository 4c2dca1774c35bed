/**
 * Parts of dates and of local times. A timestamp's parts are those of its zone's wall clock. The kernel has
 * already split it into day and second, so every loop here reads and writes 32-bit integers.
 */
import type {
  Int32Vector,
  Int64Vector,
  TextDictionary,
  TimestampVector,
  Vector,
} from '../../kernel/columns/vectors.ts';
import { accepting, type DayRef, type Enrichment, type Ref } from '../language/refs.ts';
import { ambiguousIntervals, zoneTable } from '../types/temporal/zone-tables.ts';
import {
  type DayTable,
  dayOfMonth,
  daysSinceMonday,
  dayTable,
  isoWeekOf,
  monthOf,
  tableDays,
  tableFirstDay,
  yearOf,
} from './calendar.ts';
import { fixedDictionary } from './known-dictionary.ts';
import type { Lanes } from './lanes.ts';
import { jointNulls } from './nulls.ts';

const aDay = accepting('date', 'timestamp');
const aTimestamp = accepting('timestamp');
const aClock = accepting('timestamp', 'time');

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
  const run = (inputs: readonly Vector[], rows: number, lanes: Lanes): Vector => {
    const values = lanes.int32(rows);
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

/** Something with a time of day. A timestamp's is that of its zone's wall clock. */
export type ClockRef = Ref<'timestamp' | 'time'>;

/** Seconds of the day of each row. */
function secondsOf(vector: Vector, rows: number, lanes: Lanes): Int32Array {
  if (vector.kind === 'timestamp') return vector.localSecond;
  const seconds = lanes.int32(rows);
  wholeSecondsLoop((vector as Int64Vector).values, rows, seconds);
  return seconds;
}

/** Converts µs below 2^53 to seconds, from the two 32-bit halves of each. */
function wholeSecondsLoop(micros: BigInt64Array, rows: number, out: Int32Array): void {
  const words = new Int32Array(micros.buffer, micros.byteOffset, rows * 2);
  for (let i = 0; i < rows; i++) {
    out[i] = Math.floor((words[2 * i + 1] * 4294967296 + (words[2 * i] >>> 0)) / 1e6);
  }
}

/** An int32 vector computed from each row's second of the day. */
function ofSecond(
  name: string,
  input: ClockRef,
  loop: (seconds: Int32Array, rows: number, out: Int32Array) => void,
): Enrichment<'smallint'> {
  const run = (inputs: readonly Vector[], rows: number, lanes: Lanes): Vector => {
    const values = lanes.int32(rows);
    loop(secondsOf(inputs[0], rows, lanes), rows, values);
    return { kind: 'int32', length: rows, values, ...jointNulls(inputs, rows) };
  };
  return {
    type: 'smallint',
    logical: { type: 'smallint' },
    inputs: [input],
    operation: [name],
    build: () => run,
    total: true,
    accepts: aClock,
  };
}

/** A part of each row's day: from the table, or computed for days outside it. */
function partLoop(days: Int32Array, rows: number, table: DayTable, out: Int32Array): void {
  const { entries, partOf } = table;
  const size = entries.length;
  for (let i = 0; i < rows; i++) {
    const at = days[i] - tableFirstDay;
    out[i] = at >= 0 && at < size ? entries[at] : partOf(days[i]);
  }
}

function partOfDay(name: string, input: DayRef, partOf: (day: number) => number): Enrichment<'smallint'> {
  return ofDay(name, 'smallint', input, (days, rows, out) => partLoop(days, rows, dayTable(partOf), out));
}

function dayOfWeekLoop(days: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = daysSinceMonday(days[i]) + 1;
}

function weekStartLoop(days: Int32Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = days[i] - daysSinceMonday(days[i]);
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
export const year = (input: DayRef): Enrichment<'smallint'> => partOfDay('year', input, yearOf);
/** Month, 1–12. */
export const month = (input: DayRef): Enrichment<'smallint'> => partOfDay('month', input, monthOf);
/** Day of the month, 1–31. */
export const day = (input: DayRef): Enrichment<'smallint'> => partOfDay('day', input, dayOfMonth);
/** ISO day of the week, 1 (Monday) to 7 (Sunday). */
export const dayOfWeek = (input: DayRef): Enrichment<'smallint'> =>
  ofDay('dayOfWeek', 'smallint', input, dayOfWeekLoop);
/** ISO 8601 week, 1–53. It belongs to the year of its Thursday; isoWeekStart avoids that trap. */
export const isoWeek = (input: DayRef): Enrichment<'smallint'> => partOfDay('isoWeek', input, isoWeekOf);
/** The Monday on or before the day. */
export const isoWeekStart = (input: DayRef): Enrichment<'date'> =>
  ofDay('isoWeekStart', 'date', input, weekStartLoop);
/** The day on the wall clock of the timestamp's zone. */
export const localDate = (input: DayRef): Enrichment<'date'> => ofDay('localDate', 'date', input, copyLoop);
/** Hour of the day, 0–23. */
export const hour = (input: ClockRef): Enrichment<'smallint'> => ofSecond('hour', input, hourLoop);
/** Minute of the hour, 0–59. */
export const minute = (input: ClockRef): Enrichment<'smallint'> => ofSecond('minute', input, minuteLoop);

const partsOfDay = { night: 0, morning: 6, afternoon: 12, evening: 18 };

function bucketLoop(seconds: Int32Array, rows: number, codeOfHour: Int32Array, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = codeOfHour[(seconds[i] / 3600) | 0];
}

/**
 * Name of the part of the day. `buckets` maps each name to the hour at which it begins. Hours before the first
 * belong to the last. Default: night 0–5, morning 6–11, afternoon 12–17, evening 18–23.
 */
export function timeOfDay(
  input: ClockRef,
  buckets: Readonly<Record<string, number>> = partsOfDay,
): Enrichment<'text'> {
  const names = Object.keys(buckets).sort((a, b) => buckets[a] - buckets[b]);
  const dictionary: TextDictionary = fixedDictionary(names);
  const codeOfHour = Int32Array.from({ length: 24 }, (_, at) => {
    const code = names.findLastIndex((name) => buckets[name] <= at);
    return code >= 0 ? code : names.length - 1;
  });
  const run = (inputs: readonly Vector[], rows: number, lanes: Lanes): Vector => {
    const values = lanes.int32(rows);
    bucketLoop(secondsOf(inputs[0], rows, lanes), rows, codeOfHour, values);
    return { kind: 'dictionary', length: rows, values, dictionary, ...jointNulls(inputs, rows) };
  };
  return {
    type: 'text',
    logical: { type: 'text' },
    inputs: [input],
    operation: ['timeOfDay', Object.entries(buckets)],
    build: () => run,
    total: true,
    accepts: aClock,
  };
}

/** Marks rows whose local time lies in one of the intervals [from[j], to[j]). Searches only on days that have one. */
function withinLoop(
  vector: TimestampVector,
  rows: number,
  from: Float64Array,
  to: Float64Array,
  suspect: Uint8Array,
  out: Uint8Array,
): void {
  const { localDay, localSecond } = vector;
  for (let i = 0; i < rows; i++) {
    const at = localDay[i] - tableFirstDay;
    if (at >= 0 && at < suspect.length && suspect[at] === 0) continue;
    out[i] = isWithin(localDay[i] * 86400 + localSecond[i], from, to);
  }
}

/** 1 where `local` lies in one of the ascending intervals, else 0. */
function isWithin(local: number, from: Float64Array, to: Float64Array): number {
  let low = 0;
  let high = from.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (from[middle] <= local) low = middle + 1;
    else high = middle;
  }
  return low > 0 && local < to[low - 1] ? 1 : 0;
}

/** Days of the table's two centuries that an interval touches. */
function suspectDays(from: Float64Array, to: Float64Array): Uint8Array {
  const suspect = new Uint8Array(tableDays);
  for (let j = 0; j < from.length; j++) {
    const last = Math.floor((to[j] - 1) / 86400) - tableFirstDay;
    for (let at = Math.floor(from[j] / 86400) - tableFirstDay; at <= last; at++) suspect[at] = 1;
  }
  return suspect;
}

/** True for rows whose local time happened twice because clocks were set back. */
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
      let known: { from: Float64Array; to: Float64Array; suspect: Uint8Array } | null = null;
      const find = () => {
        const found = ambiguousIntervals(zoneTable(zone, { ambiguous: 'reject', skipped: 'reject' }));
        return { ...found, suspect: suspectDays(found.from, found.to) };
      };
      return (inputs, rows) => {
        // Computed with the first batch, because a coordinator compiles datasets but enriches nothing.
        const { from, to, suspect } = (known ??= find());
        const values = new Uint8Array(rows);
        withinLoop(inputs[0] as TimestampVector, rows, from, to, suspect, values);
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
  const run = (inputs: readonly Vector[], rows: number, lanes: Lanes): Vector => {
    const values = lanes.float64(rows);
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
