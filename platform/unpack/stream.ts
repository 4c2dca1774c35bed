/** gzip and zstd: one stream from the file's first byte to its last. */
import { Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { LandfallError } from '../errors.ts';
import { UnpackMeter } from './limits.ts';
import type { PackedFile, UnpackedPiece } from './types.ts';

/** Bytes that a decompressor gives at a time. */
export const pieceBytes = 256 * 1024;

export async function* unpackStream(
  file: PackedFile,
  compression: 'gzip' | 'zstd',
): AsyncGenerator<UnpackedPiece> {
  const { storage, key, bytes, fingerprint } = file;
  const meter = new UnpackMeter(file);
  let packedBytes = 0;
  async function* packed(): AsyncGenerator<Uint8Array> {
    for await (const piece of storage.read(key, { start: 0, end: bytes, fingerprint })) {
      packedBytes += piece.length;
      yield piece;
    }
  }
  const transform =
    compression === 'gzip' ? zlib.createGunzip({ chunkSize: pieceBytes }) : createUnzstd(file);
  for await (const piece of through(packed(), transform, file)) {
    meter.add(piece.length);
    yield { bytes: piece, entry: '', packedBytes };
  }
}

/** What comes out of `transform`; damage is LF_UNPACK, and what the source throws is thrown as it is. */
export async function* through(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  file: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  const readable = Readable.from(source, { objectMode: false, highWaterMark: pieceBytes });
  // Not a pipeline: a gzip file with something after its last member ends before its source does.
  readable.on('error', (error) => transform.destroy(error));
  readable.pipe(transform);
  try {
    for await (const piece of transform) yield piece as Uint8Array;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const damaged = code !== undefined && /^(Z_|ZSTD_|ERR_ZSTD|ERR__ERROR)/.test(code);
    if (!damaged) throw cause;
    throw new LandfallError('LF_UNPACK', { file: file.name, reason: message }, { cause });
  } finally {
    readable.unpipe(transform);
    readable.destroy();
    transform.destroy();
  }
}

/** Node 22.15 and newer have it; the types here are of an older one. */
function createUnzstd(file: { readonly name: string }): Transform {
  const { createZstdDecompress: create } = zlib as unknown as {
    createZstdDecompress?: (options: { chunkSize: number }) => Transform;
  };
  if (create === undefined)
    throw new LandfallError('LF_ZSTD_NODE', { file: file.name, node: process.versions.node });
  return create({ chunkSize: pieceBytes });
}
