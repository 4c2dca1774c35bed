/** The state as a whole: a headline, a bar and six figures. */
import type { ComponentChild } from 'preact';
import type { ProgressState, Totals } from '../../../platform/progress/progress.ts';
import { compact, count, percent, size } from '../format.ts';
import { Bar, Figure } from '../panel.tsx';
import { addressOf } from '../route.ts';
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
          value={<a href={addressOf('/files', { state: 'done' })}>{count(totals.filesDone)}</a>}
          note={filesNote(totals)}
        />
        <Figure
          name="Committed"
          value={size(totals.bytesCommitted)}
          note={totals.bytes > 0 ? `of ${size(totals.bytes)}` : undefined}
        />
        <Figure
          name="Rejected rows"
          value={
            totals.rows.rejected > 0 ? (
              <a href={addressOf('/files', { rejected: 'true', sort: '-rejected' })}>
                {count(totals.rows.rejected)}
              </a>
            ) : (
              '0'
            )
          }
          note={rejectShare(totals.rows)}
          warn={totals.rows.rejected > 0}
        />
      </dl>
    </section>
  );
}

function filesNote({ files, filesFailed }: Totals): ComponentChild {
  if (files === 0) return undefined;
  return (
    <>
      of <a href="/files">{count(files)}</a>
      {filesFailed > 0 && (
        <>
          ,{' '}
          <a class="alarm" href={addressOf('/files', { state: 'failed' })}>
            {count(filesFailed)} failed
          </a>
        </>
      )}
    </>
  );
}

function rejectShare(rows: { parsed: number; rejected: number }): string | undefined {
  if (rows.rejected === 0 || rows.parsed === 0) return undefined;
  const share = (rows.rejected / rows.parsed) * 100;
  return share < 0.01 ? 'less than 0.01 %' : `${share.toFixed(2)} %`;
}
