/** A store is a folder or a prefix of an S3 bucket. One conformance suite tests both implementations. */

/** A stored object, with a cheap fingerprint that changes when its bytes do. */
export interface StoredObject {
  /** The key, relative to the store's root and separated by `/`. */
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** Changes whenever the content may have changed: `size-mtime-inode`, or the ETag. */
  readonly fingerprint: string;
}

/** Part of an object. */
export interface ReadRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Throws LF_FILE_CHANGED if the object has another fingerprint. */
  readonly fingerprint?: string;
  /** Allows the bytes to be overwritten by the next read, so that reading a large range leaves no garbage. */
  readonly reuse?: boolean;
}

/**
 * The readable half of a store: a landing folder, an archive, or whatever a source offers. Keys are relative,
 * separated by `/`, and never escape the root: absolute keys, `..`, and symbolic links that lead outside are rejected
 * with LF_KEY_OUTSIDE. Errors have codes (LF_STORAGE…) and contain the store's address.
 */
export interface ReadableStore {
  readonly url: string;
  list(prefix?: string): AsyncIterable<StoredObject>;
  /** Null if the object does not exist. */
  stat(key: string): Promise<StoredObject | null>;
  /** `stat` for many keys, in order. */
  stats(keys: readonly string[]): Promise<(StoredObject | null)[]>;
  /** The bytes of the range in order, at most 1 MiB at a time. */
  read(key: string, range: ReadRange): AsyncIterable<Uint8Array>;
}

/** A store that can also be written to. */
export interface Storage extends ReadableStore {
  /**
   * Writes a whole object. It becomes visible only when complete: staged and renamed, or one PUT or multipart upload.
   * With `lasting: false`, it need not survive a power failure.
   */
  writer(key: string, options?: { readonly lasting?: boolean }): Promise<StorageWriter>;
  put(key: string, body: Uint8Array | string): Promise<void>;
  /**
   * Stages many small objects, so that `publish` can make them visible quickly. The bodies must not change until
   * then.
   */
  stage(objects: readonly { readonly key: string; readonly body: Uint8Array }[]): Promise<Staged>;
  /** With a fingerprint, deletes only an object that has it, if the store can tell. */
  delete(key: string, fingerprint?: string): Promise<void>;
  /**
   * Moves an object within one store or from another one. Across devices and stores, it copies and deletes. With a
   * fingerprint, throws LF_FILE_CHANGED if the object has another one.
   */
  moveFrom(source: Storage, sourceKey: string, key: string, fingerprint?: string): Promise<void>;
  /**
   * `moveFrom` for many. Returns true for each object that was moved. Moved objects are durable when the promise
   * settles.
   */
  moveAllFrom(source: Storage, moves: readonly Move[]): Promise<boolean[]>;
  /**
   * If the store has uploads that may be left unfinished: drops those of objects below `folder`, which ends with `/`,
   * to which nothing was added since `before`. Returns how many there were.
   */
  dropUploads?(folder: string, before: Date): Promise<number>;
  /** If the store has folders: the names of those directly below `folder`, which ends with `/`. */
  folders?(folder: string): Promise<string[]>;
  /** If the store has folders: removes an empty one. Ignores a folder that is not empty or does not exist. */
  removeFolder?(folder: string): Promise<void>;
  /** For a store that may be a mount point. */
  readonly mark?: StoreMark;
}

/** A mark at the root of a lake, which tells it from the empty mount point of its disk. */
export interface StoreMark {
  isThere(): boolean;
  /** Writes it. May be repeated. */
  make(): Promise<void>;
  /** From now on, listing and writing fail with LF_LAKE_MISSING while the mark is missing. */
  require(): void;
  /** The error that says that it is missing. */
  missing(): Error;
}

/** The key of an object in the store that it is moved from, and in the store that it is moved to. */
export interface Move {
  readonly sourceKey: string;
  readonly key: string;
  /** Move only the object with this fingerprint. */
  readonly fingerprint?: string;
}

/** Objects that have been written but are not visible yet. */
export interface Staged {
  /** Makes each object visible under its key, replacing an older one. They are durable when the promise settles. */
  publish(): Promise<void>;
  /** Discards the objects. Does not fail. */
  discard(): Promise<void>;
}

export interface StorageWriter {
  /** The caller may reuse the memory of `bytes` as soon as the promise settles. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the object visible under its key, replacing an older one. */
  commit(): Promise<void>;
  /** Discards what was written. */
  abort(): Promise<void>;
}
