/** The state as a whole: a headline, a bar and six figures. */
import type { ProgressState, Totals } from '../../platform/progress/progress.ts';
import { compact, count, percent, size } from './format.ts';
import { Bar } from './panel.tsx';
import type { Summary } from './summary.ts';

export function Overview(props: { state: ProgressState; summary: Summary; isStale: boolean }) {
  const { state, summary, isStale } = props;
  const { totals } = state;
  return (
    <section class="overview" aria-label="Overview">
      <div class="headline">
        <h1>{summary.headline}</h1>
        {summary.share !== null && <span class="share">{percent(summary.share)} %</span>}
      </div>
      <p class="unseen" role="status">
        {summary.news}
      </p>
      {summary.share !== null && (
        <Bar label="Everything that is being loaded" committed={summary.share} total={1} thin />
      )}
      <dl class="figures">
        <Figure name="Rows loaded" value={count(totals.rows.loaded)} strong={totals.rows.loaded > 0} />
        <Figure
          name="Rows per second"
          value={isStale ? '–' : compact(totals.rowsPerSecond)}
          strong={!isStale && totals.rowsPerSecond > 0}
        />
        <Figure name="Bytes per second" value={isStale ? '–' : size(totals.bytesPerSecond)} />
        <Figure
          name="Files"
          value={count(totals.filesDone)}
          note={filesNote(totals)}
          alarm={totals.filesFailed > 0}
        />
        <Figure
          name="Committed"
          value={size(totals.bytesCommitted)}
          note={totals.bytes > 0 ? `of ${size(totals.bytes)}` : undefined}
        />
        <Figure
          name="Rejected rows"
          value={count(totals.rows.rejected)}
          note={rejectShare(totals.rows)}
          warn={totals.rows.rejected > 0}
        />
      </dl>
    </section>
  );
}

function filesNote(totals: Totals): string | undefined {
  if (totals.files === 0) return undefined;
  return `of ${count(totals.files)}${totals.filesFailed > 0 ? `, ${count(totals.filesFailed)} failed` : ''}`;
}

function rejectShare(rows: { parsed: number; rejected: number }): string | undefined {
  if (rows.rejected === 0 || rows.parsed === 0) return undefined;
  const share = (rows.rejected / rows.parsed) * 100;
  return share < 0.01 ? 'less than 0.01 %' : `${share.toFixed(2)} %`;
}

function Figure(props: {
  name: string;
  value: string;
  note?: string;
  strong?: boolean;
  warn?: boolean;
  alarm?: boolean;
}) {
  const tone = props.warn ? ' warn' : '';
  return (
    <div class={`figure${props.strong ? ' strong' : ''}${tone}`}>
      <dt>{props.name}</dt>
      <dd>
        {props.value}
        {props.note && <small class={props.alarm ? 'alarm' : undefined}> {props.note}</small>}
      </dd>
    </div>
  );
}
