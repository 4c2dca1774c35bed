/** Limits for compressed files. A small file that unpacks to an enormous one is not data. */
import { LandfallError } from '../../errors/errors.ts';

/** The most unpacked bytes of one file. */
export const unpackedBytesMost = 1024 ** 4;
/** The most unpacked bytes per packed byte. Not checked below a minimum size. */
export const ratioMost = 500;
export const ratioFromBytes = 64 * 1024 * 1024;
/** The most entries of a zip file, and the most bytes of its directory. */
export const entriesMost = 10_000;
export const directoryBytesMost = 16 * 1024 * 1024;

/** Counts the unpacked bytes of one file. */
export class UnpackMeter {
  unpacked = 0;
  private readonly file: { readonly name: string; readonly bytes: number };

  constructor(file: { readonly name: string; readonly bytes: number }) {
    this.file = file;
  }

  /** Throws LF_UNPACK_LIMIT. */
  add(bytes: number): void {
    this.unpacked += bytes;
    const { name, bytes: packed } = this.file;
    if (this.unpacked > unpackedBytesMost) {
      const limit = `${unpackedBytesMost} bytes`;
      throw new LandfallError('LF_UNPACK_LIMIT', { file: name, what: 'it unpacks to more', limit });
    }
    if (this.unpacked > ratioFromBytes && this.unpacked > ratioMost * packed) {
      const limit = `${ratioMost} times its size`;
      throw new LandfallError('LF_UNPACK_LIMIT', { file: name, what: 'it unpacks to more', limit });
    }
  }
}
