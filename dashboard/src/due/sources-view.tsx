/** All sources: windows that were fetched and come next, a calendar of them, and what a person can have fetched. */
import { faultOf, type SourceProgress } from '../../../platform/progress/progress.ts';
import { count } from '../format.ts';
import { Figure } from '../panel.tsx';
import type { ViewProps } from '../view.ts';
import { Calendar } from './calendar.tsx';
import { SourceActions } from './source-actions.tsx';
import { Source } from './sources.tsx';
import './sources.css';

export function SourcesView({ state }: ViewProps) {
  const sources = state?.sources ?? [];
  const sum = (of: (source: SourceProgress) => number) => sources.reduce((all, one) => all + of(one), 0);
  const late = sum(({ lateSince }) => Number(lateSince !== null));
  const failed = sum((source) => Number(faultOf(source) !== null));
  return (
    <>
      <h1>Sources</h1>
      {state === null && <p class="quiet opening">Connecting…</p>}
      {state !== null && sources.length === 0 && (
        <section class="panel empty after">
          <h2>No definition has a source</h2>
          <p>
            Files come from the landing folder alone. A definition can have Landfall fetch them on a schedule,
            from HTTP, a bucket or a PostgreSQL table: <code>sources</code> of <code>defineDataset</code>.
          </p>
        </section>
      )}
      {sources.length > 0 && (
        <>
          <dl class="figures">
            <Figure name="Sources" value={count(sources.length)} />
            <Figure name="On a schedule" value={count(sum(({ schedule }) => Number(schedule !== null)))} />
            <Figure name="Fetching" value={count(sum(({ next }) => Number(next?.state === 'running')))} />
            <Figure name="Runs that wait" value={count(sum(({ waiting }) => waiting))} />
            <Figure name="Late" value={count(late)} warn={late > 0} />
            <Figure name="Failed" value={count(failed)} warn={failed > 0} />
          </dl>
          <div class="column beside">
            {sources.map((source) => (
              <section
                class="panel"
                key={`${source.dataset}.${source.source}`}
                aria-label={`Source ${source.dataset}.${source.source}`}
              >
                <ul class="files bare">
                  <Source source={source}>
                    <Calendar source={source} />
                    <SourceActions source={source} />
                  </Source>
                </ul>
              </section>
            ))}
          </div>
        </>
      )}
    </>
  );
}
