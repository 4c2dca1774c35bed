/**
 * xz for all Node versions, by xz-embedded as WebAssembly, which verifies checksums. It unpacks one file of a process at
 * a time: whoever reads another one waits until the first has ended or is left.
 */
import { ReadableStream } from 'node:stream/web';
import { LandfallError } from '../../errors/errors.ts';

/** What its error codes (xz.h) say. */
const reasons: Readonly<Record<string, string>> = {
  3: 'it requires too much memory',
  4: 'it requires a dictionary of more than 64 MiB',
  5: 'it contains data that is not xz',
  6: 'it is packed with a filter or a checksum that is not supported, such as --check=sha256',
  7: 'its data is corrupt',
  8: 'it is truncated or corrupt',
};

/** Unpacked pieces of at most 64 KiB, stream after stream. Throws LF_UNPACK; errors of the source are thrown unchanged. */
export async function* unxz(
  source: AsyncIterable<Uint8Array>,
  file: { readonly name: string },
): AsyncGenerator<Uint8Array> {
  let failed = false;
  async function* packed(): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      failed = true;
      throw error;
    }
  }
  // Hardly any process needs it.
  const { default: library } = await import('xz-decompress');
  const stream = new library.XzReadableStream(ReadableStream.from(packed()) as globalThis.ReadableStream);
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value.length > 0) yield value;
    }
  } catch (cause) {
    if (failed) throw cause;
    const code = /error code (\d)/.exec((cause as Error).message)?.[1] ?? '8';
    throw new LandfallError(
      'LF_UNPACK',
      { file: file.name, reason: reasons[code] ?? `xz error ${code}` },
      { cause },
    );
  } finally {
    await reader.cancel().catch(() => {});
  }
}
