/** Unpacks with zlib, in its thread. */
import { Readable, type Transform } from 'node:stream';
import { LandfallError } from '../../errors/errors.ts';

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
    throw unpackError(cause, file);
  } finally {
    readable.unpipe(transform);
    readable.destroy();
    transform.destroy();
  }
}

/** LF_UNPACK if zlib says that its input is damaged. Otherwise the error as it is. */
export function unpackError(cause: unknown, file: { readonly name: string }): unknown {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (!/^Z_|^ERR_BUFFER_TOO_LARGE$/.test(code)) return cause;
  return new LandfallError('LF_UNPACK', { file: file.name, reason: message }, { cause });
}
