/**
 * Notifications of the browser when a file ends, for who has asked for them with a click. The choice is remembered in
 * this browser. Each file is told of once at most, and many that end together are one notification.
 */
import { plural } from '../../../platform/plural.ts';
import type { FileProgress, ProgressMessage, ProgressState } from '../../../platform/progress/progress.ts';
import { addressOf } from '../route.ts';

/** `blocked`: the browser does not let this page notify. `absent`: it cannot notify, or only pages with TLS can. */
export type NotifyChoice = 'on' | 'off' | 'blocked' | 'absent';

/** What is told of a file that has ended. */
type Ended = Pick<FileProgress, 'fileId' | 'dataset' | 'name' | 'state' | 'rows' | 'error'>;

export interface FileNotification {
  readonly title: string;
  readonly body: string;
  /** Where it leads. */
  readonly path: string;
}

const storageKey = 'landfall-notify';

/** Files that end within this time are one notification, in ms. */
const gatherMs = 1000;

/** Another one follows after this time at the earliest, in ms: a thousand small files are a few notifications. */
const pauseMs = 10_000;

/** More than so many files are counted, not named. */
const namedMost = 3;

/**
 * The files whose end is news. A snapshot has files that ended long ago: only those are news that this page has seen
 * unfinished. `before`: null where this page has seen nothing.
 */
export function endedIn(
  message: ProgressMessage,
  before: Pick<ProgressState, 'files'> | null,
): readonly Ended[] {
  const isSnapshot = message.type === 'snapshot';
  const ended = (isSnapshot ? message.state.files : (message.files ?? [])).filter(hasEnded);
  if (ended.length === 0 || before === null) return [];
  const known = new Map(before.files.map((file) => [file.fileId, file]));
  return ended.filter(({ fileId }) => {
    const file = known.get(fileId);
    return file === undefined ? !isSnapshot : !hasEnded(file);
  });
}

function hasEnded({ state }: Pick<FileProgress, 'state'>): boolean {
  return state === 'done' || state === 'failed';
}

/** One notification for all that have ended: at least one. Failed files come first. */
export function notificationOf(ended: readonly Ended[]): FileNotification {
  const failed = ended.filter(({ state }) => state === 'failed');
  const sorted = [...failed, ...ended.filter(({ state }) => state !== 'failed')];
  const [{ fileId, state, rows, error }] = sorted;
  const names = sorted.slice(0, namedMost).map(({ dataset, name }) => `${dataset}/${name}`);
  if (ended.length === 1) {
    const rejects = rows.rejected > 0 ? `, ${plural(rows.rejected, 'reject')}` : '';
    const title = `${names[0]} ${state === 'failed' ? 'failed' : 'is done'}`;
    const body = state === 'failed' ? (error?.message ?? '') : `${plural(rows.loaded, 'row')}${rejects}`;
    return { title, body, path: `/files/${fileId}` };
  }
  const done = ended.length - failed.length;
  const words = [
    failed.length > 0 && `${plural(failed.length, 'file')} failed`,
    done > 0 && `${plural(done, 'file')} done`,
  ];
  const more = ended.length > namedMost ? ` and ${ended.length - namedMost} more` : '';
  const path = addressOf('/files', { state: failed.length > 0 ? 'failed' : 'done' });
  return { title: words.filter(Boolean).join(', '), body: `${names.join(', ')}${more}`, path };
}

/** What the reader has chosen, as far as the browser lets them. */
export function notifyChoice(): NotifyChoice {
  if (!window.isSecureContext || !('Notification' in window)) return 'absent';
  if (Notification.permission === 'denied') return 'blocked';
  return wanted() && Notification.permission === 'granted' ? 'on' : 'off';
}

/** To be called on a click alone, because the browser may ask the reader. Returns the choice after it. */
export async function chooseNotify(isWanted: boolean): Promise<NotifyChoice> {
  if (isWanted && Notification.permission === 'default') await Notification.requestPermission();
  chosen = isWanted;
  try {
    localStorage.setItem(storageKey, isWanted ? 'on' : 'off');
  } catch {
    // Storage may be forbidden. The choice then lasts until the page is closed.
  }
  return notifyChoice();
}

/** The choice on this page; null: it has none of its own, and the stored one holds. */
let chosen: boolean | null = null;

function wanted(): boolean {
  if (chosen !== null) return chosen;
  try {
    return localStorage.getItem(storageKey) === 'on';
  } catch {
    return false;
  }
}

let waiting: Ended[] = [];
/** A notification comes. */
let isDue = false;
let shownAt = Number.NEGATIVE_INFINITY;

/** Notifies of files that have ended, if the reader has chosen that. */
export function notify(ended: readonly Ended[]): void {
  if (ended.length === 0 || notifyChoice() !== 'on') return;
  waiting.push(...ended);
  if (isDue) return;
  isDue = true;
  window.setTimeout(show, Math.max(gatherMs, shownAt + pauseMs - performance.now()));
}

function show(): void {
  isDue = false;
  shownAt = performance.now();
  const { title, body, path } = notificationOf(waiting);
  waiting = [];
  try {
    // Another page of this browser has the same news: with the same tag, it takes the place of this one.
    const shown = new Notification(title, { body, tag: `landfall ${title}`, icon: '/assets/landfall.svg' });
    shown.onclick = () => {
      window.focus();
      location.assign(path);
      shown.close();
    };
  } catch {
    // Some browsers of phones notify through a service worker alone, which this page has not.
  }
}
