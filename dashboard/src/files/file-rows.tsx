/** Files in lists: one that is being loaded, one that has ended. */

import { useEffect, useState } from 'preact/hooks';
import { plural } from '../../../platform/plural.ts';
import { driftLines, driftSummary } from '../../../platform/progress/drift-words.ts';
import { linkWords } from '../../../platform/progress/link-words.ts';
import { type FileProgress, hasRate, isChecking } from '../../../platform/progress/progress.ts';
import { referenceWords } from '../../../platform/progress/reference-words.ts';
import { compact, count, duration, moment, percent, remaining, shortName, size } from '../format.ts';
import { Fault } from '../notices/fault.tsx';
import { Bar } from '../panel.tsx';

/** Dataset and name, which lead to the file's page; those of unknown datasets have none. `bare`: the name alone. */
export function FileName({ file, bare }: { file: FileProgress; bare?: boolean }) {
  const name = <b title={file.name}>{shortName(file.name)}</b>;
  return (
    <span class="file-name">
      {!bare && <span class="quiet">{file.dataset}/</span>}
      {file.fileId > 0 ? <a href={`/files/${file.fileId}`}>{name}</a> : name}
    </span>
  );
}

/** What is known of a file that fits into a line each. `brief`: why it failed is said elsewhere. */
export function FileNotes(props: { file: FileProgress; changed?: string; brief?: boolean }) {
  const { file, changed, brief } = props;
  return (
    <>
      <Link file={file} />
      <DriftNote file={file} />
      <ReferenceNote file={file} />
      <Findings file={file} />
      {file.keyed && file.state === 'done' && changed !== undefined && (
        <CurrentEvents file={file} changed={changed} />
      )}
      {file.error && !brief && !['done', 'duplicate', 'undone'].includes(file.state) && (
        <Fault error={file.error} />
      )}
    </>
  );
}

/** The file that this one comes from. */
function Link({ file }: { file: FileProgress }) {
  if (!file.link) return null;
  return (
    <p class="file-link small quiet">
      {linkWords[file.link.kind]} <a href={`/files/${file.link.fileId}`}>{file.link.name}</a>
    </p>
  );
}

/** How its columns differ from the definition's. */
function DriftNote({ file }: { file: FileProgress }) {
  if (!file.drift) return null;
  return (
    <p class="file-link small quiet" title={driftLines(file.drift).join('\n')}>
      columns: {driftSummary(file.drift)}
    </p>
  );
}

/** The versions of the reference tables that its rows are joined with. */
function ReferenceNote({ file }: { file: FileProgress }) {
  if (!file.references) return null;
  return <p class="file-link small quiet">joined with {referenceWords(file.references)}</p>;
}

/** Checks that do not hold and did not fail the file. */
function Findings({ file }: { file: FileProgress }) {
  return file.findings.map(({ name, severity, detail }) => (
    <p class={`file-link finding small ${severity === 'warn' ? 'warn' : 'quiet'}`} key={name}>
      {severity === 'warn' ? 'warning' : 'info'}, <b>{name}</b>: {detail}
    </p>
  ));
}

export const stateWords: Readonly<Record<FileProgress['state'], string>> = {
  discovered: 'waiting',
  scanning: 'scanning',
  loading: 'loading',
  finalising: 'checking',
  done: 'done',
  failed: 'failed',
  duplicate: 'duplicate',
  undone: 'undone',
  unknown: 'unknown dataset',
};

export function RunningFile({ file, isStale }: { file: FileProgress; isStale: boolean }) {
  const share = file.bytes > 0 ? file.bytesSeen / file.bytes : 0;
  const checks = isChecking(file);
  const busy = file.state === 'scanning' || checks;
  const word = checks ? 'checking' : stateWords[file.state];
  return (
    <li class="file running">
      <div class="file-line">
        <FileName file={file} />
        <span class="file-state">
          {file.state === 'loading' && !checks ? <b>{percent(share)} %</b> : word}
        </span>
      </div>
      <Bar
        label={`${file.dataset}/${file.name}: ${word}`}
        committed={file.bytesCommitted}
        seen={checks ? file.bytes : file.bytesSeen}
        total={file.bytes}
        busy={busy}
      />
      <div class="file-line small">
        <span class="facts">
          <span>
            {file.bytesSeen > 0 ? `${size(file.bytesSeen)} of ${size(file.bytes)}` : size(file.bytes)}
          </span>
          {file.chunks > 1 && (
            <span>
              {count(file.chunksCommitted)} of {plural(file.chunks, 'chunk')}
            </span>
          )}
          {file.rows.loaded > 0 && <span>{plural(file.rows.loaded, 'row')}</span>}
          {file.rows.rejected > 0 && <span class="warn">{count(file.rows.rejected)} rejected</span>}
        </span>
        <span class="facts">
          {!isStale && !checks && file.rowsPerSecond > 0 && hasRate(file.rows) && (
            <span>{compact(file.rowsPerSecond)} rows/s</span>
          )}
          {!isStale && !checks && file.etaSeconds !== null && <span>{remaining(file.etaSeconds)} left</span>}
        </span>
      </div>
      <FileNotes file={file} />
    </li>
  );
}

