import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { deadlineOf, slotOf, windowAt, windowBefore, windowOf } from '../../../coordinator/judge/windows.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Asia/Beirut',
  'America/St_Johns',
];
const units = ['hour', 'day', 'week'] as const;
const instant = fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2035, 0, 1) });
const anywhere = fc.record({ zone: fc.constantFrom(...zones), unit: fc.constantFrom(...units) });

const ms = (text: string) => Date.parse(text);
const hours = ({ start, end }: { start: number; end: number }) => (end - start) / 3_600_000;

describe('windows', () => {
  it('contain the instant, and have no gaps', () => {
    fc.assert(
      fc.property(anywhere, instant, (windows, at) => {
        const window = windowOf(windows, at);
        expect(window.start).toBeLessThanOrEqual(at);
        expect(window.end).toBeGreaterThan(at);
        expect(windowAt(windows, window.index + 1).start).toBe(window.end);
        const before = windowBefore(windows, window);
        expect(before.end).toBe(window.start);
        expect(windowOf(windows, window.start)).toEqual(window);
        expect(windowOf(windows, window.start - 1)).toEqual(before);
      }),
    );
  });

  it('of days and weeks begin where Temporal says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones.slice(0, -1)), instant, (zone, at) => {
        const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        const day = local.startOfDay();
        const monday = local.subtract({ days: local.dayOfWeek - 1 }).startOfDay();
        expect(windowOf({ unit: 'day', zone }, at).start).toBe(day.epochMilliseconds);
        expect(windowOf({ unit: 'week', zone }, at).start).toBe(monday.epochMilliseconds);
      }),
    );
  });

  it('are 23, 24 or 25 hours long', () => {
    const berlin = { unit: 'day', zone: 'Europe/Berlin' } as const;
    expect(hours(windowOf(berlin, ms('2026-03-29T12:00Z')))).toBe(23);
    expect(hours(windowOf(berlin, ms('2026-03-30T12:00Z')))).toBe(24);
    expect(hours(windowOf(berlin, ms('2026-10-25T12:00Z')))).toBe(25);
    expect(hours(windowOf({ ...berlin, unit: 'hour' }, ms('2026-10-25T00:30Z')))).toBe(2);
  });

  it('do not come back where the clock goes back over midnight', () => {
    const newfoundland = { unit: 'day', zone: 'America/St_Johns' } as const;
    // At 00:01 of the 7th it is 23:01 of the 6th again.
    const seventh = windowOf(newfoundland, ms('2010-11-07T02:30:30Z'));
    expect(new Date(seventh.start).toISOString()).toBe('2010-11-07T02:30:00.000Z');
    expect(windowOf(newfoundland, ms('2010-11-07T02:45Z'))).toEqual(seventh);
  });

  it('that are alike have the same weekday', () => {
    const berlin = { unit: 'day', zone: 'Europe/Berlin' } as const;
    const slot = (text: string) => slotOf(berlin, windowOf(berlin, ms(text)).index);
    expect(slot('2026-11-02T12:00Z')).toBe(slot('1969-12-29T12:00Z'));
    expect(slot('2026-11-02T12:00Z')).not.toBe(slot('2026-11-03T12:00Z'));
  });
});

describe('the deadline', () => {
  const berlin = {
    unit: 'day',
    zone: 'Europe/Berlin',
    byMinutes: 540,
    graceMs: 1_800_000,
    named: null,
    lag: 0,
  } as const;

  it('follows the clock of the zone', () => {
    const deadline = (text: string) => new Date(deadlineOf(berlin, windowOf(berlin, ms(text)))).toISOString();
    expect(deadline('2026-03-28T12:00Z')).toBe('2026-03-28T08:30:00.000Z');
    expect(deadline('2026-03-29T12:00Z')).toBe('2026-03-29T07:30:00.000Z');
    expect(deadline('2026-10-25T12:00Z')).toBe('2026-10-25T08:30:00.000Z');
  });

  it('is within its window, apart from the grace', () => {
    const minutes = fc.option(fc.integer({ min: 0, max: 1_439 }));
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, minutes, (zone, at, byMinutes) => {
        const expected = { ...berlin, zone, byMinutes };
        const window = windowOf(expected, at);
        const deadline = deadlineOf(expected, window) - expected.graceMs;
        expect(deadline).toBeGreaterThanOrEqual(window.start);
        expect(deadline).toBeLessThanOrEqual(window.end);
        if (byMinutes === null) expect(deadline).toBe(window.end);
      }),
    );
  });
});
