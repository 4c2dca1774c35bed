/** Simulated time against an oracle that asks each minute of 400 days whether a window ends there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Due,
  dueWindows,
  nextWindow,
  onTimeMs,
  type ScheduleHistory,
  type Span,
  windowUntil,
} from '../../../coordinator/schedule/due-windows.ts';
import type { CompiledSchedule, Ticks } from '../../../model/compiled-schedule.ts';
import type { CatchUp } from '../../../model/language/schedules.ts';
import { anyFields } from '../../model/schedules/support.ts';
import { isTick, type OracleTicks } from '../../oracle/schedule-ticks.ts';
import { plays } from '../../support/long.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const ms = (text: string) => Date.parse(text);
const shown = ({ from, to }: Span) => `${new Date(from).toISOString()} ${new Date(to).toISOString()}`;

interface Plan {
  readonly ticks: OracleTicks;
  readonly windowMs: number | null;
}

const compiled = ({ ticks, windowMs }: Plan, catchUp: CatchUp, most: number | null): CompiledSchedule => {
  const own: Ticks =
    ticks.kind === 'every' ? ticks : { kind: 'cron', cron: ticks.fields.cron, zone: ticks.zone };
  return { ticks: own, windowMs, catchUp, most };
};

/** At most four ticks a day, so that 400 days are soon over. */
const planIn = (zone: string): fc.Arbitrary<Plan> =>
  fc.record({
    ticks: fc.oneof(
      {
        weight: 3,
        arbitrary: anyFields
          .filter(({ minutes, hours }) => minutes.length * hours.length <= 4)
          .map((fields): OracleTicks => ({ kind: 'cron', fields, zone })),
      },
      {
        weight: 1,
        arbitrary: fc
          .integer({ min: 360, max: 20_000 })
          .map((minutes): OracleTicks => ({ kind: 'every', everyMs: minutes * minuteMs })),
      },
    ),
    windowMs: fc.option(fc.integer({ min: 1, max: 40 }).map((hours) => hours * 3_600_000)),
  });

interface Life {
  readonly start: number;
  readonly plans: readonly Plan[];
  /** When the second and the third plan begin. */
  readonly edits: readonly number[];
  readonly outage: Span;
  readonly room: number;
  readonly delays: readonly number[];
}

const livesIn = (zone: string, firstDay: string, days: number): fc.Arbitrary<Life> =>
  fc
    .record({
      start: fc.nat(300 * 1_440).map((minutes) => ms(firstDay) + minutes * minuteMs + 1_000),
      plans: fc.tuple(planIn(zone), planIn(zone), planIn(zone)),
      edits: fc.tuple(fc.nat(days * 86_400_000), fc.nat(days * 86_400_000)),
      outage: fc.tuple(fc.nat(days * 86_400), fc.nat(10 * 86_400)),
      room: fc.integer({ min: 1, max: 40 }),
      delays: fc.array(fc.nat(59_000), { minLength: 1, maxLength: 7 }),
    })
    .map(({ start, edits, outage: [begin, length], ...life }) => ({
      ...{ ...life, start },
      edits: edits.map((at) => start + at).sort((a, b) => a - b),
      outage: { from: start + (begin + 1) * 1000, to: start + (begin + 1 + length) * 1000 },
    }));

interface Planned {
  readonly window: Span;
  readonly at: number;
}

interface Simulated {
  readonly planned: readonly Planned[];
  readonly skipped: readonly Span[];
}

/**
 * A coordinator that wakes when the next window ends, a little late, and plans what is due until nothing is; one that
 * is away during the outage, and hears of an edit when it happens, or when it is back.
 */
function simulate(life: Life, end: number, catchUp: CatchUp, most: number | null): Simulated {
  const history: { since: number; schedule: CompiledSchedule }[] = [];
  const planned: Planned[] = [];
  const skipped: Span[] = [];
  const edits = heardAt(life);
  let last: number | null = null;
  let now = life.start;
  for (let turn = 0; ; turn++) {
    while (edits.length > 0 && edits[0].since <= now) {
      const { since, plan } = edits.shift()!;
      history.push({ since, schedule: compiled(plan, catchUp, most) });
    }
    let due: Due;
    do {
      due = dueWindows(history, last, now, life.room);
      expect(due.windows.length).toBeLessThanOrEqual(life.room);
      for (const window of due.windows) planned.push({ window, at: now });
      if (due.skipped !== null) skipped.push(due.skipped);
      last = due.windows.at(-1)?.to ?? last;
    } while (due.windows.length > 0);
    // Until all that ended by then is planned, though late.
    if (now >= end + minuteMs) return { planned, skipped };
    const tick = nextWindow(history, last, now)!.to + life.delays[turn % life.delays.length];
    const wake = Math.min(tick, edits[0]?.since ?? Number.POSITIVE_INFINITY);
    now = wake >= life.outage.from && wake < life.outage.to ? life.outage.to : wake;
  }
}

