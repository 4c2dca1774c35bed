/** What there is to do while nothing has landed. */
import type { About } from './about.ts';
import { Command } from './prose.tsx';

export function EmptyState({ about, datasets }: { about: About | null; datasets: readonly string[] }) {
  if (datasets.length === 0) return <NoDatasets />;
  const [dataset] = datasets;
  const landing = about?.landing ?? './landing';
  return (
    <section class="panel empty" id="files" tabIndex={-1} aria-label="Files">
      <h2>Drop a CSV file into the landing folder</h2>
      <p>
        Each dataset has a folder of its own there. A file is taken up as soon as it is whole, and this page
        follows it.
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
        . For another kind of file: <Command text="landfall init file.csv" />
      </p>
    </section>
  );
}

/** There is no definition yet. */
function NoDatasets() {
  return (
    <section class="panel empty" id="files" tabIndex={-1} aria-label="Files">
      <h2>Define a dataset</h2>
      <p>
        Landfall loads files of which it has a definition. This command reads a CSV file and writes one for
        you to read. It is taken up at once, without a restart.
      </p>
      <p>
        <Command text="landfall init file.csv" />
      </p>
    </section>
  );
}
