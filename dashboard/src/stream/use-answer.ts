/** An answer of the API that is asked for again when what it is about has changed, and at no other time. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, type Refusal } from './ask.ts';

export interface Answer<T> {
  /** The last one, while the next is awaited too. */
  readonly value: T | null;
  readonly refusal: Refusal | null;
  readonly isLoading: boolean;
  again(): void;
}

/** `address`: null while there is nothing to ask. `about`: a text that changes when the answer may have. */
export function useAnswer<T>(address: string | null, about: string): Answer<T> {
  const [known, setKnown] = useState<Omit<Answer<T>, 'again'>>({
    value: null,
    refusal: null,
    isLoading: address !== null,
  });
  const [times, setTimes] = useState(0);
  const before = useRef(address);
  useEffect(() => {
    if (address === null) return;
    const abort = new AbortController();
    const isSame = before.current === address;
    before.current = address;
    setKnown(({ value }) => ({ value: isSame ? value : null, refusal: null, isLoading: true }));
    ask<T>(address, abort.signal).then(
      (value) => setKnown({ value, refusal: null, isLoading: false }),
      (refusal: Refusal) => {
        if (!abort.signal.aborted) setKnown(({ value }) => ({ value, refusal, isLoading: false }));
      },
    );
    return () => abort.abort();
  }, [address, about, times]);
  return { ...known, again: () => setTimes(times + 1) };
}
