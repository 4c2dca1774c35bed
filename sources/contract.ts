/** What a source is: it sees files arrive and hands each one on once, when it is whole. */

/** A file in the landing folder that has no definition, or a broken one. It is left where it is. */
export interface UnknownFile {
  /** The folder it lies in, which names no dataset that can be used. */
  readonly dataset: string;
  readonly name: string;
  readonly bytes: number;
  /** ISO 8601; when it was first seen. */
  readonly landedAt?: string;
  /** What is wrong and the command that would help. */
  readonly error: { readonly code: string; readonly message: string; readonly fix: string };
}

/** A file that is whole: take it. */
export interface Arrival {
  readonly dataset: string;
  readonly name: string;
  /** Below the landing folder, with `/`. */
  readonly key: string;
}

export interface DiscoverOptions {
  /** Absolute path of the landing folder. */
  readonly folder: string;
  readonly knows: (dataset: string) => boolean;
  /** Why the files of a dataset that is not known wait; null where there is no such dataset at all. */
  readonly waits?: (dataset: string) => string | null;
  /** Called once for each file that is whole. A throw is reported, and it is tried again after two seconds. */
  readonly onArrival: (arrival: Arrival) => Promise<void>;
  /** Called with all files that are left where they are whenever they change. */
  readonly onLeft: (files: readonly UnknownFile[]) => void;
  readonly onError: (error: unknown, key: string) => void;
  /** The folder can be looked through again, after onError without a key. */
  readonly onRecovered?: () => void;
  /** How long a file that was seen changing must be quiet, in ms. */
  readonly settleMs?: number;
  /** Time between listings, in ms. */
  readonly listMs?: number;
}

export interface Discovery {
  /** Lets a file be taken again: it changed while it was loaded. */
  release(key: string): void;
  /** Looks through the whole folder now. */
  list(): Promise<void>;
  close(): Promise<void>;
}
