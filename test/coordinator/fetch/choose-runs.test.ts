import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRuns, type Waiting } from '../../../coordinator/fetch/choose-runs.ts';

const now = new Date('2026-03-01T12:00:00Z');
const later = new Date('2026-03-01T12:00:05Z');
const run = (runId: number, kind: Waiting['kind'], more: Partial<Waiting> = {}): Waiting => ({
  ...{ runId, kind, dataset: 'sales', source: 'api', dueAt: now, parallel: 1 },
  ...more,
});
const choose = (runs: readonly Waiting[], running: readonly number[] = [], most = 8) => {
  const { start, giveWay, nextDue } = chooseRuns(runs, new Set(running), now, most);
  return { start: start.map(({ runId }) => runId), giveWay: [...giveWay], nextDue };
};

describe('runs of one source', () => {
  it('come one at a time, live before backfill', () => {
    const runs = [run(1, 'live'), run(2, 'manual'), run(3, 'backfill')];
    expect(choose(runs)).toEqual({ start: [1], giveWay: [], nextDue: null });
    expect(choose(runs, [1]).start).toEqual([]);
    expect(choose(runs.slice(1)).start).toEqual([2]);
    expect(choose(runs.slice(2)).start).toEqual([3]);
  });

  it('of a backfill give way for a live run that is due', () => {
    const runs = [run(1, 'live'), run(2, 'backfill'), run(3, 'backfill')];
    expect(choose(runs, [2])).toEqual({ start: [], giveWay: [2], nextDue: null });
  });

  it('of a backfill run as many at a time as it says', () => {
    const runs = [1, 2, 3, 4].map((id) => run(id, 'backfill', { parallel: 3 }));
    expect(choose(runs).start).toEqual([1, 2, 3]);
    expect(choose(runs, [2, 3]).start).toEqual([1]);
    expect(choose(runs, [1, 2, 3]).start).toEqual([]);
  });

  it('wait in the order of their windows: a later one does not overtake one that waits for its next attempt', () => {
    const runs = [run(1, 'live', { dueAt: later }), run(2, 'live'), run(3, 'backfill')];
    expect(choose(runs)).toEqual({ start: [3], giveWay: [], nextDue: later });
  });
});

describe('runs of a source and of the one that sweeps it', () => {
  const owned = (runs: readonly Waiting[], running: readonly number[] = []) =>
    chooseRuns(runs, new Set(running), now, 8, () => 'api').start.map(({ runId }) => runId);
  const earlier = new Date('2026-03-01T11:00:00Z');
  const sweep = (runId: number, dueAt = now) => run(runId, 'live', { source: 'api-sweep', dueAt });

  it('come one after another, the one that has waited longest first', () => {
    expect(owned([run(1, 'live'), sweep(2, earlier)])).toEqual([2]);
    expect(owned([run(1, 'live', { dueAt: earlier }), sweep(2)])).toEqual([1]);
    expect(owned([run(1, 'live'), sweep(2, earlier)], [1])).toEqual([]);
    expect(owned([run(1, 'live', { dueAt: later }), run(3, 'live'), sweep(2)])).toEqual([2]);
    expect(choose([run(1, 'live'), sweep(2)]).start).toEqual([1, 2]);
  });
});

describe('runs of all sources', () => {
  it('are at most so many, and keep these rules whatever is planned', () => {
    const any = fc.record({
      runId: fc.nat(1000),
      kind: fc.constantFrom('live', 'manual', 'backfill' as const),
      source: fc.constantFrom('api', 'dumps', 'crm'),
      dueAt: fc.constantFrom(now, later),
      parallel: fc.integer({ min: 1, max: 3 }),
    });
    const planned = fc.uniqueArray(any, { selector: ({ runId }) => runId, maxLength: 12 });
    fc.assert(
      fc.property(planned, fc.integer({ min: 1, max: 6 }), (rows, most) => {
        const runs = rows.map((row) => ({ ...row, dataset: 'sales' }));
        const running = new Set<number>();
        // Every choice is carried out; what gives way ends. In the end all that is due has run.
        for (let turn = 0; turn < 40; turn++) {
          const left = runs.filter(({ runId }) => !done.has(runId));
          const { start, giveWay } = chooseRuns(left, running, now, most);
          for (const { runId } of start) running.add(runId);
          expect(running.size).toBeLessThanOrEqual(most);
          for (const source of ['api', 'dumps', 'crm']) {
            const now = left.filter((one) => one.source === source && running.has(one.runId));
            const live = now.filter(({ kind }) => kind !== 'backfill');
            expect(live.length === 0 || now.length === 1).toBe(true);
          }
          for (const id of giveWay) running.delete(id);
          const [first] = running;
          if (first !== undefined) {
            running.delete(first);
            done.add(first);
          }
        }
        const due = runs.filter(({ dueAt, kind, source }) => {
          const before = runs.filter((one) => one.source === source && one.kind !== 'backfill');
          const blocked = before.findIndex((one) => one.dueAt > now);
          if (kind === 'backfill') return dueAt <= now;
          return dueAt <= now && (blocked < 0 || before.findIndex((one) => one.dueAt <= now) < blocked);
        });
        for (const one of due.filter(({ kind }) => kind === 'backfill'))
          expect(done.has(one.runId)).toBe(true);
        done.clear();
      }),
      { numRuns: 200 },
    );
  });
  const done = new Set<number>();
});
