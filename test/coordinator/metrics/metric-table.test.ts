/** What each metric shows of one state that has something of everything. */
import { describe, expect, it } from 'vitest';
import { type Facts, metricTable, ownMetrics } from '../../../coordinator/metrics/metric-table.ts';
import type { FileProgress, SourceProgress, WorkerProgress } from '../../../platform/progress/progress.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
const seconds = (minute: number) => Date.parse(at(minute)) / 1000;

const file = (values: Partial<FileProgress>) =>
  ({ dataset: 'sales', chunks: 1, chunksCommitted: 0, findings: [], ...values }) as FileProgress;
const source = (values: Partial<SourceProgress>) =>
  ({
    dataset: 'sales',
    source: 'api',
    schedule: 'every day',
    missing: [],
    waiting: 0,
    lateSince: null,
    last: null,
    next: null,
    queueFault: null,
    ...values,
  }) as SourceProgress;
const error = { code: 'LF_X', message: '', fix: '' };
const outage = { with: 'database', ...error } as const;

const facts: Facts = {
  version: '1.2.3',
  now: seconds(30),
  term: 7,
  readiness: { leading: true, database: true, queue: false, definitions: true },
  jobs: { work_waiting: 4 },
  rejects: [{ dataset: 'sales', code: 'LF_REJECT_TYPE', count: 5 }],
  endpoints: [{ endpoint: 'ops', waiting: 2, failed: 1, failingSince: new Date(5000), answer: null }],
  martsBehind: [{ dataset: 'sales', mart: 'totals', since: seconds(1) }],
  watchers: 2,
  state: {
    files: [
      file({ state: 'discovered', landedAt: at(9), dataset: 'sales' }),
      file({ state: 'loading', landedAt: at(5), chunks: 3 }),
      file({ state: 'loading', landedAt: at(1), chunks: 3, chunksCommitted: 1 }),
      file({ state: 'unknown', landedAt: at(0), dataset: 'other', chunks: 0 }),
      file({ state: 'done', landedAt: at(0), finishedAt: at(1), findings: [] }),
      file({
        ...{ state: 'done', landedAt: at(0), finishedAt: at(2), chunks: 9 },
        findings: [{ name: 'crowded', severity: 'info', detail: '' }],
      }),
    ],
    workers: [
      { rssBytes: 100, slots: [{}, {}] },
      { rssBytes: 300, slots: [{}] },
    ] as unknown as WorkerProgress[],
    totals: {
      ...{ files: 9, filesDone: 6, filesFailed: 1, bytes: 1000, bytesCommitted: 800 },
      rows: { parsed: 10, loaded: 8, rejected: 2, deduplicated: 0 },
      ...{ rowsPerSecond: 3, bytesPerSecond: 30 },
    },
    rejects: [],
    outages: [
      { ...outage, since: at(4) },
      { ...outage, since: at(3) },
      { ...outage, with: 'lake', since: at(5) },
    ],
    marts: [{ dataset: 'sales', name: 'ratios', since: at(6), ...error }],
    freshness: [
      { dataset: 'sales', state: 'late', window: at(0), due: at(2), since: at(2), missed: 3 },
      { dataset: 'trips', state: 'waiting', window: at(0), due: at(40), since: null, missed: 0 },
    ],
    sources: [
      source({ lateSince: at(20), waiting: 2, missing: ['A', 'B'] }),
      source({ source: 'bucket', last: { state: 'failed', error } as SourceProgress['last'] }),
      source({ source: 'by hand', schedule: null, lateSince: null }),
    ],
    silent: [],
    attention: '',
    definitions: { datasets: ['sales', 'trips'], broken: [{ dataset: 'a', file: 'a.ts', ...error }] },
  },
};

