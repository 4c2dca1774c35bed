import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tickAfter, tickBefore } from '../../../model/schedules/next-tick.ts';

import { isTick } from '../../oracle/schedule-ticks.ts';
import { plays } from '../../support/long.ts';
import { anyFields, halfPastTwo } from './support.ts';

const ms = (text: string) => Date.parse(text);
const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Around a change of the clock, or none. */
const places = [
  ['Europe/Moscow', '2014-10-26'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Africa/Casablanca', '2026-02-15'],
  ['Africa/Casablanca', '2026-03-22'],
  ['Asia/Beirut', '2026-03-29'],
  ['Pacific/Apia', '2011-12-30'],
  ['UTC', '2026-06-01'],
] as const;

function instants(zone: string, cron: string, from: number, to: number): string[] {
  const found: string[] = [];
  let tick = tickAfter({ kind: 'cron', cron, zone }, from - 1);
  while (tick !== null && tick < to) {
    found.push(new Date(tick).toISOString());
    tick = tickAfter({ kind: 'cron', cron, zone }, tick);
  }
  return found;
}

describe('ticks of a cron expression', () => {
  it.each(places)('are those that the clock of %s shows around %s', (zone, day) => {
    const [from, to] = [ms(day) - 2 * dayMs, ms(day) + 3 * dayMs];
    fc.assert(
      fc.property(anyFields, (fields) => {
        const slow: string[] = [];
        for (let at = from; at < to; at += minuteMs) {
          if (isTick({ kind: 'cron', fields, zone }, at)) slow.push(new Date(at).toISOString());
        }
        expect(instants(zone, fields.cron, from, to)).toEqual(slow);
      }),
      { numRuns: plays(10, 100), examples: [[halfPastTwo]] },
    );
  });

  it('are the same backwards', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        anyFields,
        fc.nat(5 * 86_400),
        ([zone, day], { cron }, seconds) => {
          const ticks = { kind: 'cron', cron, zone } as const;
          const at = ms(day) - 2 * dayMs + seconds * 1000;
          const before = tickBefore(ticks, at) as number;
          expect(before).toBeLessThan(at);
          const after = tickAfter(ticks, before) as number;
          expect(after).toBeGreaterThanOrEqual(at);
          expect(tickBefore(ticks, after)).toBe(before);
        },
      ),
      { numRuns: plays(100, 2_000) },
    );
  });
});

describe('ticks of every', () => {
  const every = (minutes: number) => ({ kind: 'every', everyMs: minutes * minuteMs }) as const;

  it('are counted from a Monday, before it too', () => {
    expect(tickAfter(every(7 * 1440), ms('2026-11-25T12:00Z'))).toBe(ms('2026-11-30T00:00Z'));
    expect(tickBefore(every(60), ms('2026-11-25T12:00Z'))).toBe(ms('2026-11-25T11:00Z'));
    expect(tickAfter(every(60), ms('1960-01-01T00:00Z'))).toBe(ms('1960-01-01T01:00Z'));
  });

  it('follow one another both ways', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: -1e9, max: 2e12 }),
        (minutes, at) => {
          const ticks = every(minutes);
          const after = tickAfter(ticks, at) as number;
          const before = tickBefore(ticks, after) as number;
          expect(after - before).toBe(ticks.everyMs);
          expect(before).toBeLessThanOrEqual(at);
          expect(after).toBeGreaterThan(at);
        },
      ),
    );
  });
});
