/** Sources: what is being fetched, what comes next, and what became of the last run. */
import type { ComponentChildren } from 'preact';
import { plural } from '../../../platform/plural.ts';
import {
  faultOf,
  needsCare,
  type SourceProgress,
  type SourceRun,
} from '../../../platform/progress/progress.ts';
import { moment, size, span } from '../format.ts';
import { Fault } from '../notices/fault.tsx';
import { PanelHead, useShortList } from '../panel.tsx';

/** Sources that are shown until the reader asks for more. */
const shortList = 12;

export function Sources({ sources }: { sources: readonly SourceProgress[] }) {
  const urgent = (one: SourceProgress) => Number(needsCare(one)) * 2 + Number(isFetching(one));
  const sorted = [...sources].sort((a, b) => urgent(b) - urgent(a));
  const { shown, more } = useShortList(sorted, shortList, 'source');
  if (sources.length === 0) return null;
  const lacking = sources.filter(needsCare).length;
  const fetching = sources.filter(isFetching).length;
  const note = lacking > 0 ? `${lacking} late or failed` : fetching > 0 ? `${fetching} fetching` : undefined;
  return (
    <section class="panel" aria-label="Sources">
      <PanelHead title="Sources" note={<a href="/sources">{note ?? plural(sources.length, 'source')}</a>} />
      <ul class="files">
        {shown.map((source) => (
          <Source key={`${source.dataset}.${source.source}`} source={source} />
        ))}
      </ul>
      {more}
    </section>
  );
}

function isFetching({ next }: SourceProgress): boolean {
  return next?.state === 'running';
}

/** A source in a list. `children`: what follows on what is known of it. */
export function Source({ source, children }: { source: SourceProgress; children?: ComponentChildren }) {
  const { dataset, kind, last, next, missing, cursor, schedule } = source;
  const error = faultOf(source);
  return (
    <li class="file">
      <div class="file-line">
        <span class="file-name">
          <span class="quiet">{dataset}.</span>
          <b>{source.source}</b> <span class="quiet small">{kind}</span>
        </span>
        <span class={`source-state ${needsCare(source) ? 'warn' : 'quiet'}`}>{stateOf(source)}</span>
      </div>
      {[
        next?.state === 'running' ? fetchedOf(next) : '',
        last === null ? '' : lastWords(last),
        [nextWords(source), schedule ?? '', cursor ?? ''].filter((words) => words !== '').join(' · '),
      ].map(
        (words) =>
          words !== '' && (
            <p class="small quiet source-note" key={words}>
              {words}
            </p>
          ),
      )}
      {missing.length > 0 && (
        <p class="small warn source-note">
          {missing.join(', ')} {missing.length === 1 ? 'is' : 'are'} missing in the environment
        </p>
      )}
      {error && <Fault error={error} mild />}
      {children}
    </li>
  );
}

function stateOf({ last, next, lateSince }: SourceProgress): string {
  const late = lateSince === null ? '' : `, late since ${moment(lateSince)}`;
  if (next?.state === 'running') return `fetching${late}`;
  if (next?.error) return `tries again ${moment(next.dueAt)}${late}`;
  if (next !== null) return `waiting${late}`;
  return last === null ? 'not run yet' : last.state;
}

function fetchedOf({ pages, bytes, kind, window }: SourceRun): string {
  const counts = `${plural(pages, 'page')}, ${size(bytes)}`;
  return `${kind === 'backfill' ? 'backfill, ' : ''}${windowWords(window)}${counts} so far`;
}

function lastWords({ state, window, pages, bytes, endedAt }: SourceRun): string {
  const counts = pages === 0 ? 'nothing new' : `${plural(pages, 'page')}, ${size(bytes)}`;
  const when = endedAt === null ? '' : `, ${moment(endedAt)}`;
  return `last: ${windowWords(window)}${state === 'failed' ? 'failed' : counts}${when}`;
}

function nextWords({ next, scheduled, waiting, schedule }: SourceProgress): string {
  const more = waiting > 1 ? `, ${waiting} runs wait` : '';
  if (next !== null && next.state === 'planned') return `next: ${windowWords(next.window)}due now${more}`;
  if (scheduled !== null) return `next: ${moment(scheduled.to)}${more}`;
  if (waiting > 1) return `${waiting} runs wait`;
  return schedule === null ? 'runs when asked' : '';
}

function windowWords(window: SourceRun['window']): string {
  return window === null ? '' : `${span(window.from, window.to)}, `;
}
