/** What to do while no file has landed. */

import { Command } from '../prose.tsx';
import type { About } from '../stream/about.ts';

export function EmptyState({ about, datasets }: { about: About | null; datasets: readonly string[] }) {
  if (datasets.length === 0) return <NoDatasets />;
  const [dataset] = datasets;
  const landing = about?.landing ?? './landing';
  return (
    <section class="panel empty" aria-label="Files">
      <h2>Drop a CSV file into the landing folder</h2>
      <p>
        Each dataset has its own folder there. A file is loaded as soon as it is complete, and this page shows
        its progress.
      </p>
      <p>
        <Command
          text={
            landing.startsWith('s3://')
              ? `aws s3 cp file.csv ${landing}/${dataset}/`
              : `cp file.csv ${landing}/${dataset}/`
          }
        />
      </p>
      <p class="quiet">
        Datasets:{' '}
        {datasets.map((name, i) => (
          <span key={name}>
            {i > 0 && ', '}
            <code>{name}</code>
          </span>
        ))}
        . To define another one: <Command text="landfall init file.csv" />
      </p>
    </section>
  );
}

/** There is no definition yet. */
function NoDatasets() {
  return (
    <section class="panel empty" aria-label="Files">
      <h2>Define a dataset</h2>
      <p>
        Landfall loads files for which there is a definition. This command reads a CSV file and writes a
        definition for you to review. It is used at once, without a restart.
      </p>
      <p>
        <Command text="landfall init file.csv" />
      </p>
    </section>
  );
}
