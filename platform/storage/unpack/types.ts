/** The input and the output of unpacking. */
import type { ReadableStore } from '../contract.ts';

export type Compression = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'zip';

/** A stored object and what is known about it. */
export interface PackedFile {
  readonly storage: ReadableStore;
  readonly key: string;
  /** Used in messages. */
  readonly name: string;
  readonly bytes: number;
  readonly fingerprint: string;
  /** What it may unpack to. Default: 100 GiB. */
  readonly unpackedBytesMost?: number;
  /**
   * Called with each piece of the packed file from its start, as it is read. What follows the last member is not always
   * read. Not called for zip files, which are not read in order.
   */
  readonly onRead?: (packed: Uint8Array) => void;
}

/** At most 1 MiB of unpacked bytes, in order. */
export interface UnpackedPiece {
  /** They are the caller's: no later piece overwrites them. */
  readonly bytes: Uint8Array;
  /** The name of the zip entry that the bytes belong to. Empty for other formats. */
  readonly entry: string;
  /** The number of bytes of the packed file that have been read. */
  readonly packedBytes: number;
}
