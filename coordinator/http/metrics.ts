/** `/metrics` in Prometheus' text format, computed from the hub's state when it is asked for. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { isFinished } from '../../platform/progress/progress.ts';
import type { Hub } from '../progress/hub.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Jobs of the queue by state, where there is a queue to ask. */
export type QueueCounts = () => Promise<Readonly<Record<string, number>>>;

export function createMetrics(hub: Pick<Hub, 'snapshot' | 'watchers'>, queueCounts?: QueueCounts): Metrics {
  const registers = [new Registry()];
  collectDefaultMetrics({ register: registers[0] });

  const files = new Gauge({
    name: 'landfall_files',
    help: 'Files by state',
    labelNames: ['state'],
    registers,
  });
  const rows = new Counter({
    name: 'landfall_rows_total',
    help: 'Rows of committed chunks by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const committed = new Counter({
    name: 'landfall_committed_bytes_total',
    help: 'Bytes of committed chunks',
    registers,
  });
  const landed = new Counter({ name: 'landfall_landed_bytes_total', help: 'Bytes of all files', registers });
  const rate = new Gauge({
    name: 'landfall_rows_per_second',
    help: 'Rows a second over the last seconds',
    registers,
  });
  const byteRate = new Gauge({
    name: 'landfall_bytes_per_second',
    help: 'Bytes a second over the last seconds',
    registers,
  });
  const chunks = new Gauge({
    name: 'landfall_chunks',
    help: 'Chunks of unfinished files: all, committed, and in flight in a worker',
    labelNames: ['state'],
    registers,
  });
  const workers = new Gauge({
    name: 'landfall_workers',
    help: 'Workers heard of in the last seconds',
    registers,
  });
  const watchers = new Gauge({ name: 'landfall_progress_clients', help: 'Open progress sockets', registers });
  const jobs = new Gauge({
    name: 'landfall_queue_jobs',
    help: 'Jobs in the queue by state',
    labelNames: ['state'],
    registers,
  });

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
      const sum = (of: (file: (typeof unfinished)[number]) => number) =>
        unfinished.reduce((all, file) => all + of(file), 0);
      chunks.set(
        { state: 'planned' },
        sum((file) => file.chunks),
      );
      chunks.set(
        { state: 'committed' },
        sum((file) => file.chunksCommitted),
      );
      chunks.set(
        { state: 'in_flight' },
        state.workers.reduce((all, worker) => all + worker.slots.length, 0),
      );
      workers.set(state.workers.length);
      watchers.set(hub.watchers());
      jobs.reset();
      for (const [name, count] of Object.entries((await queueCounts?.()) ?? {}))
        jobs.set({ state: name }, count);
      return registers[0].metrics();
    },
  };
}
