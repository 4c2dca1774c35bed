/** The windows of a source by day, each with what became of it. */
import { plural } from '../../../platform/plural.ts';
import type { SourceProgress } from '../../../platform/progress/progress.ts';
import { size, span } from '../format.ts';
import { Fault } from '../notices/fault.tsx';
import { useShortList } from '../panel.tsx';
import { useAnswer } from '../stream/use-answer.ts';
import { calendarDays, type ListedRun } from './calendar-days.ts';

const runsMost = 300;
const shortList = 14;

/** The outcome is said by a sign and not by a colour alone. */
const signs: Readonly<Record<ListedRun['state'], string>> = {
  done: '✓',
  failed: '✕',
  running: '…',
  planned: '·',
};

export function Calendar({ source }: { source: SourceProgress }) {
  const { dataset, source: name, last, next, waiting } = source;
  const path = `/api/sources/${encodeURIComponent(dataset)}/${encodeURIComponent(name)}/runs?limit=${runsMost}`;
  // Pages of a run that is running come fast, and change nothing here.
  const about = JSON.stringify([last?.endedAt, last?.window, next?.state, next?.window, waiting]);
  const { value, refusal } = useAnswer<{ runs: readonly ListedRun[] }>(path, about);
  const days = calendarDays(value?.runs ?? []);
  const { shown, more } = useShortList(days, shortList, 'day');
  if (refusal) return <Fault error={refusal} mild />;
  if (value !== null && days.length === 0) return <p class="small quiet source-note">No window yet.</p>;
  return (
    <div class="calendar">
      <ol class="days small" aria-label={`Windows of ${dataset}.${name} by day`}>
        {shown.map(({ day, runs }) => (
          <li key={day}>
            <span class="quiet">{day}</span>
            <ol>
              {runs.map((run) => (
                <li key={run.runId} class={`window ${run.state}`} title={wordsOf(run)}>
                  <span aria-hidden="true">{signs[run.state]}</span>
                  <span class="unseen">{wordsOf(run)}</span>
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ol>
      {more}
    </div>
  );
}

/** `2018-05-01 – 2018-05-02: done, 3 pages, 1.2 MB`. */
export function wordsOf({ window, kind, state, pages, bytes, error, files }: ListedRun): string {
  const when = window === null ? 'no window' : span(window.from, window.to);
  const words = [
    kind === 'live' ? '' : kind,
    state,
    pages > 0 ? `${plural(pages, 'page')}, ${size(bytes)}` : '',
    files.length > 0 ? plural(files.length, 'file') : '',
    error === null ? '' : error.message,
  ];
  return `${when}: ${words.filter((word) => word !== '').join(', ')}`;
}
