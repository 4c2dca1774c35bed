/** The current outages. An outage that several processes run into is shown once. */
import type { OutageReport } from '../../../platform/progress/progress.ts';
import { moment } from '../format.ts';
import { Prose } from '../prose.tsx';

const names: Readonly<Record<OutageReport['with'], string>> = {
  database: 'Database',
  queue: 'Queue',
  lake: 'Lake',
  landing: 'Landing folder',
};

export function Outages({ outages }: { outages: readonly OutageReport[] }) {
  if (outages.length === 0) return null;
  return (
    <section class="outages" role="alert" aria-label="Work is waiting">
      {outages.map((outage) => (
        <div class="outage mild" key={`${outage.with} ${outage.message}`}>
          <p>
            <strong>
              {names[outage.with]}, since {moment(outage.since)}:
            </strong>{' '}
            {outage.message}
          </p>
          <p class="fix">
            <Prose text={outage.fix} />
          </p>
        </div>
      ))}
    </section>
  );
}
