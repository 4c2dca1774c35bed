/** What is being loaded now, and what has just been. */

import { DropZone } from '../drop/drop-zone.tsx';
import { Expected } from '../due/expected.tsx';
import { Sources } from '../due/sources.tsx';
import { AttentionList } from '../notices/attention-list.tsx';
import type { ViewProps } from '../view.ts';
import { Chart } from './chart.tsx';
import { EmptyState } from './empty.tsx';
import { Files } from './files.tsx';
import { Overview } from './overview.tsx';
import { Rejects } from './rejects.tsx';
import { summarise } from './summary.ts';
import { Workers } from './workers.tsx';

function opening(connection: ViewProps['connection']): string {
  if (connection === 'refused')
    return 'The coordinator requires a token. It asks for it when the page is opened again.';
  return connection === 'waiting' ? 'The coordinator does not answer. Trying again…' : 'Connecting…';
}

export function Live({ state, connection, isStale, samples, about }: ViewProps) {
  if (state === null)
    return (
      <p class="quiet opening" role="status">
        {opening(connection)}
      </p>
    );
  const summary = summarise(state, isStale);
  const isEmpty = state.totals.files === 0 && state.files.length === 0;
  return (
    <>
      <AttentionList state={state} />
      <Overview state={state} summary={summary} isStale={isStale} />
      <DropZone datasets={state.definitions.datasets} files={state.files} />
      <div class="columns">
        <div class="column">
          {isEmpty ? (
            <EmptyState about={about} datasets={state.definitions.datasets} />
          ) : (
            <>
              <Chart samples={samples} rowsPerSecond={isStale ? null : state.totals.rowsPerSecond} />
              <Files summary={summary} totals={state.totals} isStale={isStale} />
            </>
          )}
        </div>
        <div class="column side">
          <Expected freshness={state.freshness} />
          <Sources sources={state.sources} />
          <Workers workers={state.workers} silent={state.silent} files={state.files} isStale={isStale} />
          <Rejects rejects={state.rejects} files={state.files} total={state.totals.rows.rejected} />
        </div>
      </div>
    </>
  );
}
