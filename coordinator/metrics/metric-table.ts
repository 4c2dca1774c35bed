/**
 * Every metric of Landfall: its name, its help, its labels, and how it follows from what the coordinator knows.
 * Moments are Unix times in seconds, and absent where there is no such moment. The alert rules and the dashboard of
 * deploy/monitoring are checked against this table.
 */

import type { EndpointReport } from '../../ledger/tables/deliveries.ts';
import {
  type FileProgress,
  faultOf,
  isFinished,
  isLacking,
  type ProgressState,
} from '../../platform/progress/progress.ts';
import type { Readiness } from '../http/health.ts';
import type { MartBehindReport } from './marts-behind.ts';
import type { RejectCount } from './reject-tally.ts';

/** What every coordinator knows of itself. */
export interface OwnFacts {
  readonly version: string;
  /** The term of the leader; null: it does not lead. */
  readonly term: number | null;
  readonly readiness: Readiness;
}

/** What the coordinator that leads knows at one moment. What could not be asked is empty. */
export interface Facts extends OwnFacts {
  /** Unix time in seconds. */
  readonly now: number;
  readonly state: ProgressState;
  /** Jobs in the queue by state. */
  readonly jobs: Readonly<Record<string, number>>;
  readonly rejects: readonly RejectCount[];
  readonly martsBehind: readonly MartBehindReport[];
  /** Endpoints of webhooks that have not been told something. */
  readonly endpoints: readonly EndpointReport[];
  /** Open progress sockets. */
  readonly watchers: number;
}

export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Metric<Known> {
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (facts: Known) => readonly Sample[];
}

/** By name, without the `landfall_` that each begins with. */
export type MetricTable<Known> = Readonly<Record<string, Metric<Known>>>;

function gauge<Known = Facts>(
  help: string,
  labels: readonly string[],
  samples: Metric<Known>['samples'],
): Metric<Known> {
  return { type: 'gauge', help, labels, samples };
}

function counter(help: string, labels: readonly string[], samples: Metric<Facts>['samples']): Metric<Facts> {
  return { type: 'counter', help, labels, samples };
}

const one = (value: number): readonly Sample[] => [{ value }];

/** Of every coordinator, also of one that stands by. */
export const ownMetrics: MetricTable<OwnFacts> = {
  build_info: gauge('The version that runs; always 1', ['version'], ({ version }) => [
    { value: 1, labels: { version } },
  ]),
  leader: gauge('Whether this coordinator leads: 1, else 0', [], ({ term }) => one(term === null ? 0 : 1)),
  term: gauge('The term of this leader; it grows with each takeover', [], ({ term }) =>
    term === null ? [] : one(term),
  ),
  ready: gauge('The checks of /readyz: 1 where one holds, else 0', ['check'], ({ readiness }) =>
    Object.entries(readiness).map(([check, holds]) => ({ value: holds ? 1 : 0, labels: { check } })),
  ),
};

