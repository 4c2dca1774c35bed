/** Parts that panels share: heads, shortened lists and progress bars. */

import type { ComponentChild, ComponentChildren } from 'preact';
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

/** An entry of a list of facts (`dl`). */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** The first `short` items, and a button that shows the others. `noun` is the name of one item. */
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
  /** Whether the progress is unknown, so that the bar only shows activity. */
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

/** A number of the state as a whole, or of a file. */
export function Figure(props: {
  name: string;
  value: ComponentChild;
  note?: ComponentChild;
  strong?: boolean;
  warn?: boolean;
}) {
  const tone = props.warn ? ' warn' : '';
  return (
    <div class={`figure${props.strong ? ' strong' : ''}${tone}`}>
      <dt>{props.name}</dt>
      <dd>
        {props.value}
        {props.note && (
          <>
            {' '}
            <small>{props.note}</small>
          </>
        )}
      </dd>
    </div>
  );
}
