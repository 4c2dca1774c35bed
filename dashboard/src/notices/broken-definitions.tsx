/** Broken definitions: whose files wait, and the mistakes. */
import type { DefinitionsReport } from '../../../platform/progress/progress.ts';
import { Prose } from '../prose.tsx';

export function BrokenDefinitions({ definitions }: { definitions: DefinitionsReport }) {
  const { broken } = definitions;
  if (broken.length === 0) return null;
  return (
    <section class="outages broken" role="alert" aria-label="Broken definitions">
      {broken.map(({ dataset, file, message, fix, code }) => (
        <div class="outage" key={`${file} ${dataset}`}>
          <p>
            <strong>{dataset === null ? 'A definition cannot be used' : `Files of ${dataset} wait`}</strong>
            {dataset !== null && ' in the landing folder; all other datasets are loaded.'}
          </p>
          <p class="mistakes">
            {message} <span class="code">{code}</span>
          </p>
          <p class="fix">
            <Prose text={fix} />
          </p>
        </div>
      ))}
    </section>
  );
}
