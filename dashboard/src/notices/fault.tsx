/** What went wrong with a file or a source, and what to do about it. */
import type { FileProgress } from '../../../platform/progress/progress.ts';
import { Prose } from '../prose.tsx';

export function Fault({ error, mild }: { error: NonNullable<FileProgress['error']>; mild?: boolean }) {
  return (
    <div class={mild ? 'outage mild' : 'outage'}>
      <p>
        <Prose text={error.message} /> <span class="code">{error.code}</span>
      </p>
      <p class="fix">
        <Prose text={error.fix} />
      </p>
    </div>
  );
}