/** An edit that is made during the outage is heard of at its end. */
function heardAt({ start, plans, edits, outage }: Life): { since: number; plan: Plan }[] {
  return [start, ...edits].map((at, i) => ({
    since: at >= outage.from && at < outage.to ? outage.to : at,
    plan: plans[i],
  }));
}

/** Every window that ends in (start, end], by asking each minute. */
function everyWindow(life: Life, end: number): Span[] {
  const heard = heardAt(life);
  const windows: Span[] = [];
  let last = Math.floor(life.start / minuteMs) * minuteMs;
  while (!isTick(life.plans[0].ticks, last)) last -= minuteMs;
  for (let at = Math.ceil((life.start + 1) / minuteMs) * minuteMs; at <= end; at += minuteMs) {
    let plan = life.plans[0];
    for (const { since, plan: edited } of heard) if (since < at) plan = edited;
    if (!isTick(plan.ticks, at)) continue;
    windows.push({ from: Math.min(last, at - (plan.windowMs ?? 0)), to: at });
    last = at;
  }
  return windows;
}

const zones = [
  ['Europe/Moscow', '2010-06-01'],
  ['America/New_York', '2025-01-01'],
  ['Australia/Lord_Howe', '2025-01-01'],
  ['Africa/Casablanca', '2024-06-01'],
  ['Pacific/Apia', '2011-01-01'],
] as const;

describe.each(zones)('400 days in %s, with an outage and two edits', (zone, firstDay) => {
  it('plan every window once, and invent none', () => {
    fc.assert(
      fc.property(livesIn(zone, firstDay, 400), (life) => {
        const end = life.start + 400 * dayMs;
        const { planned, skipped } = simulate(life, end, 'all', null);
        const inTime = planned.filter(({ window }) => window.to <= end);
        expect(inTime.map(({ window }) => shown(window))).toEqual(everyWindow(life, end).map(shown));
        expect(skipped).toEqual([]);
      }),
      { numRuns: plays(1, 8), endOnFailure: true },
    );
  });
});

describe('windows that were missed', () => {
  const lives = livesIn('America/New_York', '2025-06-01', 40);

  it('are skipped but for the latest of each time that was missed', () => {
    fc.assert(
      fc.property(lives, fc.constantFrom(1, 2, 5), (life, most) => {
        const end = life.start + 40 * dayMs;
        const generous = { ...life, room: 40 };
        const [catchUp, limit] = most === 1 ? (['latest', null] as const) : (['all', most] as const);
        const { planned, skipped } = simulate(generous, end, catchUp, limit);
        const every = everyWindow(life, Math.max(end, ...planned.map(({ at }) => at)));
        // What was decided when: all that ended since the time before.
        const expected: Span[] = [];
        let before = 0;
        for (const now of new Set(planned.map(({ at }) => at))) {
          const waiting = every.filter(({ to }) => to > before && to <= now);
          expected.push(...waiting.slice(-most));
          before = now;
        }
        expect(planned.map(({ window }) => shown(window))).toEqual(expected.map(shown));
        noGapsBut(skipped, planned, every);
      }),
      { numRuns: plays(10, 60), endOnFailure: true },
    );
  });

  it('are all skipped with none, whoever plans on time', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const end = life.start + 40 * dayMs;
        const { planned, skipped } = simulate({ ...life, room: 40 }, end, 'none', null);
        for (const { window, at } of planned) expect(at - window.to).toBeLessThanOrEqual(onTimeMs);
        const missed = ({ to }: Span) => to + onTimeMs < life.outage.to && to >= life.outage.from;
        const every = everyWindow(life, end);
        const inTime = planned.filter(({ window }) => window.to <= end).map(({ window }) => shown(window));
        // One that ended just before the outage, and would have been planned in it, may be there or not.
        const nearly = ({ to }: Span) => Math.abs(to - life.outage.from) <= onTimeMs;
        const surely = every.filter((window) => !missed(window) && !nearly(window)).map(shown);
        expect(inTime.filter((text) => surely.includes(text))).toEqual(surely);
        expect(every.map(shown)).toEqual(expect.arrayContaining(inTime));
        noGapsBut(skipped, planned, every);
      }),
      { numRuns: plays(10, 60), endOnFailure: true },
    );
  });

  /** What was planned and what is said to be skipped cover all time together, and not twice. */
  function noGapsBut(skipped: readonly Span[], planned: readonly Planned[], every: readonly Span[]): void {
    let covered = every[0].from;
    for (const { window } of planned) {
      const gap = skipped.find(({ to }) => to === window.from && to > covered);
      if (gap !== undefined) expect(Math.min(gap.from, covered)).toBe(gap.from);
      if (gap !== undefined) covered = gap.to;
      expect(window.from).toBeLessThanOrEqual(covered);
      covered = window.to;
    }
  }
});

