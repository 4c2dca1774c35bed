/** Marts that cannot be refreshed: since when, and why. */
import type { MartReport } from '../../../platform/progress/progress.ts';
import { moment } from '../format.ts';
import { Prose } from '../prose.tsx';

export function FailingMarts({ marts }: { marts: readonly MartReport[] }) {
  if (marts.length === 0) return null;
  return (
    <section class="outages" role="alert" aria-label="Marts that cannot be refreshed">
      {marts.map(({ dataset, name, since, message, code, fix }) => (
        <div class="outage" key={`${dataset} ${name}`}>
          <p>
            <strong>
              Mart {name} of {dataset}, behind since {moment(since)}:
            </strong>{' '}
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
