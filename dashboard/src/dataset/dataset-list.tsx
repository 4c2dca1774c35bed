/** All datasets: what each is, whether its files are there, and definitions that cannot be used. */
import { plural } from '../../../platform/plural.ts';
import { isLacking, type ProgressState } from '../../../platform/progress/progress.ts';
import { Fault } from '../notices/fault.tsx';
import { PanelHead } from '../panel.tsx';
import { Command } from '../prose.tsx';
import { addressOf } from '../route.ts';
import { useAnswer } from '../stream/use-answer.ts';
import type { ViewProps } from '../view.ts';
import './dataset.css';

/** Of the answer of `/api/datasets`. */
interface Listed {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly columns: readonly unknown[];
  readonly fact: string | null;
  readonly dimensions: readonly unknown[];
  readonly marts: readonly unknown[];
  readonly queries: readonly unknown[];
}

export function DatasetList({ state }: ViewProps) {
  const about = JSON.stringify(state?.definitions ?? null);
  const { value, refusal, isLoading } = useAnswer<{ datasets: readonly Listed[] }>('/api/datasets', about);
  const datasets = value?.datasets ?? [];
  const broken = state?.definitions.broken ?? [];
  return (
    <>
      <h1>Datasets</h1>
      <div class="column after">
        {broken.map((one) => (
          <section class="panel" key={one.file} aria-label={`Broken definition ${one.dataset ?? one.file}`}>
            <PanelHead title={one.dataset ?? one.file} note="its definition cannot be used" />
            <div class="pad">
              <Fault error={one} />
            </div>
          </section>
        ))}
        <section class="panel" aria-label="Datasets" aria-busy={isLoading}>
          <PanelHead
            title={datasets.length > 0 || isLoading ? 'Definitions in force' : 'No dataset is defined'}
            note={<span role="status">{isLoading ? 'Loading…' : plural(datasets.length, 'dataset')}</span>}
          />
          {refusal && (
            <div class="pad">
              <Fault error={refusal} mild />
            </div>
          )}
          {datasets.length === 0 && value !== null && (
            <p class="pad">
              This command reads a CSV file and writes a definition for you to review:{' '}
              <Command text="landfall init file.csv" />. Or <a href="/">drop a file on the page</a>, which
              proposes one.
            </p>
          )}
          <ul class="files list">
            {datasets.map((dataset) => (
              <Row key={dataset.name} dataset={dataset} state={state} />
            ))}
          </ul>
        </section>
      </div>
    </>
  );
}

function Row({ dataset, state }: { dataset: Listed; state: ProgressState | null }) {
  const { name, description, columns, fact, dimensions, marts, queries } = dataset;
  const report = state?.freshness.find((one) => one.dataset === name);
  const facts = [
    plural(columns.length, 'column'),
    fact ?? 'lake only',
    dimensions.length > 0 ? plural(dimensions.length, 'dimension') : '',
    marts.length > 0 ? plural(marts.length, 'mart') : '',
    queries.length > 0 ? plural(queries.length, 'query', 'queries') : '',
  ];
  return (
    <li class="file">
      <div class="file-line wraps">
        <span class="file-name">
          <b>
            <a href={`/datasets/${encodeURIComponent(name)}`}>{name}</a>
          </b>
          {report !== undefined && isLacking(report) && <span class="warn"> {report.state}</span>}
        </span>
        <span class="facts small">
          {facts
            .filter((words) => words !== '')
            .map((words) => (
              <span key={words} class={words === fact ? 'name' : undefined}>
                {words}
              </span>
            ))}
          <a href={addressOf('/files', { dataset: name })}>Files</a>
        </span>
      </div>
      {description && <p class="small quiet source-note">{description}</p>}
    </li>
  );
}
