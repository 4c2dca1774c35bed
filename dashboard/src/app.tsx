/** The page as a whole. */
import type { ProgressState, ThroughputSample } from '../../platform/progress/progress.ts';
import type { About } from './about.ts';
import { Chart } from './chart.tsx';
import type { ConnectionState } from './connection.ts';
import { Expected } from './due/expected.tsx';
import { Sources } from './due/sources.tsx';
import { EmptyState } from './empty.tsx';
import { Files } from './files.tsx';
import { Header } from './header.tsx';
import { BrokenDefinitions } from './notices/broken-definitions.tsx';
import { FailingMarts } from './notices/failing-marts.tsx';
import { Outages } from './notices/outages.tsx';
import { Overview } from './overview.tsx';
import { Rejects } from './rejects.tsx';
import { summarise } from './summary.ts';
import { Workers } from './workers.tsx';

export function App(props: {
  state: ProgressState | null;
  connection: ConnectionState;
  /** How long the server has said nothing, in ms; null while it is live. */
  silentMs: number | null;
  samples: readonly ThroughputSample[];
  about: About | null;
}) {
  const { state, connection, silentMs, samples, about } = props;
  return (
    <>
      <a class="skip" href="#files">
        Skip to the files
      </a>
      <Header connection={connection} silentMs={silentMs} version={about?.version ?? null} />
      {state ? (
        <Progress state={state} isStale={silentMs !== null} samples={samples} about={about} />
      ) : (
        <main class="page">
          <p class="quiet opening" role="status">
            {connection === 'waiting' ? 'The coordinator does not answer. Trying again…' : 'Connecting…'}
          </p>
        </main>
      )}
    </>
  );
}

function Progress({
  state,
  isStale,
  samples,
  about,
}: {
  state: ProgressState;
  isStale: boolean;
  samples: readonly ThroughputSample[];
  about: About | null;
}) {
  const summary = summarise(state, isStale);
  const isEmpty = state.totals.files === 0 && state.files.length === 0;
  return (
    <main class={isStale ? 'page stale' : 'page'}>
      <Outages outages={state.outages} />
      <FailingMarts marts={state.marts} />
      <BrokenDefinitions definitions={state.definitions} />
      <Overview state={state} summary={summary} isStale={isStale} />
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
          <Workers workers={state.workers} files={state.files} isStale={isStale} />
          <Rejects rejects={state.rejects} files={state.files} total={state.totals.rows.rejected} />
        </div>
      </div>
    </main>
  );
}
