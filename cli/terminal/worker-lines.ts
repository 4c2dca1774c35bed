/** Lines about workers, for the live view. */
import { plural } from '../../platform/plural.ts';
import type { ProgressState, SlotProgress, WorkerProgress } from '../../platform/progress/progress.ts';
import { bytes, count, printable } from './format.ts';

/**
 * At most `most` lines: `worker 16095 · 980,000 rows/s · 38 % CPU · 210 MB · chunk 22 committing, chunk 23 reading`. The
 * busiest come first, and the last line says how many more there are.
 */
export function workerLines({ workers }: Pick<ProgressState, 'workers'>, most: number): string[] {
  if (most <= 0) return [];
  const sorted = [...workers].sort((a, b) => b.rowsPerSecond - a.rowsPerSecond || a.pid - b.pid);
  const shown = sorted.slice(0, sorted.length > most ? most - 1 : most);
  const lines = shown.map((worker) => workerLine(worker, hostsOf(workers) > 1));
  const more = workers.length - shown.length;
  return more > 0 ? [...lines, `  … and ${plural(more, 'more worker')}`] : lines;
}

function hostsOf(workers: readonly WorkerProgress[]): number {
  return new Set(workers.map(({ host }) => host)).size;
}

function workerLine(worker: WorkerProgress, withHost: boolean): string {
  const { pid, host, rowsPerSecond, cpu, rssBytes, slots } = worker;
  const facts = [
    `${count(rowsPerSecond)} rows/s`,
    `${Math.round(cpu * 100)} % CPU`,
    bytes(rssBytes),
    slots.length === 0 ? 'idle' : slots.map(slotWords).join(', '),
  ];
  return printable(`  worker ${pid}${withHost ? ` on ${host}` : ''} · ${facts.join(' · ')}`);
}

function slotWords({ chunkNumber, step }: SlotProgress): string {
  return `chunk ${chunkNumber + 1} ${step}`;
}
