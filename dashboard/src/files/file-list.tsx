/** All files that there have been: searched, filtered, in an order, by pages. */
import { useEffect, useRef } from 'preact/hooks';
import { plural } from '../../../platform/plural.ts';
import { type FileProgress, isFinished, type ProgressState } from '../../../platform/progress/progress.ts';
import { PanelHead } from '../panel.tsx';
import { go } from '../route.ts';
import type { ViewProps } from '../view.ts';
import { EndedFile, RunningFile } from './file-rows.tsx';
import './files.css';
import {
  isListed,
  isUnfiltered,
  type ListQuery,
  listAddress,
  listQueryOf,
  newestFirst,
  requestOf,
  sorts,
  stateGroups,
} from './list-query.ts';
import { More } from './more.tsx';
import { usePages } from './use-pages.ts';

/** How long after the last letter of a search it is made, in ms. */
const typingMs = 250;

export function FileList({ route, state, isStale }: ViewProps) {
  const query = listQueryOf(route.query);
  return (
    <>
      <div class="headline">
        <h1>Files</h1>
        {!isUnfiltered(query) && <a href={listAddress(listQueryOf(new URLSearchParams()))}>Show all</a>}
      </div>
      <Filters query={query} state={state} />
      <Results key={requestOf(query, null)} query={query} state={state} isStale={isStale} />
    </>
  );
}

function Filters({ query, state }: { query: ListQuery; state: ProgressState | null }) {
  const set = (change: Partial<ListQuery>) => go(listAddress(query, change));
  const datasets = [...new Set([...(state?.definitions.datasets ?? []), query.dataset])].filter(
    (name) => name !== '',
  );
  return (
    <search aria-label="Files">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Search query={query} />
        <label>
          <span>Dataset</span>
          <select value={query.dataset} onChange={(event) => set({ dataset: event.currentTarget.value })}>
            <option value="">All</option>
            {datasets.sort().map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>From</span>
          <input
            type="date"
            value={query.from}
            onChange={(event) => set({ from: event.currentTarget.value })}
          />
        </label>
        <label>
          <span>To</span>
          <input type="date" value={query.to} onChange={(event) => set({ to: event.currentTarget.value })} />
        </label>
        <label>
          <span>Order</span>
          <select value={query.sort} onChange={(event) => set({ sort: event.currentTarget.value })}>
            {Object.entries(sorts).map(([sort, name]) => (
              <option key={sort} value={sort}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <StateFilter query={query} set={set} />
      </form>
    </search>
  );
}

/** The text is searched for shortly after the last letter. */
function Search({ query }: { query: ListQuery }) {
  const latest = useRef(query);
  latest.current = query;
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const search = (q: string) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(
      () => go(listAddress(latest.current, { q }), { replace: true }),
      typingMs,
    );
  };
  return (
    <label class="search">
      <span>Name</span>
      <input
        type="search"
        value={query.q}
        placeholder="a part of it"
        maxLength={1000}
        onInput={(event) => search(event.currentTarget.value)}
      />
    </label>
  );
}

/** States that can be chosen together. */
function StateFilter({ query, set }: { query: ListQuery; set(change: Partial<ListQuery>): void }) {
  const chosen = query.state.split(',').filter((state) => state !== '');
  const toggle = (states: readonly string[]) => {
    const others = chosen.filter((state) => !states.includes(state));
    set({ state: (others.length < chosen.length ? others : [...chosen, ...states]).join(',') });
  };
  const rejected = query.rejected === 'true';
  return (
    <fieldset class="chips">
      <legend class="unseen">States</legend>
      {stateGroups.map(({ name, states }) => (
        <button
          type="button"
          class="chip"
          key={name}
          aria-pressed={states.some((state) => chosen.includes(state))}
          onClick={() => toggle(states)}
        >
          {name}
        </button>
      ))}
      <button
        type="button"
        class="chip"
        aria-pressed={rejected}
        onClick={() => set({ rejected: rejected ? '' : 'true' })}
      >
        With rejects
      </button>
    </fieldset>
  );
}

function Results(props: { query: ListQuery; state: ProgressState | null; isStale: boolean }) {
  const { query, state, isStale } = props;
  const pages = usePages<FileProgress>({
    key: requestOf(query, null),
    address: (cursor) => requestOf(query, cursor),
    read: (answer) => {
      const { files, next } = answer as { files: FileProgress[]; next: string | null };
      return { items: files, next };
    },
  });
  const { items, next, isLoading, again } = pages;
  // The stream knows more of those files that it has.
  const live = new Map((state?.files ?? []).map((file) => [file.fileId, file]));
  const newer = isLoading || query.sort !== newestFirst ? 0 : newerThan(items, state, query);
  const all = next === null ? '' : 'the first ';
  const isNone = items.length === 0 && !isLoading;
  return (
    <section class="panel" aria-label="Files" aria-busy={isLoading}>
      <PanelHead
        title={isNone ? (isUnfiltered(query) ? 'No file has landed yet' : 'No file matches') : 'Files'}
        note={
          <span role="status">
            {items.length === 0 ? (isLoading ? 'Loading…' : '') : `${all}${plural(items.length, 'file')}`}
          </span>
        }
      />
      {isNone && (
        <p class="pad">
          {isUnfiltered(query) ? (
            <>
              <a href="/">Drop one on the page</a>, or into the landing folder.
            </>
          ) : (
            <>
              Choose fewer filters, or{' '}
              <a href={listAddress(listQueryOf(new URLSearchParams()))}>show all files</a>.
            </>
          )}
        </p>
      )}
      {newer > 0 && (
        <button type="button" class="more" onClick={again}>
          Show {plural(newer, 'newer file')}
        </button>
      )}
      <ul class="files ended list">
        {items.map((listed) => (
          <FileRow key={listed.fileId} file={live.get(listed.fileId) ?? listed} isStale={isStale} />
        ))}
      </ul>
      <More pages={pages} />
    </section>
  );
}

function FileRow({ file, isStale }: { file: FileProgress; isStale: boolean }) {
  return isFinished(file.state) ? <EndedFile file={file} /> : <RunningFile file={file} isStale={isStale} />;
}

/** How many files of the stream have landed after the newest of the list and belong into it. */
function newerThan(items: readonly FileProgress[], state: ProgressState | null, query: ListQuery): number {
  const newest = items[0]?.landedAt ?? '';
  const known = new Set(items.map(({ fileId }) => fileId));
  return (state?.files ?? []).filter(
    (file) => !known.has(file.fileId) && file.landedAt >= newest && isListed(file, query),
  ).length;
}
