import { expect, it } from 'vitest';
import { createMetrics, type MetricsOptions } from '../../../coordinator/metrics/metrics.ts';
import { ProgressModel } from '../../../coordinator/progress/state.ts';

const ready = { leading: true, database: true, queue: true, definitions: true };

function metrics(options: Partial<MetricsOptions> = {}) {
  const state = new ProgressModel().state();
  const hub = { snapshot: () => ({ state }) as never, watchers: () => 0 };
  return createMetrics({ hub, readiness: async () => ready, term: () => 3, ...options });
}

it('are those of the moment: what is over is absent, and not 0', async () => {
  let term: number | null = 3;
  const shown = metrics({ term: () => term, queueCounts: async () => ({ work_waiting: term ?? 0 }) });
  const first = await shown.text();
  expect(first).toContain('landfall_term 3\n');
  expect(first).toContain('landfall_queue_jobs{state="work_waiting"} 3\n');
  expect(first).toMatch(/^landfall_build_info{version="\d/m);
  term = null;
  const second = await shown.text();
  expect(second).toContain('landfall_leader 0\n');
  expect(second).not.toMatch(/^landfall_term /m);
  expect(second).not.toMatch(/^landfall_outage/m);
});

it('leave out what a server does not say, and ask no server that has just not answered', async () => {
  const fails = async () => {
    throw new Error('away');
  };
  const text = await metrics({ queueCounts: fails, rejects: fails, martsBehind: fails }).text();
  expect(text).toContain('landfall_leader 1\n');
  expect(text).not.toMatch(/^landfall_(queue_jobs|rejects_total|mart_behind)/m);

  const asked: string[] = [];
  const counting = (name: string) => async () => {
    asked.push(name);
    return [];
  };
  const asks = {
    queueCounts: counting('queue') as never,
    rejects: counting('rejects'),
    martsBehind: counting('marts'),
  };
  await metrics({ ...asks, readiness: async () => ({ ...ready, database: false }) }).text();
  expect(asked).toEqual(['queue']);
  await metrics({ ...asks, readiness: async () => ({ ...ready, queue: false }) }).text();
  expect(asked).toEqual(['queue', 'rejects', 'marts']);
});
