/** The bounds of the goals, from made-up results whose answers are known. */
import { describe, expect, it } from 'vitest';
import { boundsSection } from '../../../bench/report/bounds.ts';
import type { NamedReport, ServerResults, Stages } from '../../../bench/report/results.ts';

const machine = { cores: 2 };

/** A side of a million rows: seconds are then µs a row. */
const side = (name: string, seconds: number, cpuSeconds: number, serverCpuSeconds: number) => ({
  name,
  rows: 1e6,
  medianSeconds: seconds,
  rounds: [{ seconds, cpuSeconds, serverCpuSeconds }],
});

const run = (letter: string, goal: number, sides: ReturnType<typeof side>[]) =>
  ({
    machine,
    sides,
    contests: [
      {
        letter,
        atGoalSize: true,
        sides: sides.map(({ name }) => name),
        measures: [{ value: sides[1].medianSeconds / sides[0].medianSeconds, goal: { atLeast: goal } }],
      },
    ],
  }) as unknown as NamedReport;

const ours = side('landfall ingest of trips', 1, 1, 0.5);
const packed = side('landfall ingest of trips, packed: star', 0.5, 0.7, 0.1);
const none = { runs: [], stages: null, queue: null, server: null };

describe('boundsSection', () => {
  it('is empty without results', () => {
    expect(boundsSection(none)).toBe('');
  });

  it('sets the budget of goal a against the server alone and the stages', () => {
    const server = {
      rows: 1,
      variants: [{ name: 'as it is', microsecondsOfCpu: 0.5, rounds: [0.5] }],
    } as unknown as ServerResults;
    const stages = {
      machine,
      rows: 1,
      microsecondsOfCpu: { server: 0.5, scan: 0.25, parse: 0.75 },
      bytes: { csv: 100, wire: 60, star: 50, wal: 40, lake: 30 },
    } as unknown as Stages;
    const text = boundsSection({
      ...none,
      server,
      stages,
      runs: [run('a', 3, [packed, side('psql \\copy', 1.2, 0.2, 1), ours])],
    });
    // 1.2 µs on each of 2 cores ÷ 3; 1.5 µs of CPU now.
    expect(text).toContain('everything together may take 0.80 µs');
    expect(text).toContain('can reach 3.00 times its rate with packed facts and 1.60 with rows');
    expect(text).toContain('It reaches 2.40 and 1.20');
    expect(text).toContain('takes 0.50 µs in one session, 63 % of the budget');
    expect(text).toContain('That leaves 0.30 µs. Everything else takes 1.00');
    expect(text).toContain('the goal needs 2.0 cores with packed facts and 3.8 with rows');
  });

  it('compares CPU with CPU for goal b, where both sides have all cores', () => {
    const text = boundsSection({
      ...none,
      runs: [run('b', 0.8, [ours, side('binary COPY of rows', 0.4, 0.1, 0.5)])],
    });
    expect(text).toContain("can reach 0.40 of the other side's rate");
    expect(text).toContain('everything except the server may take 0.25 µs');
  });

  it('says what the server alone allows for goal h', () => {
    const text = boundsSection({ ...none, runs: [run('h', 2.5, [packed, side('psql \\copy', 2, 0.2, 1)])] });
    expect(text).toContain('can reach 5.00 times');
    expect(text).toContain("If everything but the server's part cost nothing, it could reach 40.00");
    expect(text).toContain('a ride may take 1.60 µs');
    expect(text).toContain('packed facts of 17 columns, 0 marts');
    expect(text).not.toContain('the last after');
  });

  it('says when the chunks of goal h were committed', () => {
    const curve = [
      [0.4, 1000],
      [0.75, 1e6],
    ];
    const timed = { ...packed, rounds: [{ ...packed.rounds[0], detail: { curve } }] };
    const text = boundsSection({ ...none, runs: [run('h', 2.5, [timed, side('psql \\copy', 2, 0.2, 1)])] });
    expect(text).toContain(
      'A round takes 0.5 s: the first chunk is committed after 0.4 s, the last after 0.8 s.',
    );
  });

  it('sets the budget of goal i against what a member takes in the server', () => {
    const server = {
      rows: 1,
      variants: [],
      members: { count: 5e6, found: { microsecondsOfCpu: 4 }, inserted: { microsecondsOfCpu: 7 } },
    } as unknown as ServerResults;
    const sides = [side('landfall, many', 8, 6, 10), side('landfall, few', 1, 1, 0.5)];
    const runs = [run('i', 0.25, sides)];
    const text = boundsSection({ ...none, server, runs });
    expect(text).toContain('a fact may take 8.00 µs of CPU');
    expect(text).toContain('can reach 0.13 of that rate on 2 cores');
    expect(text).toContain('it could reach 0.20');
    expect(text).toContain('5.50 µs per fact, 69 % of the budget');
  });
});
