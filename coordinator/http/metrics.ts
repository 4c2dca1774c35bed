/** `/metrics` in Prometheus' text format, computed from the hub's state at each request. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type FileProgress, isFinished, isLacking } from '../../platform/progress/progress.ts';
import type { Hub } from '../progress/hub.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Jobs in the queue by state. */
export type QueueCounts = () => Promise<Readonly<Record<string, number>>>;

export function createMetrics(hub: Pick<Hub, 'snapshot' | 'watchers'>, queueCounts?: QueueCounts): Metrics {
  const registers = [new Registry()];
  collectDefaultMetrics({ register: registers[0] });

  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name: `landfall_${name}`, help, labelNames, registers });
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `landfall_${name}`, help, labelNames, registers });
  const files = gauge('files', 'Files by state', 'state');
  const rows = counter('rows_total', 'Rows of committed chunks by outcome', 'outcome');
  const committed = counter('committed_bytes_total', 'Bytes of committed chunks');
  const landed = counter('landed_bytes_total', 'Bytes of all files');
  const rate = gauge('rows_per_second', 'Rows per second over the last seconds');
  const byteRate = gauge('bytes_per_second', 'Bytes per second over the last seconds');
  const chunks = gauge(
    'chunks',
    'Chunks of unfinished files: planned, committed, and in flight in a worker',
    'state',
  );
  const workers = gauge('workers', 'Workers that reported within the last seconds');
  const martsFailing = gauge('marts_failing', 'Marts that cannot be refreshed');
  const martFailing = gauge(
    'mart_failing_since_seconds',
    'When the refresh of a mart first failed (Unix time); absent if it is up to date',
    'dataset',
    'mart',
  );
  const findings = gauge(
    'check_not_holding',
    'Checks that warn or inform and do not hold for the file of the dataset that was done last',
    ...['dataset', 'check', 'severity'],
  );
  const late = gauge('dataset_late', 'Whether an expected file is late or missing: 1, else 0', 'dataset');
  const missed = gauge(
    'dataset_missed_windows',
    'Windows without an expected file, in a row until now',
    'dataset',
  );
  const due = gauge('dataset_due_seconds', 'When the window at hand is or was due (Unix time)', 'dataset');
  const watchers = gauge('progress_clients', 'Open progress sockets');
  const jobs = gauge('queue_jobs', 'Jobs in the queue by state', 'state');

  return {
    contentType: registers[0].contentType,
    async text() {
      const { state } = hub.snapshot();
      const { totals } = state;
      files.reset();
      const unfinished = state.files.filter((file) => !isFinished(file.state));
      for (const file of unfinished) files.inc({ state: file.state });
      files.set({ state: 'done' }, totals.filesDone);
      files.set({ state: 'failed' }, totals.filesFailed);
      rows.reset();
      for (const [outcome, count] of Object.entries(totals.rows)) rows.inc({ outcome }, count);
      committed.reset();
      committed.inc(totals.bytesCommitted);
      landed.reset();
      landed.inc(totals.bytes);
      rate.set(totals.rowsPerSecond);
      byteRate.set(totals.bytesPerSecond);
      chunks.set(
        { state: 'planned' },
        sum(unfinished, ({ chunks }) => chunks),
      );
      chunks.set(
        { state: 'committed' },
        sum(unfinished, ({ chunksCommitted }) => chunksCommitted),
      );
      chunks.set(
        { state: 'in_flight' },
        sum(state.workers, ({ slots }) => slots.length),
      );
      workers.set(state.workers.length);
      martsFailing.set(state.marts.length);
      martFailing.reset();
      for (const { dataset, name, since } of state.marts)
        martFailing.set({ dataset, mart: name }, Date.parse(since) / 1000);
      findings.reset();
      for (const { dataset, findings: found } of lastDone(state.files))
        for (const { name, severity } of found) findings.set({ dataset, check: name, severity }, 1);
      for (const one of [late, missed, due]) one.reset();
      for (const report of state.freshness) {
        const { dataset } = report;
        late.set({ dataset }, isLacking(report) ? 1 : 0);
        missed.set({ dataset }, report.missed);
        due.set({ dataset }, Date.parse(report.due) / 1000);
      }
      watchers.set(hub.watchers());
      jobs.reset();
      for (const [name, count] of Object.entries((await queueCounts?.()) ?? {}))
        jobs.set({ state: name }, count);
      return registers[0].metrics();
    },
  };
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
