/** When answers about a dataset are asked for again: after a change, and after many changes when the reader asks. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isFinished, type ProgressState } from '../../../platform/progress/progress.ts';

/** Changes that come faster than this after each other wait for the reader, in ms: the answers are long. */
const stepMs = 5000;

/** A text that changes when files of a dataset have ended or were undone; null before the server's first word. */
export function changesOf(state: ProgressState | null, dataset: string): string | null {
  if (state === null) return null;
  const own = state.files.filter((file) => file.dataset === dataset && isFinished(file.state));
  const latest = own.map(({ finishedAt }) => finishedAt ?? '').sort();
  const undone = own.filter((file) => file.state === 'undone');
  return `${latest.at(-1) ?? ''} ${undone.length}`;
}

/** `held`: the changes that are shown. `isOld`: there are newer ones. */
export function useHeld(changes: string | null): { held: string | null; isOld: boolean; renew(): void } {
  const [held, setHeld] = useState(changes);
  const askedAt = useRef(Date.now());
  const renew = () => {
    askedAt.current = Date.now();
    setHeld(changes);
  };
  useEffect(() => {
    if (changes !== held && (held === null || Date.now() - askedAt.current > stepMs)) renew();
  }, [changes]);
  return { held, isOld: held !== null && changes !== held, renew };
}
