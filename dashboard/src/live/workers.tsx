/** Workers: what each has in flight, and its rate, CPU and memory. */

import { plural } from '../../../platform/plural.ts';
import type { FileProgress, SilentWorker, WorkerProgress } from '../../../platform/progress/progress.ts';
import { PanelHead, useShortList } from '../panel.tsx';
import { loadOf } from './workers/load.ts';
import { Worker } from './workers/worker.tsx';

const shortList = 12;

export function Workers({
  workers,
  silent,
  files,
  isStale,
}: {
  workers: readonly WorkerProgress[];
  silent: readonly SilentWorker[];
  files: readonly FileProgress[];
  isStale: boolean;
}) {
  const names = new Map(files.map((file) => [file.fileId, file.name]));
  const sorted = [...workers].sort((a, b) => a.host.localeCompare(b.host) || a.pid - b.pid);
  const { shown, more } = useShortList(sorted, shortList, 'worker');
  return (
    <section class="panel" aria-label="Workers">
      <PanelHead title="Workers" note={workers.length > 0 && <a href="/workers">{loadOf(workers)}</a>} />
      {workers.length === 0 && (
        <p class="quiet pad">
          No worker has reported in the last five seconds. <a href="/workers">How to start one</a>
        </p>
      )}
      {silent.length > 0 && (
        <p class="small pad">
          <a class="warn" href="/workers">
            {plural(silent.length, 'worker')} {silent.length === 1 ? 'is' : 'are'} silent
          </a>
        </p>
      )}
      <ul class="workers">
        {shown.map((worker) => (
          <Worker key={worker.workerId} worker={worker} names={names} isStale={isStale} />
        ))}
      </ul>
      {more}
    </section>
  );
}
