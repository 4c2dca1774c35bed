/** The headline, the title and the lists of files, computed from the state. */
import { plural } from '../../../platform/plural.ts';
import {
  type FileProgress,
  isChecking,
  isFinished,
  type ProgressState,
} from '../../../platform/progress/progress.ts';
import { count, duration, percent, remaining } from '../format.ts';

export function isRunning(file: FileProgress): boolean {
  return !isFinished(file.state) && file.state !== 'unknown';
}

export interface Summary {
  readonly running: readonly FileProgress[];
  readonly ended: readonly FileProgress[];
  readonly unknown: readonly FileProgress[];
  /** The share of the current run that is committed or in flight, 0…1; null if nothing runs. */
  readonly share: number | null;
  readonly etaSeconds: number | null;
  readonly headline: string;
  /** The file that ended last, for screen readers. It changes only when another file ends. */
  readonly news: string;
  readonly title: string;
}

/** `isStale`: nothing is known of now, so nothing is said about the time left. */
export function summarise(state: ProgressState, isStale = false): Summary {
  const running = state.files.filter(isRunning).sort((a, b) => a.fileId - b.fileId);
  const ended = state.files
    .filter((file) => isFinished(file.state))
    .sort((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? '') || b.fileId - a.fileId);
  const unknown = state.files.filter((file) => file.state === 'unknown');
  const run = presentRun(running, ended);
  const etaSeconds = isStale || run === null ? null : timeLeft(running, run, state.totals.bytesPerSecond);
  const share = run && run.bytes > 0 ? run.bytesSeen / run.bytes : null;
  return {
    running,
    ended,
    unknown,
    share,
    etaSeconds,
    news: ended.length > 0 ? `${ended[0].name}: ${ended[0].state}` : '',
    headline: headline(state, running, etaSeconds),
    title: title(state, running, share),
  };
}

/** `No news for 12 s`. */
export function noNews(silentMs: number): string {
  const seconds = Math.floor(silentMs / 1000);
  return `No news for ${seconds < 60 ? `${seconds} s` : duration(seconds)}`;
}

/** Of one file what the server says; of several what the rate of all gives. Null while nothing is read. */
function timeLeft(
  running: readonly FileProgress[],
  run: { bytes: number; bytesSeen: number },
  bytesPerSecond: number,
): number | null {
  if (running.every(isChecking)) return null;
  if (running.length === 1) return running[0].etaSeconds;
  const left = run.bytes - run.bytesSeen;
  return bytesPerSecond > 0 && left > 0 ? left / bytesPerSecond : null;
}

/** The bytes of running files, and of those that ended since the oldest running one landed. */
function presentRun(
  running: readonly FileProgress[],
  ended: readonly FileProgress[],
): { bytes: number; bytesSeen: number } | null {
  if (running.length === 0) return null;
  let bytes = 0;
  let bytesSeen = 0;
  let since = running[0].landedAt;
  for (const file of running) {
    if (file.landedAt < since) since = file.landedAt;
    bytes += file.bytes;
    bytesSeen += file.bytesSeen;
  }
  for (const file of ended) {
    if ((file.finishedAt ?? '') < since) continue;
    bytes += file.bytes;
    bytesSeen += file.bytes;
  }
  return { bytes, bytesSeen };
}

function headline(state: ProgressState, running: readonly FileProgress[], etaSeconds: number | null): string {
  if (running.length > 0) {
    const left = etaSeconds === null ? '' : `, about ${remaining(etaSeconds)} left`;
    const what = running.length === 1 ? running[0].name : plural(running.length, 'file');
    return `${running.every(isChecking) ? 'Checking' : 'Loading'} ${what}${left}`;
  }
  if (state.totals.files === 0) return 'Waiting for the first file';
  const failed = state.totals.filesFailed > 0 ? `, ${count(state.totals.filesFailed)} failed` : '';
  return `All done: ${plural(state.totals.filesDone, 'file')} loaded${failed}`;
}

function title(state: ProgressState, running: readonly FileProgress[], share: number | null): string {
  if (running.length > 0) return `${percent(share ?? 0)} % · Landfall`;
  if (state.totals.files === 0) return 'Landfall';
  return state.totals.filesFailed > 0
    ? `Done, ${count(state.totals.filesFailed)} failed · Landfall`
    : 'Done · Landfall';
}
