/** All workers by host: what each does, and those that have fallen silent. */
import type { SilentWorker, WorkerProgress } from '../../../../platform/progress/progress.ts';
import { compact, count, size } from '../../format.ts';
import { Figure, PanelHead } from '../../panel.tsx';
import type { ViewProps } from '../../view.ts';
import { byHost, loadOf, sum } from './load.ts';
import { Silent, Worker } from './worker.tsx';
import './workers.css';

export function WorkersView({ state, isStale }: ViewProps) {
  if (state === null)
    return (
      <>
        <h1>Workers</h1>
        <p class="quiet opening">Connecting…</p>
      </>
    );
  const { workers, silent, files } = state;
  const names = new Map(files.map((file) => [file.fileId, file.name]));
  return (
    <>
      <h1>Workers</h1>
      <Sums workers={workers} silent={silent} isStale={isStale} />
      <div class="column">
        {silent.length > 0 && (
          <section class="panel" aria-label="Silent workers">
            <PanelHead title="Silent" note="shown for ten minutes" />
            <p class="small quiet pad">
              They stopped without a last word: killed, frozen or cut off. What they had in flight is below.
              Other workers load those chunks.
            </p>
            <ul class="workers grid">
              {silent.map((worker) => (
                <Silent key={worker.workerId} worker={worker} names={names} />
              ))}
            </ul>
          </section>
        )}
        {workers.length === 0 && (
          <section class="panel empty">
            <h2>No worker reports</h2>
            <p>
              Files wait until one does. <code>landfall up</code> starts workers beside the coordinator,{' '}
              <code>landfall worker</code> starts them on another host.
            </p>
          </section>
        )}
        {byHost(workers).map(([host, ones]) => (
          <section class="panel" key={host} aria-label={`Workers of ${host}`}>
            <PanelHead title={host} note={loadOf(ones)} />
            <ul class="workers grid">
              {ones.map((worker) => (
                <Worker key={worker.workerId} worker={worker} names={names} isStale={isStale} hosted />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}

function Sums(props: {
  workers: readonly WorkerProgress[];
  silent: readonly SilentWorker[];
  isStale: boolean;
}) {
  const { workers, silent, isStale } = props;
  const rate = sum(workers, ({ rowsPerSecond }) => rowsPerSecond);
  return (
    <dl class="figures">
      <Figure name="Processes" value={count(workers.length)} strong={workers.length > 0} />
      <Figure name="Hosts" value={count(byHost(workers).length)} />
      <Figure
        name="Silent"
        value={count(silent.length)}
        note={silent.length > 0 ? 'in ten minutes' : undefined}
        warn={silent.length > 0}
      />
      <Figure name="Chunks in flight" value={count(sum(workers, ({ slots }) => slots.length))} />
      <Figure
        name="CPU and memory"
        value={`${sum(workers, ({ cpu }) => cpu).toFixed(1)} cores`}
        note={size(sum(workers, ({ rssBytes }) => rssBytes))}
      />
      <Figure name="Rows per second" value={isStale ? '–' : compact(rate)} strong={!isStale && rate > 0} />
    </dl>
  );
}