const endSigns: Readonly<Record<string, string>> = { done: '✓', failed: '✕', duplicate: '=', undone: '↶' };

/** One cell for each fact, empty ones included, so that the facts are aligned in columns where there is room. */
function EndFacts({ file }: { file: FileProgress }) {
  const took = Date.parse(file.finishedAt ?? '') - Date.parse(file.startedAt ?? '');
  const seconds = file.state === 'done' && took > 0 ? took / 1000 : null;
  return (
    <span class="facts small">
      <span>{endRows(file)}</span>
      <span class="warn">{file.rows.rejected > 0 && `${count(file.rows.rejected)} rejected`}</span>
      <span>{size(file.bytes)}</span>
      <span>{seconds !== null && duration(seconds)}</span>
      <span>{seconds !== null && hasRate(file.rows) && `${compact(file.rows.parsed / seconds)} rows/s`}</span>
      <span>{file.finishedAt && <time dateTime={file.finishedAt}>{moment(file.finishedAt)}</time>}</span>
    </span>
  );
}

function endRows(file: FileProgress): string {
  if (file.state === 'duplicate') return 'already loaded';
  if (file.state === 'undone') return 'removed';
  return file.state === 'failed' ? 'nothing loaded' : plural(file.rows.loaded, 'row');
}

/** `changed`: when the events of its dataset last changed; not given where they are not to be counted. */
export function EndedFile(props: { file: FileProgress; changed?: string; brief?: boolean }) {
  const { file, changed, brief } = props;
  return (
    <li class={`file end ${file.state}`}>
      <div class="file-line">
        <span class="end-name">
          <span class="sign" title={stateWords[file.state]}>
            <span aria-hidden="true">{endSigns[file.state]}</span>
            <span class="unseen">{stateWords[file.state]}: </span>
          </span>
          <FileName file={file} />
        </span>
        <EndFacts file={file} />
      </div>
      <FileNotes file={file} changed={changed} brief={brief} />
    </li>
  );
}

/** Of the answer of `/api/files/ID`. */
interface Events {
  readonly current: number;
  readonly superseded: number;
}

/**
 * How many of a file's events are current. They are counted when the reader asks, and again when files end meanwhile.
 * `changed`: a text that changes whenever the events of the dataset may have changed.
 */
function CurrentEvents({ file, changed }: { file: FileProgress; changed: string }) {
  const [isAsked, setAsked] = useState(false);
  const [answer, setAnswer] = useState<Events | 'none' | null>(null);
  useEffect(() => {
    if (!isAsked) return;
    const abort = new AbortController();
    fetchEvents(file.fileId, abort.signal).then(
      (events) => setAnswer(events ?? 'none'),
      () => abort.signal.aborted || setAnswer('none'),
    );
    return () => abort.abort();
  }, [isAsked, file.fileId, changed]);
  return (
    <p class="file-link small quiet" aria-live="polite">
      {isAsked ? (
        wordsOf(answer)
      ) : (
        <button
          type="button"
          class="ask"
          aria-label={`Count the current events of ${file.name}`}
          onClick={() => setAsked(true)}
        >
          Count current events
        </button>
      )}
    </p>
  );
}

function wordsOf(answer: Events | 'none' | null): string {
  if (answer === null) return 'counting events…';
  if (answer === 'none') return 'the events cannot be counted now';
  return `events: ${count(answer.current)} current, ${count(answer.superseded)} superseded`;
}

async function fetchEvents(fileId: number, signal: AbortSignal): Promise<Events | null> {
  const response = await fetch(`/api/files/${fileId}?without=chunks`, { signal });
  if (!response.ok) return null;
  return ((await response.json()) as { events: Events | null }).events;
}
