/** Where the live runs of a source stand, in words. */
import type { CompiledSource } from '../../model/compiled-source.ts';

/** Of each kind: what its fetcher keeps as a cursor (Settled.cursor). */
const words: { readonly [Kind in CompiledSource['kind']]: (cursor: Cursor) => string | null } = {
  http({ etag, modified }) {
    if (modified) return `unchanged since ${modified}`;
    return etag ? `version ${etag}` : null;
  },
  // What has been taken is marked object by object.
  s3: () => null,
  postgres: ({ from }) => (from ? `next from ${from.replace(/\+00$/, '')}` : null),
};

type Cursor = Readonly<Partial<Record<'etag' | 'modified' | 'from', string | null>>>;

/** Null: the source stands nowhere yet, or there is nothing to say. */
export function cursorWords(kind: CompiledSource['kind'], cursor: unknown): string | null {
  return typeof cursor === 'object' && cursor !== null ? words[kind](cursor) : null;
}