describe('a window', () => {
  const daily: CompiledSchedule = {
    ticks: { kind: 'cron', cron: '0 6 * * *', zone: 'Europe/Moscow' },
    ...{ windowMs: null, catchUp: 'all', most: null },
  };
  const twoMinutes: CompiledSchedule = {
    ticks: { kind: 'every', everyMs: 120_000 },
    ...{ windowMs: 300_000, catchUp: 'all', most: null },
  };
  const edit = (since: string, schedule: CompiledSchedule | null) => ({ since: ms(since), schedule });
  const due = (history: ScheduleHistory, planned: string | null, now: string, room = 100) =>
    dueWindows(history, planned === null ? null : ms(planned), ms(now), room).windows.map(shown);

  it('is a whole one the first time, and nothing before it', () => {
    const history = [edit('2026-05-01T11:00Z', daily)];
    expect(due(history, null, '2026-05-02T02:59:59Z')).toEqual([]);
    expect(due(history, null, '2026-05-02T03:00Z')).toEqual([
      '2026-05-01T03:00:00.000Z 2026-05-02T03:00:00.000Z',
    ]);
  });

  it('has 23, 24 or 25 hours where it is a local day', () => {
    const ticks: Ticks = { kind: 'cron', cron: '0 0 * * *', zone: 'America/New_York' };
    const history = [edit('2026-03-07T12:00Z', { ...daily, ticks })];
    const hours = (planned: string, now: string) =>
      dueWindows(history, ms(planned), ms(now), 9).windows.map(({ from, to }) => (to - from) / 3_600_000);
    expect(hours('2026-03-08T05:00Z', '2026-03-10T05:00Z')).toEqual([23, 24]);
    expect(hours('2026-11-01T04:00Z', '2026-11-03T05:30Z')).toEqual([25, 24]);
  });

  it('overlaps where it is longer than every, and leaves no gap', () => {
    const history = [edit('2026-05-01T11:00Z', twoMinutes)];
    expect(due(history, '2026-05-01T12:00Z', '2026-05-01T12:04Z')).toEqual([
      '2026-05-01T11:57:00.000Z 2026-05-01T12:02:00.000Z',
      '2026-05-01T11:59:00.000Z 2026-05-01T12:04:00.000Z',
    ]);
  });

  it('reaches over an edit to the last tick before it', () => {
    const history = [edit('2026-05-01T11:00Z', daily), edit('2026-05-02T11:01Z', twoMinutes)];
    expect(due(history, '2026-05-02T03:00Z', '2026-05-02T11:04Z')).toEqual([
      '2026-05-02T03:00:00.000Z 2026-05-02T11:02:00.000Z',
      '2026-05-02T10:59:00.000Z 2026-05-02T11:04:00.000Z',
    ]);
  });

  it('is that of the schedule of its time, though the schedule was changed since', () => {
    const history = [edit('2026-05-01T11:00Z', daily), edit('2026-05-04T11:01Z', twoMinutes)];
    expect(due(history, '2026-05-02T03:00Z', '2026-05-04T11:01:30Z')).toEqual([
      '2026-05-02T03:00:00.000Z 2026-05-03T03:00:00.000Z',
      '2026-05-03T03:00:00.000Z 2026-05-04T03:00:00.000Z',
    ]);
  });

  it('does not begin before what was planned, when an edit was noted late', () => {
    // At 12:02 another coordinator still had the schedule of two minutes.
    const history = [edit('2026-05-01T11:00Z', twoMinutes), edit('2026-05-01T12:01Z', daily)];
    expect(due(history, '2026-05-01T12:02Z', '2026-05-02T03:00Z')).toEqual([
      '2026-05-01T12:02:00.000Z 2026-05-02T03:00:00.000Z',
    ]);
  });

  it('does not cover the time in which there was no schedule', () => {
    const gone = [edit('2026-05-01T11:00Z', daily), edit('2026-05-02T11:00Z', null)];
    expect(due(gone, '2026-05-02T03:00Z', '2026-05-20T03:00Z')).toEqual([]);
    expect(nextWindow(gone, null, ms('2026-05-20T03:00Z'))).toBeNull();
    const back = [...gone, edit('2026-05-10T11:00Z', daily)];
    expect(due(back, '2026-05-02T03:00Z', '2026-05-11T03:00Z')).toEqual([
      '2026-05-10T03:00:00.000Z 2026-05-11T03:00:00.000Z',
    ]);
    expect(due(back, '2026-05-01T03:00Z', '2026-05-11T03:00Z')).toHaveLength(1);
    const { skipped } = dueWindows(back, ms('2026-05-01T03:00Z'), ms('2026-05-11T03:00Z'), 9);
    expect(skipped).toBeNull();
    const atOnce = [...gone, edit('2026-05-02T12:00Z', daily)];
    expect(due(atOnce, '2026-05-02T03:00Z', '2026-05-03T03:00Z')).toEqual([
      '2026-05-02T03:00:00.000Z 2026-05-03T03:00:00.000Z',
    ]);
  });

  it('is planned when there is room, oldest first', () => {
    const history = [edit('2026-05-01T11:00Z', daily)];
    expect(due(history, '2026-05-02T03:00Z', '2026-05-20T03:00Z', 2)).toEqual([
      '2026-05-02T03:00:00.000Z 2026-05-03T03:00:00.000Z',
      '2026-05-03T03:00:00.000Z 2026-05-04T03:00:00.000Z',
    ]);
    expect(due(history, '2026-05-02T03:00Z', '2026-05-20T03:00Z', 0)).toEqual([]);
  });

  it('is planned in portions where only the latest are caught up, too', () => {
    const history = [edit('2026-05-01T11:00Z', { ...daily, most: 5 })];
    expect(due(history, '2026-05-02T03:00Z', '2026-05-20T03:00Z', 2)).toEqual([
      '2026-05-15T03:00:00.000Z 2026-05-16T03:00:00.000Z',
      '2026-05-16T03:00:00.000Z 2026-05-17T03:00:00.000Z',
    ]);
    expect(due(history, '2026-05-02T03:00Z', '2026-05-20T03:00Z', -1)).toEqual([]);
  });

  it('that is skipped begins where the last one ended, though windows overlap', () => {
    const history = [edit('2026-05-01T11:00Z', { ...twoMinutes, catchUp: 'latest' })];
    const { skipped } = dueWindows(history, ms('2026-05-01T12:00Z'), ms('2026-05-01T12:20Z'), 9);
    expect(shown(skipped!)).toBe('2026-05-01T12:00:00.000Z 2026-05-01T12:15:00.000Z');
  });

  it('that ends in the moment of an edit is that of the schedule before', () => {
    const history = [edit('2026-05-01T11:00Z', daily), edit('2026-05-02T03:00Z', twoMinutes)];
    expect(due(history, null, '2026-05-02T03:02Z')).toEqual([
      '2026-05-01T03:00:00.000Z 2026-05-02T03:00:00.000Z',
      '2026-05-02T02:57:00.000Z 2026-05-02T03:02:00.000Z',
    ]);
    const back = [edit('2026-05-01T11:00Z', twoMinutes), edit('2026-05-02T03:00Z', daily)];
    expect(due(back, '2026-05-02T02:58Z', '2026-05-02T03:02Z')).toEqual([
      '2026-05-02T02:55:00.000Z 2026-05-02T03:00:00.000Z',
    ]);
  });

  it('ends now for who asks, and begins where the last one ended', () => {
    const history = [edit('2026-05-01T11:00Z', daily)];
    const until = (planned: string | null, now: string) => {
      const window = windowUntil(history, planned === null ? null : ms(planned), ms(now));
      return window === null ? null : shown(window);
    };
    expect(until('2026-05-02T03:00Z', '2026-05-02T09:00Z')).toBe(
      '2026-05-02T03:00:00.000Z 2026-05-02T09:00:00.000Z',
    );
    expect(until(null, '2026-05-01T12:00Z')).toBe('2026-05-01T03:00:00.000Z 2026-05-01T12:00:00.000Z');
    expect(until('2026-05-02T03:00Z', '2026-05-02T03:00Z')).toBeNull();
  });

  it('does not exist without a schedule', () => {
    expect(due([], null, '2026-05-20T03:00Z')).toEqual([]);
    expect(windowUntil([], null, ms('2026-05-20T03:00Z'))).toBeNull();
  });
});
