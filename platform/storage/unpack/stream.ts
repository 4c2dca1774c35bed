/** gzip, zstd, bzip2 and xz are one stream from the first byte of the file to the last. */
import { Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { LandfallError } from '../../errors/errors.ts';
import { unbzip2 } from './bzip2.ts';
import { UnpackMeter } from './limits.ts';
import type { Compression, PackedFile, UnpackedPiece } from './types.ts';
import { unxz } from './xz.ts';
import { unzstd } from './zstd.ts';

/**
 * zlib unpacks in a thread of its own, this far ahead of the caller: so many pieces of so many bytes. Smaller pieces cost
 * more turns than they save memory.
 */
const pieceBytes = 1024 * 1024;
const piecesAhead = 4;
export const inflating = {
  chunkSize: pieceBytes,
  // Each piece is handed on as it is. Otherwise all that is ahead would be copied into one.
  readableObjectMode: true,
  readableHighWaterMark: piecesAhead,
};

type Unpacker = (
  packed: AsyncIterable<Uint8Array>,
  file: { readonly name: string },
) => AsyncGenerator<Uint8Array>;

const unpackers: Readonly<Record<Exclude<Compression, 'zip'>, Unpacker>> = {
  gzip: (packed, file) => through(packed, zlib.createGunzip(inflating), file),
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

/** The output of `transform`. Damaged input becomes LF_UNPACK; errors of the source are thrown unchanged. */
export async function* through(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  file: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  const readable = Readable.from(source, { objectMode: false, highWaterMark: pieceBytes });
  // Not a pipeline, because a gzip file with trailing bytes after its last member ends before its source does.
  readable.on('error', (error) => transform.destroy(error));
  readable.pipe(transform);
  try {
    for await (const piece of transform) yield piece as Uint8Array;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const damaged = code !== undefined && /^Z_/.test(code);
    if (!damaged) throw cause;
    throw new LandfallError('LF_UNPACK', { file: file.name, reason: message }, { cause });
  } finally {
    readable.unpipe(transform);
    readable.destroy();
    transform.destroy();
  }
}