/** Of the coordinator that leads. */
export const metricTable: MetricTable<Facts> = {
  ...ownMetrics,
  outage_since_seconds: gauge(
    'Since when an outage is waited out (Unix time)',
    ['outage', 'code'],
    ({ state }) =>
      earliest(
        state.outages.map(({ with: outage, code, since }) => ({
          value: secondsOf(since),
          labels: { outage, code },
        })),
      ),
  ),
  workers: gauge('Workers that reported within the last seconds', [], ({ state }) =>
    one(state.workers.length),
  ),
  worker_resident_bytes: gauge('Resident memory of the largest worker process', [], ({ state }) =>
    one(Math.max(0, ...state.workers.map(({ rssBytes }) => rssBytes))),
  ),
  files: gauge(
    'Files by state. Those that are done or failed are all that ever were',
    ['state'],
    ({ state }) => {
      const { filesDone, filesFailed } = state.totals;
      const byState = new Map(Object.entries({ done: filesDone, failed: filesFailed, unknown: 0 }));
      for (const file of unfinished(state)) byState.set(file.state, (byState.get(file.state) ?? 0) + 1);
      return [...byState].map(([name, value]) => ({ value, labels: { state: name } }));
    },
  ),
  file_waiting_since_seconds: gauge(
    'When the oldest file landed of which nothing is loaded yet (Unix time)',
    ['dataset'],
    ({ state }) =>
      earliest(
        unfinished(state)
          .filter(({ state, chunksCommitted }) => state !== 'unknown' && chunksCommitted === 0)
          .map(({ dataset, landedAt }) => ({ value: secondsOf(landedAt), labels: { dataset } })),
      ),
  ),
  rows: gauge('Rows of committed chunks by outcome; undo takes them away', ['outcome'], ({ state }) =>
    Object.entries(state.totals.rows).map(([outcome, value]) => ({ value, labels: { outcome } })),
  ),
  rejects_total: counter(
    'Rejects of the files that have ended since the coordinator began to lead, by code',
    ['dataset', 'code'],
    ({ rejects }) => rejects.map(({ dataset, code, count }) => ({ value: count, labels: { dataset, code } })),
  ),
  committed_bytes: gauge('Bytes of committed chunks', [], ({ state }) => one(state.totals.bytesCommitted)),
  landed_bytes: gauge('Bytes of all files', [], ({ state }) => one(state.totals.bytes)),
  rows_per_second: gauge('Rows per second over the last seconds', [], ({ state }) =>
    one(state.totals.rowsPerSecond),
  ),
  bytes_per_second: gauge('Bytes per second over the last seconds', [], ({ state }) =>
    one(state.totals.bytesPerSecond),
  ),
  chunks: gauge(
    'Chunks of unfinished files: planned, committed, and in flight in a worker',
    ['state'],
    ({ state }) => [
      { value: sum(unfinished(state), ({ chunks }) => chunks), labels: { state: 'planned' } },
      {
        value: sum(unfinished(state), ({ chunksCommitted }) => chunksCommitted),
        labels: { state: 'committed' },
      },
      { value: sum(state.workers, ({ slots }) => slots.length), labels: { state: 'in_flight' } },
    ],
  ),
  queue_jobs: gauge('Jobs in the queue by state', ['state'], ({ jobs }) =>
    Object.entries(jobs).map(([state, value]) => ({ value, labels: { state } })),
  ),
  definitions: gauge('Definitions that can be used, and broken ones', ['state'], ({ state }) => [
    { value: state.definitions.datasets.length, labels: { state: 'usable' } },
    { value: state.definitions.broken.length, labels: { state: 'broken' } },
  ]),
  marts_failing: gauge('Marts that cannot be refreshed', [], ({ state }) => one(state.marts.length)),
  mart_failing_since_seconds: gauge(
    'When the refresh of a mart first failed (Unix time); absent if it is up to date',
    ['dataset', 'mart'],
    ({ state }) =>
      state.marts.map(({ dataset, name, since }) => ({
        value: secondsOf(since),
        labels: { dataset, mart: name },
      })),
  ),
  mart_behind_since_seconds: gauge(
    'Since when a mart should show a file that it does not show (Unix time)',
    ['dataset', 'mart'],
    ({ martsBehind }) =>
      martsBehind.map(({ dataset, mart, since }) => ({ value: since, labels: { dataset, mart } })),
  ),
  check_not_holding: gauge(
    'Checks that warn or inform and do not hold for the file of the dataset that was done last',
    ['dataset', 'check', 'severity'],
    ({ state }) =>
      lastDone(state.files).flatMap(({ dataset, findings }) =>
        findings.map(({ name, severity }) => ({ value: 1, labels: { dataset, check: name, severity } })),
      ),
  ),
  dataset_late: gauge('Whether an expected file is late or missing: 1, else 0', ['dataset'], ({ state }) =>
    state.freshness.map((report) => ({
      value: isLacking(report) ? 1 : 0,
      labels: { dataset: report.dataset },
    })),
  ),
  dataset_missed_windows: gauge(
    'Windows without an expected file, in a row until now',
    ['dataset'],
    ({ state }) => state.freshness.map(({ dataset, missed }) => ({ value: missed, labels: { dataset } })),
  ),
  dataset_due_seconds: gauge('When the window at hand is or was due (Unix time)', ['dataset'], ({ state }) =>
    state.freshness.map(({ dataset, due }) => ({ value: secondsOf(due), labels: { dataset } })),
  ),
  source_lag_seconds: gauge(
    'How long ago the first window of a schedule ended that should have been fetched by now; 0 if none',
    ['dataset', 'source'],
    ({ state, now }) =>
      state.sources
        .filter(({ schedule }) => schedule !== null)
        .map(({ dataset, source, lateSince }) => ({
          value: lateSince === null ? 0 : Math.max(0, now - secondsOf(lateSince)),
          labels: { dataset, source },
        })),
  ),
  source_failing: gauge(
    'Sources whose last run failed or waits for another attempt, or whose queue cannot be read',
    ['dataset', 'source', 'code'],
    ({ state }) =>
      state.sources.flatMap((source) => {
        const fault = faultOf(source);
        if (fault === null) return [];
        return [{ value: 1, labels: { dataset: source.dataset, source: source.source, code: fault.code } }];
      }),
  ),
  source_runs_waiting: gauge('Runs of a source that have not ended', ['dataset', 'source'], ({ state }) =>
    state.sources.map(({ dataset, source, waiting }) => ({ value: waiting, labels: { dataset, source } })),
  ),
  source_missing_variables: gauge(
    'Environment variables that a source needs and the coordinator does not have',
    ['dataset', 'source'],
    ({ state }) =>
      state.sources.map(({ dataset, source, missing }) => ({
        value: missing.length,
        labels: { dataset, source },
      })),
  ),
  webhook_deliveries: gauge(
    'What an endpoint of a webhook has not been told: it waits, or was given up (failed)',
    ['endpoint', 'state'],
    ({ endpoints }) =>
      endpoints.flatMap(({ endpoint, waiting, failed }) => [
        { value: waiting, labels: { endpoint, state: 'waiting' } },
        { value: failed, labels: { endpoint, state: 'failed' } },
      ]),
  ),
  webhook_failing_since_seconds: gauge(
    'When the first of those was noted that was tried in vain (Unix time); absent if none was',
    ['endpoint'],
    ({ endpoints }) =>
      endpoints.flatMap(({ endpoint, failingSince }) =>
        failingSince === null ? [] : [{ value: failingSince.getTime() / 1000, labels: { endpoint } }],
      ),
  ),
  progress_clients: gauge('Open progress sockets', [], ({ watchers }) => one(watchers)),
};

function secondsOf(iso: string): number {
  return Date.parse(iso) / 1000;
}

function unfinished({ files }: ProgressState): FileProgress[] {
  return files.filter((file) => !isFinished(file.state));
}

/** The earliest sample of each set of labels. */
function earliest(samples: readonly Sample[]): Sample[] {
  const first = new Map<string, Sample>();
  for (const sample of samples) {
    const key = JSON.stringify(sample.labels);
    if (sample.value < (first.get(key)?.value ?? Number.POSITIVE_INFINITY)) first.set(key, sample);
  }
  return [...first.values()];
}

/** The file of each dataset that was done last. */
function lastDone(files: readonly FileProgress[]): FileProgress[] {
  const last = new Map<string, FileProgress>();
  for (const file of files.filter(({ state }) => state === 'done')) {
    const { finishedAt } = last.get(file.dataset) ?? {};
    if ((file.finishedAt ?? '') >= (finishedAt ?? '')) last.set(file.dataset, file);
  }
  return [...last.values()];
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((all, item) => all + of(item), 0);
}
