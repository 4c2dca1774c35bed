/** What is in the way of the work: said once for all who have run into it, until it is gone. */
import type { TroubleReport } from '../../platform/progress/progress.ts';
import { moment } from './format.ts';
import { Prose } from './prose.tsx';

const names: Readonly<Record<TroubleReport['with'], string>> = {
  database: 'Database',
  queue: 'Queue',
  lake: 'Lake',
  landing: 'Landing folder',
};

export function Troubles({ troubles }: { troubles: readonly TroubleReport[] }) {
  if (troubles.length === 0) return null;
  return (
    <section class="troubles" role="alert" aria-label="Work is waiting">
      {troubles.map((trouble) => (
        <div class="trouble mild" key={`${trouble.with} ${trouble.message}`}>
          <p>
            <strong>
              {names[trouble.with]}, since {moment(trouble.since)}:
            </strong>{' '}
            {trouble.message}
          </p>
          <p class="fix">
            <Prose text={trouble.fix} />
          </p>
        </div>
      ))}
    </section>
  );
}
