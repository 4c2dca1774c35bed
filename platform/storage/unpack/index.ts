/**
 * Unpacks compressed files while they are read: gzip (any number of members), zstd, bzip2, xz and zip. The format is
 * recognised by the first bytes of the file, not by its name.
 */
import { unpackStream } from './stream.ts';
import type { Compression, PackedFile, UnpackedPiece } from './types.ts';
import { unpackZip } from './zip.ts';

export type { Compression, PackedFile, UnpackedPiece } from './types.ts';

const starts: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  // 'BZh' alone may begin a text. The magic of a block, or of the end, follows it.
  ...[0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39].flatMap((level) => [
    ['bzip2', [0x42, 0x5a, 0x68, level, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]] as const,
    ['bzip2', [0x42, 0x5a, 0x68, level, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90]] as const,
  ]),
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  // A zip file without entries.
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
];

/** The bytes at the start of a file that say how it is compressed. */
export const magicBytes = 10;

/** The compression of a file that begins with these bytes, `magicBytes` of them or more. Null if it is not compressed. */
export function compressionOf(start: Uint8Array): Compression | null {
  // pzstd begins with a skippable frame: 50 to 5f, 2a, 4d, 18.
  if ((start[0] & 0xf0) === 0x50 && start[1] === 0x2a && start[2] === 0x4d && start[3] === 0x18)
    return 'zstd';
  return starts.find(([, magic]) => magic.every((byte, i) => start[i] === byte))?.[0] ?? null;
}

/**
 * Returns the unpacked bytes. Throws LF_UNPACK if the file is damaged, LF_UNPACK_LIMIT, LF_UNPACK_SIZE, LF_ZIP_ENCRYPTED,
 * LF_ZIP_EMPTY, and what reading throws.
 */
export function unpack(file: PackedFile, compression: Compression): AsyncGenerator<UnpackedPiece> {
  return compression === 'zip' ? unpackZip(file) : unpackStream(file, compression);
}
