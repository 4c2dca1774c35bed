/** What is looked at in a page while it streams into the landing folder. */

export interface PageWatch {
  /** Looks at the next bytes of the page, unpacked. */
  feed(bytes: Uint8Array): void;
  /** What the page contained. Throws a text, for LF_SOURCE_CONTENT, if it is not whole. */
  end(): Watched;
}

export interface Watched {
  /** Null: it is not known. */
  readonly records: number | null;
  /** The same for pages with the same records. */
  readonly hash: string;
  /** Scalars by their paths (`$.meta.next`), those that there are. */
  readonly values: ReadonlyMap<string, string | number | boolean | null>;
}

/** What is wrong with the content of a page. */
export class ContentFault extends Error {}
