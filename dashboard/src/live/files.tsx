/** Files: first those in flight, then those that have ended. Those of unknown datasets need a person (notices/). */

import { plural } from '../../../platform/plural.ts';
import type { FileProgress, Totals } from '../../../platform/progress/progress.ts';
import { EndedFile, FileName, RunningFile, stateWords } from '../files/file-rows.tsx';
import { count, percent, size } from '../format.ts';
import { Bar, PanelHead, useShortList } from '../panel.tsx';
import { addressOf } from '../route.ts';
import type { Summary } from './summary.ts';

/** The number of ended files that are shown until the reader asks for more. */
const shortList = 15;
/** So many running files are drawn with all that is known of them; more are drawn as one line each, by dataset. */
const fewRunning = 12;
/** Lines of a dataset. */
const linesMost = 15;

export function Files(props: { summary: Summary; totals: Totals; isStale: boolean }) {
  const { summary, totals, isStale } = props;
  const { running, ended } = summary;
  const { shown, more } = useShortList(ended, shortList, 'file');
  return (
    <section class="panel" aria-label="Files">
      <PanelHead
        title="Files"
        note={
          <>
            <a href="/files">{plural(totals.files, 'file')}</a>, {size(totals.bytes)}
          </>
        }
      />
      {running.length > fewRunning ? (
        [...byDataset(running)].map(([dataset, files]) => (
          <RunningGroup key={dataset} dataset={dataset} files={files} />
        ))
      ) : (
        <ul class="files">
          {running.map((file) => (
            <RunningFile key={file.fileId} file={file} isStale={isStale} />
          ))}
        </ul>
      )}
      {ended.length > 0 && (
        <ul class="files ended">
          {shown.map((file) => (
            <EndedFile key={file.fileId} file={file} changed={lastEnd(ended, file.dataset)} brief />
          ))}
        </ul>
      )}
      {more}
    </section>
  );
}

function byDataset(files: readonly FileProgress[]): ReadonlyMap<string, readonly FileProgress[]> {
  const groups = new Map<string, FileProgress[]>();
  for (const file of files) groups.set(file.dataset, [...(groups.get(file.dataset) ?? []), file]);
  return groups;
}

/** Many files of a dataset that are in flight: their sum, and a line for each of those that are furthest. */
function RunningGroup({ dataset, files }: { dataset: string; files: readonly FileProgress[] }) {
  const sum = (of: (file: FileProgress) => number) => files.reduce((all, file) => all + of(file), 0);
  const [bytes, seen] = [sum((file) => file.bytes), sum((file) => file.bytesSeen)];
  const furthest = [...files].sort((a, b) => b.bytesSeen - a.bytesSeen || a.fileId - b.fileId);
  const more = files.length - linesMost;
  const all = addressOf('/files', { dataset, state: 'discovered,scanning,loading,finalising' });
  return (
    <div class="file group">
      <div class="file-line">
        <b>{dataset}</b>
        <span class="file-state">
          <a href={all}>{plural(files.length, 'file')}</a> in flight, {size(bytes)}, {percent(seen / bytes)} %
        </span>
      </div>
      <Bar
        label={`${dataset}: ${plural(files.length, 'file')}`}
        committed={sum((file) => file.bytesCommitted)}
        seen={seen}
        total={bytes}
      />
      <ul class="lines">
        {furthest.slice(0, linesMost).map((file) => (
          <li class="line small" key={file.fileId}>
            <FileName file={file} bare />
            <Bar
              label={`${file.dataset}/${file.name}`}
              committed={file.bytesCommitted}
              seen={file.bytesSeen}
              total={file.bytes}
              thin
            />
            <span class="quiet">
              {file.state === 'loading'
                ? `${percent(file.bytesSeen / file.bytes)} %`
                : stateWords[file.state]}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p class="small quiet">
          and <a href={all}>{count(more)} more</a>
        </p>
      )}
    </div>
  );
}

/** When a file of the dataset last ended or was undone. */
function lastEnd(ended: readonly FileProgress[], dataset: string): string {
  return ended.find((file) => file.dataset === dataset)?.finishedAt ?? '';
}
