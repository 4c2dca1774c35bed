/** The head of a file's page: its name and state, how far it is, and its figures. */
import { plural } from '../../../platform/plural.ts';
import { type FileProgress, hasRate, isChecking } from '../../../platform/progress/progress.ts';
import { FileNotes, stateWords } from '../files/file-rows.tsx';
import { compact, count, duration, percent, remaining, size } from '../format.ts';
import { isRunning } from '../live/summary.ts';
import { Bar, Figure } from '../panel.tsx';
import { addressOf } from '../route.ts';

/** `about`: changes whenever the events of its dataset may have changed. */
export function FileSummary(props: { file: FileProgress; isStale: boolean; about: string }) {
  const { file, isStale, about } = props;
  const runs = isRunning(file);
  const checks = isChecking(file);
  const word = checks ? 'checking' : stateWords[file.state];
  const share = file.bytes > 0 ? file.bytesSeen / file.bytes : 0;
  return (
    <section class="summary" aria-label="File">
      <div class="headline">
        <h1>
          <a class="quiet" href={addressOf('/files', { dataset: file.dataset })}>
            {file.dataset}/
          </a>
          {file.name}
        </h1>
        {file.state === 'loading' && !checks ? (
          <span class="share">{percent(share)} %</span>
        ) : (
          <span class={`state ${file.state}`}>{word}</span>
        )}
      </div>
      <p class="unseen" role="status">
        {word}
      </p>
      {runs && (
        <Bar
          label={`${file.name}: ${word}`}
          committed={file.bytesCommitted}
          seen={checks ? file.bytes : file.bytesSeen}
          total={file.bytes}
          busy={file.state === 'scanning' || checks}
          thin
        />
      )}
      <dl class="figures">
        <Figure
          name="Rows loaded"
          value={count(file.rows.loaded)}
          note={file.rows.parsed > 0 ? `of ${count(file.rows.parsed)}` : undefined}
          strong={file.rows.loaded > 0}
        />
        <Figure
          name="Rejected rows"
          value={count(file.rows.rejected)}
          warn={file.rows.rejected > 0}
          note={file.rows.deduplicated > 0 ? `${count(file.rows.deduplicated)} deduplicated` : undefined}
        />
        <Figure name="Rows per second" {...rateOf(file, isStale)} />
        <Figure name={runs ? 'Time left' : 'Took'} value={timeOf(file, isStale)} />
        <Figure
          name="Size"
          value={size(file.bytes)}
          note={runs && file.bytesCommitted > 0 ? `${size(file.bytesCommitted)} committed` : undefined}
        />
        <Figure
          name="Chunks"
          value={count(runs ? file.chunksCommitted : file.chunks)}
          note={runs && file.chunks > 0 ? `of ${count(file.chunks)}` : plural(file.parts, 'part')}
        />
      </dl>
      <FileNotes file={file} changed={about} />
    </section>
  );
}

function took(file: FileProgress): number {
  return (Date.parse(file.finishedAt ?? '') - Date.parse(file.startedAt ?? '')) / 1000;
}

/** Now, while it is being loaded; of the whole load, once it is done. */
function rateOf(file: FileProgress, isStale: boolean): { value: string; strong?: boolean } {
  if (!hasRate(file.rows)) return { value: '–' };
  if (file.state === 'loading' && !isChecking(file) && !isStale)
    return { value: compact(file.rowsPerSecond), strong: file.rowsPerSecond > 0 };
  return { value: file.state === 'done' && took(file) > 0 ? compact(file.rows.parsed / took(file)) : '–' };
}

function timeOf(file: FileProgress, isStale: boolean): string {
  if (isRunning(file))
    return !isStale && !isChecking(file) && file.etaSeconds !== null ? remaining(file.etaSeconds) : '–';
  return file.startedAt !== null && took(file) > 0 ? duration(took(file)) : '–';
}
