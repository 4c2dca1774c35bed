/** Limits for compressed files. A small file that unpacks to an enormous one is not data. */
import { LandfallError } from '../../errors/errors.ts';
import type { PackedFile } from './types.ts';

/** Unpacked bytes of one file, where the settings do not say (LANDFALL_UNPACKED_BYTES): 100 GiB. */
export const unpackedBytesDefault = 100 * 1024 ** 3;
/** The most unpacked bytes per packed byte. Not checked below a minimum size. */
export const ratioMost = 500;
export const ratioFromBytes = 64 * 1024 * 1024;
/** The most entries of a zip file, and the most bytes of its directory. */
export const entriesMost = 10_000;
export const directoryBytesMost = 16 * 1024 * 1024;

/** Counts the unpacked bytes of one file. */
export class UnpackMeter {
  unpacked = 0;
  private readonly file: MeteredFile;

  constructor(file: MeteredFile) {
    this.file = file;
  }

  /** Throws LF_UNPACK_SIZE, LF_UNPACK_LIMIT. */
  add(bytes: number): void {
    this.unpacked += bytes;
    const { name, bytes: packed } = this.file;
    refuseLarge(this.file, this.unpacked);
    if (this.unpacked > ratioFromBytes && this.unpacked > ratioMost * packed) {
      const limit = `${ratioMost} times its size`;
      throw new LandfallError('LF_UNPACK_LIMIT', { file: name, what: 'it unpacks to more', limit });
    }
  }
}

type MeteredFile = Pick<PackedFile, 'name' | 'bytes' | 'unpackedBytesMost'>;

/** Throws LF_UNPACK_SIZE if the file has more unpacked bytes than one may have. */
export function refuseLarge({ name, unpackedBytesMost }: MeteredFile, unpacked: number): void {
  const most = unpackedBytesMost ?? unpackedBytesDefault;
  if (unpacked > most) throw new LandfallError('LF_UNPACK_SIZE', { file: name, most });
}
