/** What a command says that was told to stop while files were in flight. */
import { plural } from '../../platform/plural.ts';
import { type FileProgress, isFinished, type ProgressState } from '../../platform/progress/progress.ts';
import { say } from '../say.ts';
import { closeInTime, type Site } from '../site.ts';
import { count, printable } from '../terminal/format.ts';

/** The exit code of a program that a person has stopped, as shells give it. */
export const stoppedCode = 130;

/** A site that a command works with. */
type Open = Pick<Site, 'close' | 'config' | 'hub'>;

/**
 * Does work with a site. If the command is told to stop meanwhile, `onStop` is called, the site is closed, `words` says
 * what is kept, and the process ends: what fails because the site closes is no news.
 */
export async function unlessStopped<T>(
  site: Open,
  signal: Promise<null>,
  work: () => Promise<T>,
  { words, onStop = () => {} }: { words(state: ProgressState): string; onStop?(): void },
): Promise<T> {
  let isOver = false;
  let isStopped = false;
  void signal.then(async () => {
    if (isOver) return;
    isStopped = true;
    onStop();
    await closeInTime(site, site.config);
    say(words(site.hub.snapshot().state));
    process.exit(stoppedCode);
  });
  try {
    return await work();
  } finally {
    if (isStopped) await new Promise(() => {});
    isOver = true;
  }
}

type Files = Pick<ProgressState, 'files'>;

/** One line of a command whose files go on with the next start of a coordinator: what is kept of them. */
export function keptWords({ files }: Files): string {
  const left = inFlight(files);
  if (left.length === 0) return 'Stopped. No file was in flight.';
  const chunks = sum(left, (file) => file.chunks);
  const kept =
    chunks === 0
      ? `Nothing of ${namesOf(left)} is loaded yet`
      : `${count(sum(left, (file) => file.chunksCommitted))} of ${plural(chunks, 'chunk')} of ${namesOf(left)} are kept`;
  return `Stopped. ${kept}. \`landfall up\` loads the rest.`;
}

/** One line of a command whose own files are given up: `own` has their numbers in the ledger. */
export function givenUpWords({ files }: Files, own: ReadonlySet<number>): string {
  const left = inFlight(files).filter(({ fileId }) => own.has(fileId));
  if (left.length === 0) return 'Stopped before anything was loaded.';
  const begun = sum(left, (file) => file.chunksCommitted) > 0;
  const again = begun ? 'takes out what was, and begins again' : 'begins again';
  const are = left.length === 1 ? 'is' : 'are';
  return `Stopped. ${namesOf(left)} ${are} not loaded. Run the same command again: it ${again}.`;
}

function inFlight(files: readonly FileProgress[]): FileProgress[] {
  return files.filter(({ state }) => state !== 'unknown' && !isFinished(state));
}

function namesOf(files: readonly FileProgress[]): string {
  if (files.length > 1) return plural(files.length, 'file');
  return printable(`${files[0].dataset}/${files[0].name}`);
}

function sum(files: readonly FileProgress[], of: (file: FileProgress) => number): number {
  return files.reduce((all, file) => all + of(file), 0);
}