const dataset = 'sales';
const expected: Record<string, [value: number, labels?: object][]> = {
  build_info: [[1, { version: '1.2.3' }]],
  leader: [[1]],
  term: [[7]],
  ready: [
    [1, { check: 'leading' }],
    [1, { check: 'database' }],
    [0, { check: 'queue' }],
    [1, { check: 'definitions' }],
  ],
  outage_since_seconds: [
    [seconds(3), { outage: 'database', code: 'LF_X' }],
    [seconds(5), { outage: 'lake', code: 'LF_X' }],
  ],
  workers: [[2]],
  worker_resident_bytes: [[300]],
  files: [
    [6, { state: 'done' }],
    [1, { state: 'failed' }],
    [1, { state: 'unknown' }],
    [1, { state: 'discovered' }],
    [2, { state: 'loading' }],
  ],
  file_waiting_since_seconds: [[seconds(5), { dataset }]],
  rows: [
    [10, { outcome: 'parsed' }],
    [8, { outcome: 'loaded' }],
    [2, { outcome: 'rejected' }],
    [0, { outcome: 'deduplicated' }],
  ],
  rejects_total: [[5, { dataset, code: 'LF_REJECT_TYPE' }]],
  committed_bytes: [[800]],
  landed_bytes: [[1000]],
  rows_per_second: [[3]],
  bytes_per_second: [[30]],
  chunks: [
    [7, { state: 'planned' }],
    [1, { state: 'committed' }],
    [3, { state: 'in_flight' }],
  ],
  queue_jobs: [[4, { state: 'work_waiting' }]],
  definitions: [
    [2, { state: 'usable' }],
    [1, { state: 'broken' }],
  ],
  marts_failing: [[1]],
  mart_failing_since_seconds: [[seconds(6), { dataset, mart: 'ratios' }]],
  webhook_deliveries: [
    [2, { endpoint: 'ops', state: 'waiting' }],
    [1, { endpoint: 'ops', state: 'failed' }],
  ],
  webhook_failing_since_seconds: [[5, { endpoint: 'ops' }]],
  mart_behind_since_seconds: [[seconds(1), { dataset, mart: 'totals' }]],
  check_not_holding: [[1, { dataset, check: 'crowded', severity: 'info' }]],
  dataset_late: [
    [1, { dataset }],
    [0, { dataset: 'trips' }],
  ],
  dataset_missed_windows: [
    [3, { dataset }],
    [0, { dataset: 'trips' }],
  ],
  dataset_due_seconds: [
    [seconds(2), { dataset }],
    [seconds(40), { dataset: 'trips' }],
  ],
  source_lag_seconds: [
    [600, { dataset, source: 'api' }],
    [0, { dataset, source: 'bucket' }],
  ],
  source_failing: [[1, { dataset, source: 'bucket', code: 'LF_X' }]],
  source_runs_waiting: [
    [2, { dataset, source: 'api' }],
    [0, { dataset, source: 'bucket' }],
    [0, { dataset, source: 'by hand' }],
  ],
  source_missing_variables: [
    [2, { dataset, source: 'api' }],
    [0, { dataset, source: 'bucket' }],
    [0, { dataset, source: 'by hand' }],
  ],
  progress_clients: [[2]],
};

describe('metrics', () => {
  it('are all tested here', () => {
    expect(Object.keys(expected).sort()).toEqual(Object.keys(metricTable).sort());
  });

  it.each(Object.entries(metricTable))('%s', (name, { labels, samples }) => {
    const shown = samples(facts).map(({ value, labels }) =>
      labels === undefined ? [value] : [value, labels],
    );
    expect(shown).toEqual(expected[name]);
    for (const { labels: given = {} } of samples(facts)) expect(Object.keys(given)).toEqual(labels);
  });

  it('of one that does not lead have no term', () => {
    const { version, readiness } = facts;
    const own = (name: string) => ownMetrics[name].samples({ version, readiness, term: null });
    expect(own('leader')).toEqual([{ value: 0 }]);
    expect(own('term')).toEqual([]);
  });
});
