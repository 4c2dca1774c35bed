/** The input and the output of unpacking. */
import type { ReadableStore } from '../contract.ts';

export type Compression = 'gzip' | 'zstd' | 'zip';

/** A stored object and what is known about it. */
export interface PackedFile {
  readonly storage: ReadableStore;
  readonly key: string;
  /** For messages. */
  readonly name: string;
  readonly bytes: number;
  readonly fingerprint: string;
}

/** Unpacked bytes, at most 1 MiB of them, in order. */
export interface UnpackedPiece {
  readonly bytes: Uint8Array;
  /** Name of the entry of a zip file that these belong to; '' in others. */
  readonly entry: string;
  /** Bytes of the packed file that have been read. */
  readonly packedBytes: number;
}
