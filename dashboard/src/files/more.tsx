/** The end of a list that has more: a button, which also presses itself when the reader comes near it. */
import { useEffect, useRef } from 'preact/hooks';
import { Fault } from '../notices/fault.tsx';
import type { PagesAsked } from './use-pages.ts';

/** How far below the screen the next page is asked for. */
const ahead = '400px';

export function More<T>(props: {
  pages: PagesAsked<T>;
  /** Only when the button is pressed. */
  byHand?: boolean;
}) {
  const { pages, byHand } = props;
  const { items, isLoading, refusal, more, again } = pages;
  const hasNext = pages.next !== null;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!button.current || byHand) return;
    const seen = new IntersectionObserver(([entry]) => entry.isIntersecting && more(), { rootMargin: ahead });
    seen.observe(button.current);
    return () => seen.disconnect();
  }, [hasNext, isLoading]);
  if (refusal)
    return (
      <div class="pad" role="alert">
        <Fault error={refusal} mild />
        <button type="button" class="ask" onClick={items.length > 0 ? more : again}>
          Ask again
        </button>
      </div>
    );
  if (!hasNext && !isLoading) return null;
  return (
    <button type="button" class="more" ref={button} onClick={more} aria-disabled={isLoading}>
      {isLoading ? 'Loading…' : 'Load more'}
    </button>
  );
}
