/** gzip, zstd, bzip2 and xz are one stream from the first byte of the file to the last. */
import { unbzip2 } from './bzip2.ts';
import { ungzip } from './gzip.ts';
import { UnpackMeter } from './limits.ts';
import type { Compression, PackedFile, UnpackedPiece } from './types.ts';
import { unxz } from './xz.ts';
import { unzstd } from './zstd.ts';

type Unpacker = (
  packed: AsyncIterable<Uint8Array>,
  file: { readonly name: string },
) => AsyncGenerator<Uint8Array>;

const unpackers: Readonly<Record<Exclude<Compression, 'zip'>, Unpacker>> = {
  gzip: ungzip,
  zstd: unzstd,
  bzip2: unbzip2,
  xz: unxz,
};

export async function* unpackStream(
  file: PackedFile,
  compression: Exclude<Compression, 'zip'>,
): AsyncGenerator<UnpackedPiece> {
  const { storage, key, bytes, fingerprint, onRead } = file;
  const meter = new UnpackMeter(file);
  let packedBytes = 0;
  async function* packed(): AsyncGenerator<Uint8Array> {
    for await (const piece of storage.read(key, { start: 0, end: bytes, fingerprint })) {
      packedBytes += piece.length;
      onRead?.(piece);
      yield piece;
    }
  }
  for await (const piece of unpackers[compression](packed(), file)) {
    meter.add(piece.length);
    yield { bytes: piece, entry: '', packedBytes };
  }
}
