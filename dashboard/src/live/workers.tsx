/** Workers: what each has in flight, and its rate, CPU and memory. */

import { plural } from '../../../platform/plural.ts';
import type { FileProgress, SlotProgress, WorkerProgress } from '../../../platform/progress/progress.ts';
import { compact, shortName, size } from '../format.ts';
import { Bar, PanelHead, useShortList } from '../panel.tsx';

const shortList = 12;

export function Workers({
  workers,
  files,
  isStale,
}: {
  workers: readonly WorkerProgress[];
  files: readonly FileProgress[];
  isStale: boolean;
}) {
  const names = new Map(files.map((file) => [file.fileId, file.name]));
  const sorted = [...workers].sort((a, b) => a.host.localeCompare(b.host) || a.pid - b.pid);
  const { shown, more } = useShortList(sorted, shortList, 'worker');
  return (
    <section class="panel" aria-label="Workers">
      <PanelHead title="Workers" note={workers.length > 0 ? load(workers) : undefined} />
      {workers.length === 0 && <p class="quiet pad">No worker has reported in the last five seconds.</p>}
      <ul class="workers">
        {shown.map((worker) => (
          <Worker key={worker.workerId} worker={worker} names={names} isStale={isStale} />
        ))}
      </ul>
      {more}
    </section>
  );
}

/** The number of workers, and their CPU and memory together. */
function load(workers: readonly WorkerProgress[]): string {
  const cpu = workers.reduce((sum, worker) => sum + worker.cpu, 0);
  const memory = workers.reduce((sum, worker) => sum + worker.rssBytes, 0);
  return `${plural(workers.length, 'process', 'processes')}, ${cpu.toFixed(1)} cores, ${size(memory)}`;
}

function Worker(props: { worker: WorkerProgress; names: ReadonlyMap<number, string>; isStale: boolean }) {
  const { worker, names, isStale } = props;
  return (
    <li class="worker">
      <div class="file-line">
        <span class="worker-name" title={`${worker.workerId}, since ${worker.startedAt}`}>
          <b>{worker.pid}</b> <span class="quiet">{worker.host}</span>
        </span>
        <span class="facts small">
          {!isStale && worker.rowsPerSecond > 0 && <span>{compact(worker.rowsPerSecond)} rows/s</span>}
          <span title="CPU time; 100 % is one core">{Math.round(worker.cpu * 100)} % CPU</span>
          <span title="Resident memory">{size(worker.rssBytes)}</span>
        </span>
      </div>
      {worker.slots.length === 0 ? (
        <p class="quiet small idle">idle</p>
      ) : (
        <ul class="slots">
          {worker.slots.map((slot) => (
            <Slot
              key={`${slot.fileId}/${slot.chunkNumber}`}
              slot={slot}
              name={names.get(slot.fileId) ?? `file ${slot.fileId}`}
            />
          ))}
        </ul>
      )}
    </li>
  );
}

function Slot({ slot, name }: { slot: SlotProgress; name: string }) {
  const label = `chunk ${slot.chunkNumber + 1}, ${name}`;
  const short = `chunk ${slot.chunkNumber + 1}, ${shortName(name)}`;
  return (
    <li class="slot small">
      <span class="slot-name" title={label}>
        <a href={`/files/${slot.fileId}`}>{short}</a>
      </span>
      <Bar label={`${label}: ${slot.step}`} committed={slot.bytesRead} total={slot.bytes} thin />
      <span class="quiet">{slot.step}</span>
    </li>
  );
}
