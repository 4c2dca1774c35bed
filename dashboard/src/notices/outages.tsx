/** The current outages. An outage that several processes run into is shown once. */
import type { OutageReport } from '../../../platform/progress/progress.ts';
import { Notice } from './notice.tsx';

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
      {outages.map(({ with: part, since, message, fix }) => (
        <Notice key={`${part} ${message}`} about={`${names[part]},`} {...{ since, message, fix }} mild />
      ))}
    </section>
  );
}
