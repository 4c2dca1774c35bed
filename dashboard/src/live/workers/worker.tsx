/** A worker in lists: its process, its rate, CPU and memory, and what each of its slots does. */
import type { SilentWorker, SlotProgress, WorkerProgress } from '../../../../platform/progress/progress.ts';
import { compact, moment, shortName, size } from '../../format.ts';
import { Bar } from '../../panel.tsx';

export function Worker(props: {
  worker: WorkerProgress;
  names: ReadonlyMap<number, string>;
  isStale: boolean;
  /** Its host is said elsewhere: it is shown since when it has run. */
  hosted?: boolean;
}) {
  const { worker, names, isStale, hosted } = props;
  return (
    <li class="worker">
      <div class="file-line">
        <span class="worker-name" title={`${worker.workerId}, since ${worker.startedAt}`}>
          <b>{worker.pid}</b>{' '}
          <span class={hosted ? 'quiet small' : 'quiet'}>
            {hosted ? `since ${moment(worker.startedAt)}` : worker.host}
          </span>
        </span>
        <span class="facts small">
          {!isStale && worker.rowsPerSecond > 0 && <span>{compact(worker.rowsPerSecond)} rows/s</span>}
          <span title="CPU time; 100 % is one core">{Math.round(worker.cpu * 100)} % CPU</span>
          <span title="Resident memory">{size(worker.rssBytes)}</span>
        </span>
      </div>
      <Slots slots={worker.slots} names={names} />
    </li>
  );
}

/** A worker that has stopped reporting, with what it did last. */
export function Silent({ worker, names }: { worker: SilentWorker; names: ReadonlyMap<number, string> }) {
  return (
    <li class="worker silent">
      <div class="file-line">
        <span class="worker-name" title={`${worker.workerId}, since ${worker.startedAt}`}>
          <b>{worker.pid}</b> <span class="quiet">{worker.host}</span>
        </span>
        <span class="warn small">silent since {moment(worker.heardAt)}</span>
      </div>
      <Slots slots={worker.slots} names={names} />
    </li>
  );
}

function Slots({ slots, names }: { slots: readonly SlotProgress[]; names: ReadonlyMap<number, string> }) {
  if (slots.length === 0) return <p class="quiet small idle">idle</p>;
  return (
    <ul class="slots">
      {slots.map((slot) => (
        <Slot
          key={`${slot.fileId}/${slot.chunkNumber}`}
          slot={slot}
          name={names.get(slot.fileId) ?? `file ${slot.fileId}`}
        />
      ))}
    </ul>
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
