/** The contract of a source: it detects files that arrive, and passes each on once, when it is complete. */

/** A file in the landing folder whose definition is missing or broken. It is left where it is. */
export interface UnknownFile {
  /** The folder it is in, which is not the name of a usable dataset. */
  readonly dataset: string;
  readonly name: string;
  readonly bytes: number;
  /** When it was first seen, in ISO 8601. */
  readonly landedAt?: string;
  /** What is wrong, and the command that would fix it. */
  readonly error: { readonly code: string; readonly message: string; readonly fix: string };
}

/** A complete file, ready to be loaded. */
export interface Arrival {
  readonly dataset: string;
  readonly name: string;
  /** Path relative to the landing folder, with `/`. */
  readonly key: string;
}

export interface DiscoverOptions {
  /** The absolute path of the landing folder. */
  readonly folder: string;
  readonly knows: (dataset: string) => boolean;
  /** Why files of an unusable dataset wait; null if there is no such dataset. */
  readonly waits?: (dataset: string) => string | null;
  /** Called once for each complete file. If it throws, the error is reported and it is called again after 2 s. */
  readonly onArrival: (arrival: Arrival) => Promise<void>;
  /** Called with all files that are left where they are, whenever they change. */
  readonly onLeft: (files: readonly UnknownFile[]) => void;
  /** Called once for each entry that is ignored because of its name, and has not changed for a minute. */
  readonly onIgnored?: (key: string) => void;
  readonly onError: (error: unknown, key: string) => void;
  /** Called when the folder can be listed again, after onError without a key. */
  readonly onRecovered?: () => void;
  /** How long a file that was seen changing must remain unchanged, in ms. */
  readonly settleMs?: number;
  /** Time between listings, in ms. */
  readonly listMs?: number;
}

export interface Discovery {
  /** Allows a file to be passed on again because it changed while it was loaded. */
  release(key: string): void;
  /** Lists the whole folder now. */
  list(): Promise<void>;
  close(): Promise<void>;
}
