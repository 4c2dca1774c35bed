/** Pages of a list that is longer than anyone reads: each is asked for when the reader comes to it, and never again. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, type Refusal } from '../stream/ask.ts';

interface Page<T> {
  readonly items: readonly T[];
  /** The cursor of the page after these; null: there is none. */
  readonly next: string | null;
}

/** What is known of a list. */
export interface Pages<T> extends Page<T> {
  readonly isLoading: boolean;
  readonly refusal: Refusal | null;
}

/** A list with what asks for more of it. */
export interface PagesAsked<T> extends Pages<T> {
  /** Asks for the next page. */
  more(): void;
  /** Asks for the first page again. */
  again(): void;
}

/** Lists as they were left, so that a reader who comes back finds the place again. */
const kept = new Map<string, Pages<unknown>>();
const keptMost = 8;

/**
 * The list whose first page has the address `key`. A component that shows another list needs another key itself.
 * `address`: of the page after a cursor. `read`: the page that an answer is.
 */
export function usePages<T>(options: {
  key: string;
  address(cursor: string): string;
  read(answer: unknown): Page<T>;
}): PagesAsked<T> {
  const { key, address, read } = options;
  const [pages, setPages] = useState<Pages<T>>(
    () => (kept.get(key) as Pages<T>) ?? { items: [], next: null, isLoading: true, refusal: null },
  );
  const asking = useRef<AbortController | null>(null);
  const load = (from: string, before: readonly T[]) => {
    asking.current?.abort();
    const abort = new AbortController();
    asking.current = abort;
    setPages((now) => ({ ...now, isLoading: true, refusal: null }));
    ask(from, abort.signal).then(
      (answer) => {
        const { items, next } = read(answer);
        const all = { items: [...before, ...items], next, isLoading: false, refusal: null };
        keep(key, all);
        setPages(all);
      },
      (refusal: Refusal) => {
        if (!abort.signal.aborted) setPages((now) => ({ ...now, isLoading: false, refusal }));
      },
    );
  };
  useEffect(() => {
    if (!kept.has(key)) load(key, []);
    return () => asking.current?.abort();
  }, [key]);
  return {
    ...pages,
    more: () => {
      if (pages.next !== null && !pages.isLoading) load(address(pages.next), pages.items);
    },
    again: () => load(key, []),
  };
}

function keep(key: string, pages: Pages<unknown>): void {
  kept.delete(key);
  kept.set(key, pages);
  if (kept.size > keptMost) kept.delete(kept.keys().next().value!);
}
