/** How many of a file's events are current. It is counted when the reader asks, and again when files end meanwhile. */
import { useEffect, useState } from 'preact/hooks';
import type { FileProgress } from '../../platform/progress/progress.ts';
import { count } from './format.ts';

/** Of the answer of `/api/files/ID`. */
interface Events {
  readonly current: number;
  readonly superseded: number;
}

/** `changed`: a text that changes whenever the events of the dataset may have changed. */
export function CurrentEvents({ file, changed }: { file: FileProgress; changed: string }) {
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
  const response = await fetch(`/api/files/${fileId}`, { signal });
  if (!response.ok) return null;
  return ((await response.json()) as { events: Events | null }).events;
}
