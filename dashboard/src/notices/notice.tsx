/** One fault among the notices: what it is about and since when, what is wrong, and what to do. */
import { moment } from '../format.ts';
import { Prose } from '../prose.tsx';

export function Notice(props: {
  about: string;
  /** ISO 8601 UTC. */
  since: string;
  message: string;
  code?: string;
  fix: string;
  mild?: boolean;
}) {
  const { about, since, message, code, fix, mild } = props;
  return (
    <div class={mild ? 'outage mild' : 'outage'}>
      <p>
        <strong>
          {about} since {moment(since)}:
        </strong>{' '}
        {message}
        {code && <span class="code"> {code}</span>}
      </p>
      <p class="fix">
        <Prose text={fix} />
      </p>
    </div>
  );
}
