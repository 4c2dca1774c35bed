import { afterEach, describe, expect, it, vi } from 'vitest';
import { FreshnessWatch } from '../../../coordinator/judge/freshness-watch.ts';
import type { Arrival } from '../../../ledger/tables/files.ts';
import type { CompiledDataset, CompiledExpect } from '../../../model/compiled.ts';
import type { FreshnessReport, ProgressMessage } from '../../../platform/progress/progress.ts';

const daily: CompiledExpect = {
  ...{ unit: 'day', byMinutes: 540, zone: 'Europe/Berlin', graceMs: 0, named: null, lag: 0 },
};
const deadline = Date.parse('2026-11-28T08:00Z');

let watch: FreshnessWatch | undefined;
afterEach(() => watch?.close());

/** Watches a dataset, with a clock on which its deadline is `ms` away. */
function watched(ms: number) {
  const ahead = deadline - ms - Date.now();
  const arrivals: Arrival[] = [arrival('2026-11-27T07:00Z')];
  let reports: readonly FreshnessReport[] = [];
  let listener: (message: ProgressMessage) => void = () => {};
  let asked = 0;
  let answers: Promise<void> = Promise.resolve();
  watch = new FreshnessWatch({
    now: () => Date.now() + ahead,
    registry: { all: () => [{ name: 'sales', expect: daily } as CompiledDataset] },
    ledger: {
      arrivals: async () => {
        asked++;
        const now = [...arrivals];
        await answers;
        return now;
      },
    },
    hub: {
      subscribe: (one) => {
        listener = one;
        return () => {};
      },
      setFreshness: (all) => {
        reports = all;
      },
    },
  });
  return {
    states: () => reports.map(({ state }) => state),
    asked: () => asked,
    /** The ledger answers when the promise resolves, with what it has when it is asked. */
    answersAfter(slow: Promise<void>) {
      answers = slow;
    },
    lands(landed: string) {
      arrivals.push(arrival(landed));
      listener({
        type: 'change',
        epoch: '',
        from: 1,
        seq: 2,
        files: [{ state: 'done' }],
      } as unknown as ProgressMessage);
    },
  };
}

function arrival(landed: string): Arrival {
  return { file_id: 1, name: 'x.csv', state: 'done', link: null, landed_at: new Date(landed), rows: 1 };
}

describe('the watch over expected files', () => {
  it('tells of a file that is late when its deadline passes, and of its arrival', async () => {
    const sales = watched(400);
    await vi.waitFor(() => expect(sales.states()).toEqual(['waiting']), { interval: 10 });
    await vi.waitFor(() => expect(sales.states()).toEqual(['late']));
    sales.lands('2026-11-28T08:00:10Z');
    await vi.waitFor(() => expect(sales.states()).toEqual(['fresh']));
  });

  it('asks the ledger only when something changes', async () => {
    const sales = watched(3_600_000);
    await vi.waitFor(() => expect(sales.states()).toEqual(['waiting']));
    const before = sales.asked();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sales.asked()).toBe(before);
    for (let n = 0; n < 50; n++) sales.lands('2026-11-28T07:00:00Z');
    await vi.waitFor(() => expect(sales.states()).toEqual(['fresh']));
    expect(sales.asked()).toBe(before + 1);
  });

  it('judges again where a file lands while the ledger is being asked', async () => {
    const sales = watched(-60_000);
    await vi.waitFor(() => expect(sales.states()).toEqual(['late']));
    let answer = () => {};
    sales.answersAfter(new Promise((resolve) => (answer = resolve)));
    const before = sales.asked();
    watch!.soon();
    await vi.waitFor(() => expect(sales.asked()).toBe(before + 1));
    sales.lands('2026-11-28T08:00:10Z');
    answer();
    await vi.waitFor(() => expect(sales.states()).toEqual(['fresh']));
  });
});
