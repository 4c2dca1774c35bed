/** Marts that cannot be refreshed: since when, and why. */
import type { MartReport } from '../../../platform/progress/progress.ts';
import { Notice } from './notice.tsx';

export function FailingMarts({ marts }: { marts: readonly MartReport[] }) {
  if (marts.length === 0) return null;
  return (
    <section class="outages" role="alert" aria-label="Marts that cannot be refreshed">
      {marts.map(({ dataset, name, ...fault }) => (
        <Notice key={`${dataset} ${name}`} about={`Mart ${name} of ${dataset}, behind`} {...fault} />
      ))}
    </section>
  );
}
