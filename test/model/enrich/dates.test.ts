import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import type { LogicalType } from '../../../model/compiled.ts';
import {
  day,
  dayOfWeek,
  hour,
  isAmbiguous,
  isoWeek,
  isoWeekStart,
  localDate,
  minute,
  month,
  secondsBetween,
  timeOfDay,
  year,
} from '../../../model/enrich/dates.ts';
import type { Ref } from '../../../model/language/refs.ts';
import { run, vectorOf } from '../support.ts';

const zone = 'America/New_York';
const timestampType: LogicalType = { type: 'timestamp', zone };
const at: Ref<'timestamp'> = { type: 'timestamp' };
const on: Ref<'date'> = { type: 'date' };

/** Instants over the 200 years of the zone tables, among them both ends of years, leap days and changes of the clock. */
const instants: (bigint | null)[] = [
  ...['1900-03-01T00:00Z', '1969-12-31T23:59:59.999999Z', '2000-02-29T12:00Z', '2016-12-31T04:59:59Z'].map(
    micros,
  ),
  ...['2017-11-05T05:59:59Z', '2017-11-05T06:00Z', '2018-03-11T06:59:59Z', '2018-03-11T07:00Z'].map(micros),
  null,
  ...Array.from({ length: 1000 }, (_, i) => micros('1900-06-01T00:00Z') + BigInt(i) * 6_279_487_654_321n),
];

function micros(text: string): bigint {
  return Temporal.Instant.from(text).epochNanoseconds / 1000n;
}

function local(value: bigint): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds(value * 1000n).toZonedDateTimeISO(zone);
}

function daysOf(date: Temporal.PlainDate): number {
  return Temporal.PlainDate.from('1970-01-01').until(date).days;
}

const input = [[timestampType, vectorOf(timestampType, instants)]] as const;

function expected(of: (time: Temporal.ZonedDateTime) => unknown): unknown[] {
  return instants.map((value) => (value === null ? null : of(local(value))));
}

test('parts of a timestamp are those that Temporal gives on the wall clock of its zone', () => {
  expect(run(year(at), input)).toEqual(expected((time) => time.year));
  expect(run(month(at), input)).toEqual(expected((time) => time.month));
  expect(run(day(at), input)).toEqual(expected((time) => time.day));
  expect(run(hour(at), input)).toEqual(expected((time) => time.hour));
  expect(run(minute(at), input)).toEqual(expected((time) => time.minute));
  expect(run(dayOfWeek(at), input)).toEqual(expected((time) => time.dayOfWeek));
  expect(run(isoWeek(at), input)).toEqual(expected((time) => time.weekOfYear));
  expect(run(localDate(at), input)).toEqual(expected((time) => daysOf(time.toPlainDate())));
  expect(run(isoWeekStart(at), input)).toEqual(
    expected((time) => daysOf(time.toPlainDate().subtract({ days: time.dayOfWeek - 1 }))),
  );
});

test('parts of a date are right in 800 years, on days of every kind, and null on none', () => {
  const first = Temporal.PlainDate.from('1600-01-01');
  // 121 days apart: every month, day of week and place in the cycle of 400 years comes up.
  const dates = Array.from({ length: 2400 }, (_, i) => first.add({ days: i * 121 }));
  const dateInput = [[{ type: 'date' }, vectorOf({ type: 'date' }, [null, ...dates.map(daysOf)])]] as const;
  expect(run(year(on), dateInput)).toEqual([null, ...dates.map((date) => date.year)]);
  expect(run(month(on), dateInput)).toEqual([null, ...dates.map((date) => date.month)]);
  expect(run(day(on), dateInput)).toEqual([null, ...dates.map((date) => date.day)]);
  expect(run(isoWeek(on), dateInput)).toEqual([null, ...dates.map((date) => date.weekOfYear)]);
});

test('the time of day is night, morning, afternoon, evening, or what the definition calls it', () => {
  const names = ['night', 'morning', 'afternoon', 'evening'];
  expect(run(timeOfDay(at), input)).toEqual(expected((time) => names[Math.floor(time.hour / 6)]));
  expect(run(timeOfDay(at, { rush: 7, day: 10, late: 22 }), input)).toEqual(
    expected(({ hour }) => (hour < 7 || hour >= 22 ? 'late' : hour < 10 ? 'rush' : 'day')),
  );
});

test('a local time is ambiguous where two offsets are possible', () => {
  const twice = (time: Temporal.ZonedDateTime): boolean => {
    const plain = time.toPlainDateTime();
    const earlier = plain.toZonedDateTime(zone, { disambiguation: 'earlier' });
    return !earlier.equals(plain.toZonedDateTime(zone, { disambiguation: 'later' }));
  };
  const values = run(isAmbiguous(at), input);
  expect(values).toEqual(expected(twice));
  expect(values.filter((value) => value === true).length).toBeGreaterThan(1);
});

test('seconds between two instants are real time, across changes of the clock and the epoch', () => {
  const starts = instants;
  const ends = [...instants.slice(7), ...instants.slice(0, 7)];
  const values = run(secondsBetween(at, at), [
    [timestampType, vectorOf(timestampType, starts)],
    [timestampType, vectorOf(timestampType, ends)],
  ]);
  const wanted = starts.map((start, i) => {
    const end = ends[i];
    return start === null || end === null ? null : Number(end - start) / 1e6;
  });
  expect(values).toEqual(wanted);
});
