/** What panels share: their head, lists that are cut short, and progress bars. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { plural } from '../../platform/plural.ts';
import { percent } from './format.ts';

export function PanelHead({ title, note }: { title: string; note?: ComponentChildren }) {
  return (
    <div class="panel-head">
      <h2>{title}</h2>
      {note && <span class="quiet">{note}</span>}
    </div>
  );
}

/** The first `short` of the items, and the button that shows the others; `noun` is what one of them is called. */
export function useShortList<T>(items: readonly T[], short: number, noun: string) {
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, short);
  const more = items.length > shown.length && (
    <button type="button" class="more" onClick={() => setAll(true)}>
      Show {plural(items.length - shown.length, `more ${noun}`)}
    </button>
  );
  return { shown, more };
}

/** A progress bar: what is committed, what is in flight, what is left. */
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
