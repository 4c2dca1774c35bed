/** Workers together: by host, and what they use. */
import { plural } from '../../../../platform/plural.ts';
import type { WorkerProgress } from '../../../../platform/progress/progress.ts';
import { size } from '../../format.ts';

/** Hosts by name, the workers of each by process id. */
export function byHost(workers: readonly WorkerProgress[]): [string, WorkerProgress[]][] {
  const hosts = new Map<string, WorkerProgress[]>();
  for (const worker of [...workers].sort((a, b) => a.host.localeCompare(b.host) || a.pid - b.pid)) {
    const others = hosts.get(worker.host);
    if (others) others.push(worker);
    else hosts.set(worker.host, [worker]);
  }
  return [...hosts];
}

export function sum(workers: readonly WorkerProgress[], of: (worker: WorkerProgress) => number): number {
  return workers.reduce((all, worker) => all + of(worker), 0);
}

/** `2 processes, 1.4 cores, 1.2 GB`. */
export function loadOf(workers: readonly WorkerProgress[]): string {
  const cpu = sum(workers, ({ cpu }) => cpu).toFixed(1);
  const memory = size(sum(workers, ({ rssBytes }) => rssBytes));
  return `${plural(workers.length, 'process', 'processes')}, ${cpu} cores, ${memory}`;
}
