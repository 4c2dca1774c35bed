/** A progress bar: what is committed, what is in flight, what is left. */
import { percent } from './format.ts';

export function Bar(props: {
  label: string;
  committed: number;
  seen?: number;
  total: number;
  /** Not known how far: the bar only shows that something goes on. */
  busy?: boolean;
  thin?: boolean;
}) {
  const share = (value: number) => (props.total > 0 ? Math.min(1, value / props.total) : 0);
  const committed = share(props.committed);
  const seen = Math.max(committed, share(props.seen ?? props.committed));
  return (
    <div
      class={`bar${props.thin ? ' thin' : ''}${props.busy ? ' busy' : ''}`}
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={props.busy ? undefined : percent(seen)}
    >
      {seen > 0 && <span class="seen" style={{ width: `${seen * 100}%` }} />}
      {committed > 0 && <span class="committed" style={{ width: `${committed * 100}%` }} />}
    </div>
  );
}
