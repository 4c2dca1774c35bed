/** A store: a folder, or a prefix of an S3 bucket. Two implementations, one conformance suite. */

/** A stored object and the cheap identity that changes when its bytes do. */
export interface StoredObject {
  /** Key relative to the store's root, with `/`. */
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** Changes whenever the content may have: `size-mtime-inode` or the ETag. */
  readonly fingerprint: string;
}

/** Part of an object. */
export interface ReadRange {
  readonly start: number;
  /** Not included. */
  readonly end: number;
  /** Fails with LF_FILE_CHANGED if the object has another one. */
  readonly fingerprint?: string;
  /** The bytes may be overwritten when the next ones are read: large ranges then leave no garbage. */
  readonly reuse?: boolean;
}

/**
 * What can be read: a landing folder, an archive, whatever a source offers. Keys are relative, `/`-separated
 * and never leave the root: absolute keys, `..`, and symbolic links that lead out are refused (LF_KEY_OUTSIDE).
 * What fails is named: LF_STORAGE… with the store's address.
 */
export interface ReadableStore {
  readonly url: string;
  list(prefix?: string): AsyncIterable<StoredObject>;
  /** Null where there is none. */
  stat(key: string): Promise<StoredObject | null>;
  /** `stat` of many, in their order. */
  stats(keys: readonly string[]): Promise<(StoredObject | null)[]>;
  /** Bytes of the range in order, at most 1 MiB at a time. */
  read(key: string, range: ReadRange): AsyncIterable<Uint8Array>;
}

/** A store that can also be written. */
export interface Storage extends ReadableStore {
  /** Writes a whole object, visible only when complete: staged and renamed, or one PUT/multipart. */
  writer(key: string): Promise<StorageWriter>;
  put(key: string, body: Uint8Array | string): Promise<void>;
  /** Stages many small objects, so that `publish` can make them visible quickly. The bodies may not change until then. */
  stage(objects: readonly { readonly key: string; readonly body: Uint8Array }[]): Promise<Staged>;
  /** With a fingerprint: only the object that has it, where the store can tell. */
  delete(key: string, fingerprint?: string): Promise<void>;
  /**
   * Moves within one store, or from another; falls back to copy and delete across devices and stores. With a
   * fingerprint: LF_FILE_CHANGED where the object has another one.
   */
  moveFrom(source: Storage, sourceKey: string, key: string, fingerprint?: string): Promise<void>;
  /** `moveFrom` for many: true for each that was moved. The moved ones are durable when the promise settles. */
  moveAllFrom(source: Storage, moves: readonly Move[]): Promise<boolean[]>;
  /** Where a store has folders: the names of those right below one, which ends with `/`. */
  folders?(folder: string): Promise<string[]>;
  /** Where a store has folders: removes one that is empty. One that is not, or is not there, is left. */
  removeFolder?(folder: string): Promise<void>;
}

/** An object's key in the store that it comes from, and in the one that it goes to. */
export interface Move {
  readonly sourceKey: string;
  readonly key: string;
  /** Only the object that has it. */
  readonly fingerprint?: string;
}

/** Objects that are written and not visible yet. */
export interface Staged {
  /** Makes each visible under its key, replacing an older one. They are durable when it settles. */
  publish(): Promise<void>;
  /** Drops them. Does not fail. */
  discard(): Promise<void>;
}

export interface StorageWriter {
  /** The caller may use the memory of `bytes` again as soon as the promise settles. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the object visible under its key, replacing an older one of that name. */
  commit(): Promise<void>;
  /** Drops what was written. */
  abort(): Promise<void>;
}
